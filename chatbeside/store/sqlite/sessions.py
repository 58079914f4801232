"""Log-ins in SQLite."""

import sqlite3
from datetime import datetime

from chatbeside.domain.models import Session
from chatbeside.store.sqlite.engine import Engine
from chatbeside.store.sqlite.table import Table, moment


class SqliteSessions:
    """See :class:`chatbeside.store.interfaces.Sessions`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table: Table[Session] = Table("sessions")

    async def add(self, session: Session) -> None:
        await self._engine.write(lambda connection: self.table.insert(connection, session))

    async def get(self, session_id: str) -> Session | None:
        return await self._engine.read(lambda connection: self.table.one(connection, "id = ?", session_id))

    async def of_user(self, user_id: str) -> list[Session]:
        where = "user_id = ? AND revoked_at IS NULL ORDER BY created_at DESC, id DESC"
        return await self._engine.read(lambda connection: self.table.many(connection, where, user_id))

    async def touch(self, session_id: str, seen_at: datetime) -> None:
        statement = "UPDATE sessions SET last_seen_at = max(last_seen_at, ?) WHERE id = ?"

        def job(connection: sqlite3.Connection) -> None:
            connection.execute(statement, (moment(seen_at), session_id))

        await self._engine.write(job)

    async def revoke(self, session_id: str, at: datetime) -> bool:
        statement = "UPDATE sessions SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"

        def job(connection: sqlite3.Connection) -> bool:
            return connection.execute(statement, (moment(at), session_id)).rowcount > 0

        return await self._engine.write(job)
