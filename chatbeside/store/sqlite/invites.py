"""Ways into rooms, in SQLite."""

import sqlite3
from datetime import datetime

from chatbeside.domain.models import Invite
from chatbeside.store.sqlite.engine import Engine
from chatbeside.store.sqlite.table import Table, moment


class SqliteInvites:
    """See :class:`chatbeside.store.interfaces.Invites`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table: Table[Invite] = Table("invites")

    async def add(self, invite: Invite) -> None:
        await self._engine.write(lambda connection: self.table.insert(connection, invite))

    async def get(self, invite_id: str) -> Invite | None:
        return await self._engine.read(lambda connection: self.table.one(connection, "id = ?", invite_id))

    async def of_room(self, room_id: str) -> list[Invite]:
        where = "room_id = ? AND revoked_at IS NULL ORDER BY created_at, id"
        return await self._engine.read(lambda connection: self.table.many(connection, where, room_id))

    async def use(self, invite_id: str) -> bool:
        # One less than no limit is no limit: NULL - 1 is NULL.
        statement = (
            "UPDATE invites SET uses_left = uses_left - 1 "
            "WHERE id = ? AND revoked_at IS NULL AND (uses_left IS NULL OR uses_left > 0)"
        )
        return await self._engine.write(lambda connection: _changed(connection, statement, invite_id))

    async def revoke(self, invite_id: str, at: datetime) -> bool:
        statement = "UPDATE invites SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"
        return await self._engine.write(lambda connection: _changed(connection, statement, moment(at), invite_id))


def _changed(connection: sqlite3.Connection, statement: str, *values: object) -> bool:
    return connection.execute(statement, values).rowcount > 0
