"""Calls in SQLite."""

import sqlite3

from chatbeside.domain.calls import Call
from chatbeside.store.interfaces import Taken
from chatbeside.store.sqlite.engine import Engine
from chatbeside.store.sqlite.table import Table, moment

_OPEN_OF = "caller_id = ? AND ended_at IS NULL", "callee_id = ? AND ended_at IS NULL"


class SqliteCalls:
    """See :class:`chatbeside.store.interfaces.Calls`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table: Table[Call] = Table("calls")

    async def add(self, call: Call, *, several: str | None = None) -> None:
        alone = [person for person in call.people if person != several]

        def job(connection: sqlite3.Connection) -> None:
            if not call.ended and any(self._open_of(connection, person) for person in alone):
                raise Taken("person")
            self.table.insert(connection, call)

        await self._engine.write(job)

    async def get(self, call_id: str) -> Call | None:
        return await self._engine.read(lambda connection: self.table.one(connection, "id = ?", call_id))

    async def replace(self, call: Call) -> bool:
        columns = self.table.codec.encode(call)
        setting = ", ".join(f"{name} = ?" for name in columns)
        statement = f"UPDATE calls SET {setting} WHERE id = ? AND version = ?"  # noqa: S608 names are our own

        def job(connection: sqlite3.Connection) -> bool:
            values = (*columns.values(), call.id, call.version - 1)
            return connection.execute(statement, values).rowcount > 0

        return await self._engine.write(job)

    async def open_of(self, user_id: str) -> Call | None:
        return await self._engine.read(lambda connection: self._open_of(connection, user_id))

    async def unfinished(self, *, limit: int, after: Call | None = None) -> list[Call]:
        where = "ended_at IS NULL AND (started_at, id) > (?, ?) ORDER BY started_at, id LIMIT ?"
        place = (moment(after.started_at), after.id) if after else (0, "")
        return await self._engine.read(lambda connection: self.table.many(connection, where, *place, limit))

    def _open_of(self, connection: sqlite3.Connection, user_id: str) -> Call | None:
        return next((found for where in _OPEN_OF if (found := self.table.one(connection, where, user_id))), None)
