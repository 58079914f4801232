"""Accounts in SQLite."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from chatbeside.domain.models import User
from chatbeside.store.sqlite.engine import Engine
from chatbeside.store.sqlite.table import Table
from chatbeside.store.timeline import TOP


class SqliteUsers:
    """See :class:`chatbeside.store.interfaces.Users`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table: Table[User] = Table("users")

    async def add(self, user: User) -> None:
        await self._engine.write(lambda connection: self.table.insert(connection, user))

    async def get(self, user_id: str) -> User | None:
        return await self._engine.read(lambda connection: self.table.one(connection, "id = ?", user_id))

    async def get_many(self, user_ids: Iterable[str]) -> dict[str, User]:
        ids = list(user_ids)
        found = await self._engine.read(lambda connection: self.table.by_ids(connection, ids)) if ids else []
        return {user.id: user for user in found}

    async def by_username(self, username_key: str) -> User | None:
        return await self._engine.read(lambda connection: self.table.one(connection, "username_key = ?", username_key))

    async def by_email(self, email_key: str) -> User | None:
        return await self._engine.read(lambda connection: self.table.one(connection, "email_key = ?", email_key))

    async def search(self, prefix: str, *, limit: int, after: str = "", closed: bool = False) -> list[User]:
        active = "" if closed else "AND deactivated_at IS NULL "
        where = f"username_key >= ? AND username_key < ? AND username_key > ? {active}ORDER BY username_key LIMIT ?"
        return await self._engine.read(
            lambda connection: self.table.many(connection, where, prefix, prefix + TOP, after, limit)
        )

    async def administrators(self) -> list[User]:
        where = "administrator = 1 AND deactivated_at IS NULL ORDER BY id"
        return await self._engine.read(lambda connection: self.table.many(connection, where))

    async def update(self, user_id: str, changes: Mapping[str, Any]) -> User | None:
        return await self._engine.write(lambda connection: self.table.update(connection, (user_id,), changes))

    async def count(self) -> int:
        def job(connection: sqlite3.Connection) -> int:
            statement = "SELECT count(*) FROM users WHERE bot = 0 AND deactivated_at IS NULL"
            return int(connection.execute(statement).fetchone()[0])

        return await self._engine.read(job)
