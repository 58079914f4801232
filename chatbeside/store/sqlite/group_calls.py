"""Calls of rooms in SQLite."""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from chatbeside.domain.group_calls import GroupCall
from chatbeside.store.sqlite.engine import Engine
from chatbeside.store.sqlite.table import Table, moment


class _GroupCalls(Table[GroupCall]):
    def derived(self, value: GroupCall) -> dict[str, Any]:
        return {"open_room": None if value.ended else value.room_id}


class SqliteGroupCalls:
    """See :class:`chatbeside.store.interfaces_calls.GroupCalls`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table = _GroupCalls("group_calls")

    async def add(self, call: GroupCall) -> None:
        await self._engine.write(lambda connection: self.table.insert(connection, call))

    async def get(self, call_id: str) -> GroupCall | None:
        return await self._engine.read(lambda connection: self.table.one(connection, "id = ?", call_id))

    async def replace(self, call: GroupCall) -> bool:
        columns = self.table.codec.encode(call) | self.table.derived(call)
        setting = ", ".join(f"{name} = ?" for name in columns)
        statement = f"UPDATE group_calls SET {setting} WHERE id = ? AND version = ?"  # noqa: S608 names are our own

        def job(connection: sqlite3.Connection) -> bool:
            values = (*columns.values(), call.id, call.version - 1)
            return connection.execute(statement, values).rowcount > 0

        return await self._engine.write(job)

    async def open_in(self, room_id: str) -> GroupCall | None:
        return await self._engine.read(lambda connection: self.table.one(connection, "open_room = ?", room_id))

    async def open_among(self, room_ids: Iterable[str]) -> list[GroupCall]:
        where = "open_room IN (SELECT value FROM json_each(?))"
        wanted = json.dumps(list(room_ids))
        return await self._engine.read(lambda connection: self.table.many(connection, where, wanted))

    async def unfinished(self, *, limit: int, after: GroupCall | None = None) -> list[GroupCall]:
        where = "ended_at IS NULL AND (started_at, id) > (?, ?) ORDER BY started_at, id LIMIT ?"
        place = (moment(after.started_at), after.id) if after else (0, "")
        return await self._engine.read(lambda connection: self.table.many(connection, where, *place, limit))
