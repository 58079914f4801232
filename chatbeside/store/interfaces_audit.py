"""What a store must do for the audit log; part of :mod:`chatbeside.store.interfaces`."""

from datetime import datetime
from typing import Protocol

from chatbeside.domain.audit import AuditEntry, AuditKind


class Audit(Protocol):
    """Security events, which are never changed."""

    async def add(self, entry: AuditEntry) -> None:
        """Store a new entry."""

    async def page(
        self, *, kind: AuditKind | None = None, person: str | None = None, before: str | None = None, limit: int
    ) -> list[AuditEntry]:
        """Return entries, the newest first.

        Args:
            kind: Only of this kind.
            person: Only those with this user id as actor or subject.
            before: Only those with an id below this one.
            limit: Most entries to return.
        """

    async def forget(self, before: datetime) -> int:
        """Remove the entries from before this moment; return how many there were."""
