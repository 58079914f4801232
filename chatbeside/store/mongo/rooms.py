"""Conversations in MongoDB."""

from collections.abc import Iterable, Mapping
from typing import Any

from chatbeside.domain.models import Room, RoomKind
from chatbeside.store.interfaces import Taken
from chatbeside.store.mongo.client import Connection, Duplicate
from chatbeside.store.mongo.collection import Collection
from chatbeside.store.mongo.indexes import slot
from chatbeside.store.timeline import TOP


class _Rooms(Collection[Room]):
    def derived(self, value: Room) -> dict[str, Any]:
        return {"name_key": value.name.casefold(), "pair_slot": slot(value.pair, value.id)}


class MongoRooms:
    """See :class:`chatbeside.store.interfaces.Rooms`."""

    def __init__(self, connection: Connection) -> None:
        self.collection = _Rooms(connection, "rooms")

    async def add(self, room: Room) -> None:
        try:
            await self.collection.insert(room)
        except Duplicate as error:
            raise await self._taken(room.id, room.pair) from error

    async def get(self, room_id: str) -> Room | None:
        return await self.collection.one({"_id": room_id})

    async def get_many(self, room_ids: Iterable[str]) -> dict[str, Room]:
        return {room.id: room for room in await self.collection.by_ids(room_ids)}

    async def by_pair(self, pair: str) -> Room | None:
        return await self.collection.one({"pair_slot": slot(pair, "")})

    async def public(self, *, prefix: str = "", limit: int, after: str = "", after_id: str = "") -> list[Room]:
        where: dict[str, Any] = {
            "public": True,
            "archived_at": {"$exists": False},
            "name_key": {"$gte": max(prefix, after), "$lt": prefix + TOP},
            "$or": [{"name_key": {"$gt": after}}, {"name_key": after, "_id": {"$gt": after_id or TOP}}],
        }
        return await self.collection.many(where, sort=[("name_key", 1), ("_id", 1)], limit=limit)

    async def groups(self, *, limit: int, after: str = "", after_id: str = "") -> list[Room]:
        where: dict[str, Any] = {
            "kind": RoomKind.GROUP.value,
            "name_key": {"$gte": after},
            "$or": [
                {"name_key": {"$gt": after}},
                {"name_key": after, "_id": {"$gt": after_id or (TOP if after else "")}},
            ],
        }
        return await self.collection.many(where, sort=[("name_key", 1), ("_id", 1)], limit=limit)

    async def update(self, room_id: str, changes: Mapping[str, Any]) -> Room | None:
        derived: dict[str, Any] = {}
        if "name" in changes:
            derived["name_key"] = str(changes["name"]).casefold()
        if "pair" in changes:
            derived["pair_slot"] = slot(changes["pair"], room_id)
        try:
            return await self.collection.update({"_id": room_id}, changes, **derived)
        except Duplicate as error:
            raise await self._taken(room_id, changes.get("pair")) from error

    async def _taken(self, room_id: str, pair: str | None) -> Taken:
        holder = await self.by_pair(pair) if pair else None
        return Taken("pair" if holder and holder.id != room_id else "id")
