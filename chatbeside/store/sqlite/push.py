"""Browsers that want to be told of messages, in SQLite."""

import json
import sqlite3
from collections.abc import Iterable

from chatbeside.domain.push import PushSubscription
from chatbeside.store.sqlite.engine import Engine
from chatbeside.store.sqlite.table import Table


class SqlitePush:
    """See :class:`chatbeside.store.interfaces_push.Push`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table: Table[PushSubscription] = Table("push")

    async def put(self, subscription: PushSubscription) -> None:
        def job(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM push WHERE endpoint = ?", (subscription.endpoint,))
            self.table.insert(connection, subscription)

        await self._engine.write(job)

    async def get(self, endpoint: str) -> PushSubscription | None:
        return await self._engine.read(lambda connection: self.table.one(connection, "endpoint = ?", endpoint))

    async def of_users(self, user_ids: Iterable[str]) -> list[PushSubscription]:
        where, ids = "user_id IN (SELECT value FROM json_each(?))", json.dumps(list(user_ids))
        found = await self._engine.read(lambda connection: self.table.many(connection, where, ids))
        return sorted(found, key=lambda each: each.endpoint)

    async def remove(self, endpoint: str) -> bool:
        return await self._deleted("DELETE FROM push WHERE endpoint = ?", endpoint) > 0

    async def remove_of_session(self, session_id: str) -> int:
        return await self._deleted("DELETE FROM push WHERE session_id = ?", session_id)

    async def _deleted(self, statement: str, value: str) -> int:
        return await self._engine.write(lambda connection: connection.execute(statement, (value,)).rowcount)
