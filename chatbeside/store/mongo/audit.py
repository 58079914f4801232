"""The audit log in MongoDB."""

from datetime import datetime
from typing import Any

from chatbeside.domain.audit import AuditEntry, AuditKind
from chatbeside.domain.ids import first_id
from chatbeside.store.interfaces import Taken
from chatbeside.store.mongo.client import Connection, Duplicate, answering
from chatbeside.store.mongo.collection import Collection
from chatbeside.store.timeline import TOP


class _Audit(Collection[AuditEntry]):
    def derived(self, value: AuditEntry) -> dict[str, Any]:
        return {"people": sorted({person for person in (value.actor_id, value.subject_id) if person})}


class MongoAudit:
    """See :class:`chatbeside.store.interfaces_audit.Audit`."""

    def __init__(self, connection: Connection) -> None:
        self.collection = _Audit(connection, "audit")

    async def add(self, entry: AuditEntry) -> None:
        try:
            await self.collection.insert(entry)
        except Duplicate as error:
            raise Taken("id") from error

    async def page(
        self, *, kind: AuditKind | None = None, person: str | None = None, before: str | None = None, limit: int
    ) -> list[AuditEntry]:
        where: dict[str, Any] = {"_id": {"$lt": before or TOP}}
        if kind is not None:
            where["kind"] = kind.value
        if person is not None:
            where["people"] = person
        return await self.collection.many(where, sort=[("_id", -1)], limit=limit)

    async def forget(self, before: datetime) -> int:
        with answering():
            found = await self.collection.documents.delete_many({"_id": {"$lt": first_id(before)}})
        return int(found.deleted_count)
