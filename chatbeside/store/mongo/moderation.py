"""Blocks and reports in MongoDB."""

from datetime import datetime
from typing import Any

from chatbeside.domain.moderation import Block, Report
from chatbeside.store.interfaces import Taken
from chatbeside.store.mongo.client import Connection, Duplicate
from chatbeside.store.mongo.collection import Collection
from chatbeside.store.timeline import TOP


class MongoBlocks:
    """See :class:`chatbeside.store.interfaces_moderation.Blocks`."""

    def __init__(self, connection: Connection) -> None:
        self.collection: Collection[Block] = Collection(connection, "blocks")

    async def add(self, block: Block) -> bool:
        try:
            await self.collection.insert(block)
        except Duplicate:
            return False
        return True

    async def remove(self, user_id: str, blocked_id: str) -> bool:
        return await self.collection.delete({"user_id": user_id, "blocked_id": blocked_id})

    async def get(self, user_id: str, blocked_id: str) -> Block | None:
        return await self.collection.one({"user_id": user_id, "blocked_id": blocked_id})

    async def of_user(self, user_id: str) -> list[Block]:
        return await self.collection.many({"user_id": user_id}, sort=[("blocked_id", 1)])

    async def against(self, blocked_id: str) -> set[str]:
        return {block.user_id for block in await self.collection.many({"blocked_id": blocked_id})}


class _Reports(Collection[Report]):
    def derived(self, value: Report) -> dict[str, Any]:
        return {"open": value.closed_at is None}


class MongoReports:
    """See :class:`chatbeside.store.interfaces_moderation.Reports`."""

    def __init__(self, connection: Connection) -> None:
        self.collection = _Reports(connection, "reports")

    async def add(self, report: Report) -> None:
        try:
            await self.collection.insert(report)
        except Duplicate as error:
            raise Taken("id") from error

    async def get(self, report_id: str) -> Report | None:
        return await self.collection.one({"_id": report_id})

    async def page(self, *, open: bool, before: str | None = None, limit: int) -> list[Report]:  # noqa: A002
        where = {"open": open, "_id": {"$lt": before or TOP}}
        return await self.collection.many(where, sort=[("_id", -1)], limit=limit)

    async def close(self, report_id: str, at: datetime, by: str, action: str, note: str) -> Report | None:
        changes = {"closed_at": at, "closed_by": by, "action": action, "note": note}
        return await self.collection.update({"_id": report_id, "open": True}, changes, open=False)
