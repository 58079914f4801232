"""Calls of rooms in MongoDB."""

from collections.abc import Iterable
from typing import Any

from chatbeside.domain.group_calls import GroupCall
from chatbeside.store.interfaces import Taken
from chatbeside.store.mongo.client import Connection, Duplicate
from chatbeside.store.mongo.collection import Collection
from chatbeside.store.mongo.indexes import slot


class _GroupCalls(Collection[GroupCall]):
    def derived(self, value: GroupCall) -> dict[str, Any]:
        return {"open": not value.ended, "open_slot": slot(None if value.ended else value.room_id, value.id)}


class MongoGroupCalls:
    """See :class:`chatbeside.store.interfaces_calls.GroupCalls`."""

    def __init__(self, connection: Connection) -> None:
        self.collection = _GroupCalls(connection, "group_calls")

    async def add(self, call: GroupCall) -> None:
        try:
            await self.collection.insert(call)
        except Duplicate as error:
            raise Taken("room") from error

    async def get(self, call_id: str) -> GroupCall | None:
        return await self.collection.one({"_id": call_id})

    async def replace(self, call: GroupCall) -> bool:
        columns = self.collection.codec.encode(call) | self.collection.derived(call)
        del columns["id"]
        return await self.collection.put({"_id": call.id, "version": call.version - 1}, columns)

    async def open_in(self, room_id: str) -> GroupCall | None:
        return await self.collection.one({"open_slot": slot(room_id, "")})

    async def open_among(self, room_ids: Iterable[str]) -> list[GroupCall]:
        return await self.collection.many({"open_slot": {"$in": [slot(room_id, "") for room_id in room_ids]}})

    async def unfinished(self, *, limit: int, after: GroupCall | None = None) -> list[GroupCall]:
        place = (after.started_at, after.id) if after else None
        return await self.collection.following({"open": True}, ("started_at", "_id"), place, limit=limit)
