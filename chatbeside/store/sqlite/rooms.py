"""Conversations in SQLite."""

from collections.abc import Iterable, Mapping
from typing import Any

from chatbeside.domain.models import Room
from chatbeside.store.sqlite.engine import Engine
from chatbeside.store.sqlite.table import Table
from chatbeside.store.timeline import TOP


class _Rooms(Table[Room]):
    def derived(self, value: Room) -> dict[str, Any]:
        return {"name_key": value.name.casefold()}


class SqliteRooms:
    """See :class:`chatbeside.store.interfaces.Rooms`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table = _Rooms("rooms")

    async def add(self, room: Room) -> None:
        await self._engine.write(lambda connection: self.table.insert(connection, room))

    async def get(self, room_id: str) -> Room | None:
        return await self._engine.read(lambda connection: self.table.one(connection, "id = ?", room_id))

    async def get_many(self, room_ids: Iterable[str]) -> dict[str, Room]:
        ids = list(room_ids)
        found = await self._engine.read(lambda connection: self.table.by_ids(connection, ids)) if ids else []
        return {room.id: room for room in found}

    async def by_pair(self, pair: str) -> Room | None:
        return await self._engine.read(lambda connection: self.table.one(connection, "pair = ?", pair))

    async def public(self, *, prefix: str = "", limit: int, after: str = "", after_id: str = "") -> list[Room]:
        where = (
            "public = 1 AND archived_at IS NULL AND name_key >= ? AND name_key < ? "
            "AND (name_key, id) > (?, ?) ORDER BY name_key, id LIMIT ?"
        )
        values = (prefix, prefix + TOP, after, after_id or TOP, limit)
        return await self._engine.read(lambda connection: self.table.many(connection, where, *values))

    async def groups(self, *, limit: int, after: str = "", after_id: str = "") -> list[Room]:
        where = "kind = 'group' AND (name_key, id) > (?, ?) ORDER BY name_key, id LIMIT ?"
        return await self._engine.read(
            lambda connection: self.table.many(connection, where, after, after_id or (TOP if after else ""), limit)
        )

    async def update(self, room_id: str, changes: Mapping[str, Any]) -> Room | None:
        derived = {"name_key": str(changes["name"]).casefold()} if "name" in changes else {}
        return await self._engine.write(
            lambda connection: self.table.update(connection, (room_id,), changes, **derived)
        )
