"""The audit log: security events without contents, for administrators."""

import asyncio
import logging
from datetime import timedelta

from chatbeside.domain.agents import describe_agent
from chatbeside.domain.audit import AuditEntry, AuditKind
from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import InvalidInput
from chatbeside.domain.ids import is_id, timed_id
from chatbeside.services import source
from chatbeside.services.principal import Principal, check_administrator
from chatbeside.settings import Settings
from chatbeside.store.interfaces import Store, StoreUnavailable

PAGE_MOST = 200
_WORD_MOST = 200
_ADDRESS_MOST = 45
"""Characters of the longest IPv6 address."""
_SWEEP_EVERY = 3600.0

_log = logging.getLogger(__name__)


class AuditLog:
    """Records security events and shows them to administrators.

    Args:
        store: Where entries are kept.
        settings: ``audit_days`` says for how long.
        clock: The present moment.
    """

    def __init__(self, *, store: Store, settings: Settings, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._kept = timedelta(days=settings.audit_days)
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to remove old entries, now and once an hour."""
        self._sweeper = asyncio.create_task(self._look_after(), name="audit log")

    async def stop(self) -> None:
        """End that."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
            self._sweeper = None

    async def record(
        self,
        kind: AuditKind,
        *,
        actor: str | None = None,
        subject: str | None = None,
        room: str | None = None,
        **data: str | int | bool,
    ) -> None:
        """Write down that something happened, with the time and where the request came from.

        Call it after the change is stored. It never fails: that the log cannot be written is logged, and the
        change, which holds by then, is answered as what it is.

        Args:
            kind: What happened.
            actor: Id of whose doing it was; ``None`` when nobody knows.
            subject: Id of the account it was done to, also when that is the actor's own.
            room: Id of the room it was done in.
            data: Short words about it, such as a role or the name of a setting. **Never** a text, a password, a token
                or anything else that somebody typed in confidence.
        """
        now = self._clock()
        where = source.current()
        entry = AuditEntry(
            id=timed_id(now),
            at=now,
            kind=kind,
            actor_id=actor,
            subject_id=subject,
            room_id=room,
            address=where.address[:_ADDRESS_MOST],
            agent=describe_agent(where.user_agent),
            data={name: value[:_WORD_MOST] if isinstance(value, str) else value for name, value in data.items()},
        )
        try:
            await self._store.audit.add(entry)
        except StoreUnavailable:
            _log.exception("The audit log could not be written: %s", kind.value)

    async def page(
        self,
        principal: Principal,
        *,
        kind: AuditKind | None = None,
        person: str | None = None,
        before: str | None = None,
        limit: int = 50,
    ) -> list[AuditEntry]:
        """Return entries, the newest first.

        Args:
            principal: Who asks.
            kind: Only of this kind.
            person: Only what this user id did or had done to it.
            before: Id of the last entry of the page before.
            limit: The most entries to return, 1 to :data:`PAGE_MOST`.

        Raises:
            NotAllowed: The asker is no administrator.
            InvalidInput: The limit or an id is out of bounds.
        """
        check_administrator(principal)
        problems = {}
        if not 1 <= limit <= PAGE_MOST:
            problems["limit"] = f"Use 1 to {PAGE_MOST}."
        for name, value in (("person", person), ("before", before)):
            if value is not None and not is_id(value):
                problems[name] = "This is no id."
        if problems:
            raise InvalidInput("Check what you ask for.", fields=problems)
        return await self._store.audit.page(kind=kind, person=person, before=before, limit=limit)

    async def sweep(self) -> int:
        """Remove the entries that are too old; return how many there were."""
        return await self._store.audit.forget(self._clock() - self._kept)

    async def _look_after(self) -> None:
        while True:
            try:
                await self.sweep()
            except StoreUnavailable:
                _log.warning("Old entries of the audit log could not be removed just now.")
            except Exception:
                _log.exception("Old entries of the audit log could not be removed")
            await asyncio.sleep(_SWEEP_EVERY)
