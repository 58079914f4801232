"""Proofs beside passwords, in SQLite."""

import sqlite3
from datetime import datetime

from chatbeside.domain.proofs import Identity, OneTime, SecondFactor
from chatbeside.store.sqlite.engine import Engine
from chatbeside.store.sqlite.table import Table, moment


class SqliteOneTimes:
    """See :class:`chatbeside.store.interfaces_proofs.OneTimes`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table: Table[OneTime] = Table("onetimes")

    async def add(self, one: OneTime) -> None:
        await self._engine.write(lambda connection: self.table.insert(connection, one))

    async def get(self, one_id: str) -> OneTime | None:
        return await self._engine.read(lambda connection: self.table.one(connection, "id = ?", one_id))

    async def use(self, one_id: str, at: datetime) -> bool:
        statement = "UPDATE onetimes SET used_at = ? WHERE id = ? AND used_at IS NULL"
        return await self._changed(statement, moment(at), one_id) > 0

    async def use_all(self, user_id: str, kind: str, at: datetime) -> None:
        statement = "UPDATE onetimes SET used_at = ? WHERE user_id = ? AND kind = ? AND used_at IS NULL"
        await self._changed(statement, moment(at), user_id, kind)

    async def forget(self, before: datetime) -> int:
        return await self._changed("DELETE FROM onetimes WHERE expires_at < ?", moment(before))

    async def _changed(self, statement: str, *values: object) -> int:
        return await self._engine.write(lambda connection: connection.execute(statement, values).rowcount)


class SqliteSecondFactors:
    """See :class:`chatbeside.store.interfaces_proofs.SecondFactors`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table: Table[SecondFactor] = Table("factors")

    async def get(self, user_id: str) -> SecondFactor | None:
        return await self._engine.read(lambda connection: self.table.one(connection, "user_id = ?", user_id))

    async def put(self, factor: SecondFactor) -> None:
        def job(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM factors WHERE user_id = ?", (factor.user_id,))
            self.table.insert(connection, factor)

        await self._engine.write(job)

    async def replace(self, factor: SecondFactor) -> bool:
        def job(connection: sqlite3.Connection) -> bool:
            statement = "DELETE FROM factors WHERE user_id = ? AND version = ?"
            found = connection.execute(statement, (factor.user_id, factor.version - 1)).rowcount > 0
            if found:
                self.table.insert(connection, factor)
            return found

        return await self._engine.write(job)

    async def remove(self, user_id: str) -> bool:
        statement = "DELETE FROM factors WHERE user_id = ?"
        return await self._engine.write(lambda connection: connection.execute(statement, (user_id,)).rowcount > 0)


class SqliteIdentities:
    """See :class:`chatbeside.store.interfaces_proofs.Identities`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table: Table[Identity] = Table("identities")

    async def add(self, identity: Identity) -> None:
        await self._engine.write(lambda connection: self.table.insert(connection, identity))

    async def get(self, issuer: str, subject: str) -> Identity | None:
        where = "issuer = ? AND subject = ?"
        return await self._engine.read(lambda connection: self.table.one(connection, where, issuer, subject))

    async def of_user(self, user_id: str) -> list[Identity]:
        where = "user_id = ? ORDER BY issuer, subject"
        return await self._engine.read(lambda connection: self.table.many(connection, where, user_id))

    async def remove(self, issuer: str, subject: str) -> bool:
        statement = "DELETE FROM identities WHERE issuer = ? AND subject = ?"
        return await self._engine.write(
            lambda connection: connection.execute(statement, (issuer, subject)).rowcount > 0
        )
