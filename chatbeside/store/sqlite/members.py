"""Memberships in SQLite."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from chatbeside.domain.models import Member
from chatbeside.store.sqlite.engine import Engine
from chatbeside.store.sqlite.table import Table


class SqliteMembers:
    """See :class:`chatbeside.store.interfaces.Members`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table: Table[Member] = Table("members")

    async def add(self, member: Member) -> bool:
        return await self._engine.write(
            lambda connection: self.table.insert(connection, member, otherwise="ON CONFLICT DO NOTHING") > 0
        )

    async def remove(self, room_id: str, user_id: str) -> bool:
        def job(connection: sqlite3.Connection) -> bool:
            statement = "DELETE FROM members WHERE room_id = ? AND user_id = ?"
            return connection.execute(statement, (room_id, user_id)).rowcount > 0

        return await self._engine.write(job)

    async def get(self, room_id: str, user_id: str) -> Member | None:
        where = "room_id = ? AND user_id = ?"
        return await self._engine.read(lambda connection: self.table.one(connection, where, room_id, user_id))

    async def of_room(self, room_id: str, *, limit: int = 1000, after: str = "") -> list[Member]:
        where = "room_id = ? AND user_id > ? ORDER BY user_id LIMIT ?"
        return await self._engine.read(lambda connection: self.table.many(connection, where, room_id, after, limit))

    async def leading(self, room_id: str) -> list[Member]:
        # Without being told, SQLite reads all members of the room.
        statement = (
            f"SELECT {self.table.columns} FROM members INDEXED BY members_leading "  # noqa: S608 names are our own
            "WHERE room_id = ? AND role <> 'member' ORDER BY user_id"
        )

        def job(connection: sqlite3.Connection) -> list[Member]:
            return [self.table.codec.decode_row(row) for row in connection.execute(statement, (room_id,))]

        return await self._engine.read(job)

    async def among(self, room_id: str, user_ids: Iterable[str]) -> set[str]:
        where, ids = "room_id = ? AND user_id IN (SELECT value FROM json_each(?))", json.dumps(list(user_ids))
        found = await self._engine.read(lambda connection: self.table.many(connection, where, room_id, ids))
        return {member.user_id for member in found}

    async def of_user(self, user_id: str) -> list[Member]:
        where = "user_id = ? ORDER BY room_id"
        return await self._engine.read(lambda connection: self.table.many(connection, where, user_id))

    async def count(self, room_id: str) -> int:
        def job(connection: sqlite3.Connection) -> int:
            return int(connection.execute("SELECT count(*) FROM members WHERE room_id = ?", (room_id,)).fetchone()[0])

        return await self._engine.read(job)

    async def counts(self, room_ids: Iterable[str]) -> dict[str, int]:
        ids = json.dumps(list(dict.fromkeys(room_ids)))
        statement = (
            "SELECT wanted.value, (SELECT count(*) FROM members WHERE room_id = wanted.value) "
            "FROM json_each(?) AS wanted"
        )

        def job(connection: sqlite3.Connection) -> dict[str, int]:
            return {room_id: count for room_id, count in connection.execute(statement, (ids,)) if count}

        return await self._engine.read(job)

    async def update(self, room_id: str, user_id: str, changes: Mapping[str, Any]) -> Member | None:
        return await self._engine.write(lambda connection: self.table.update(connection, (room_id, user_id), changes))
