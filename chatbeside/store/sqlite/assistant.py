"""What the assistant keeps, in SQLite."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chatbeside.domain.assistant import Answering, Citation, Config, Reminder, Usage
from chatbeside.store.sqlite.engine import Engine
from chatbeside.store.sqlite.table import Table, moment


class SqliteConfig:
    """See :class:`chatbeside.store.interfaces.Config`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table: Table[Config] = Table("config")

    async def get(self, name: str) -> Mapping[str, Any]:
        found = await self._engine.read(lambda connection: self.table.one(connection, "name = ?", name))
        return found.data if found else {}

    async def put(self, name: str, values: Mapping[str, Any]) -> None:
        otherwise = "ON CONFLICT (name) DO UPDATE SET data = excluded.data"
        config = Config(name, values)
        await self._engine.write(lambda connection: self.table.insert(connection, config, otherwise=otherwise))


class SqliteUsages:
    """See :class:`chatbeside.store.interfaces.Usages`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table: Table[Usage] = Table("usage")

    async def add(self, usage: Usage) -> None:
        counts = ("prompt_tokens", "answer_tokens", "answers")
        setting = ", ".join(f"{name} = {name} + excluded.{name}" for name in counts)
        otherwise = f"ON CONFLICT (month, user_id, room_id) DO UPDATE SET {setting}"
        await self._engine.write(lambda connection: self.table.insert(connection, usage, otherwise=otherwise))

    async def total(self, month: str, user_id: str) -> int:
        statement = "SELECT coalesce(sum(prompt_tokens + answer_tokens), 0) FROM usage WHERE month = ? AND user_id = ?"

        def job(connection: sqlite3.Connection) -> int:
            return int(connection.execute(statement, (month, user_id)).fetchone()[0])

        return await self._engine.read(job)

    async def of_month(self, month: str, *, limit: int, after: tuple[str, str] = ("", "")) -> list[Usage]:
        where = "month = ? AND (user_id, room_id) > (?, ?) ORDER BY user_id, room_id LIMIT ?"
        return await self._engine.read(lambda connection: self.table.many(connection, where, month, *after, limit))


class SqliteReminders:
    """See :class:`chatbeside.store.interfaces.Reminders`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table: Table[Reminder] = Table("reminders")

    async def add(self, reminder: Reminder) -> None:
        await self._engine.write(lambda connection: self.table.insert(connection, reminder))

    async def open_of(self, user_id: str) -> list[Reminder]:
        where = "user_id = ? AND done_at IS NULL ORDER BY due_at, id"
        return await self._engine.read(lambda connection: self.table.many(connection, where, user_id))

    async def due(self, at: datetime, *, limit: int) -> list[Reminder]:
        where = "due_at <= ? AND done_at IS NULL ORDER BY due_at, id LIMIT ?"
        return await self._engine.read(lambda connection: self.table.many(connection, where, moment(at), limit))

    async def finish(self, reminder_id: str, at: datetime) -> bool:
        statement = "UPDATE reminders SET done_at = ? WHERE id = ? AND done_at IS NULL"

        def job(connection: sqlite3.Connection) -> bool:
            return connection.execute(statement, (moment(at), reminder_id)).rowcount > 0

        return await self._engine.write(job)


class SqliteAnswers:
    """See :class:`chatbeside.store.interfaces.Answers`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table: Table[Answering] = Table("answers")

    async def begin(self, answer: Answering) -> None:
        otherwise = "ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at"
        await self._engine.write(lambda connection: self.table.insert(connection, answer, otherwise=otherwise))

    async def touch(self, answer_id: str, at: datetime) -> None:
        def job(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE answers SET seen_at = ? WHERE id = ?", (moment(at), answer_id))

        await self._engine.write(job)

    async def end(self, answer_id: str) -> bool:
        def job(connection: sqlite3.Connection) -> bool:
            return connection.execute("DELETE FROM answers WHERE id = ?", (answer_id,)).rowcount > 0

        return await self._engine.write(job)

    async def silent(self, before: datetime, *, limit: int) -> list[Answering]:
        where = "seen_at < ? ORDER BY seen_at, id LIMIT ?"
        return await self._engine.read(lambda connection: self.table.many(connection, where, moment(before), limit))


class SqliteCitations:
    """See :class:`chatbeside.store.interfaces.Citations`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table: Table[Citation] = Table("citations")

    async def put(self, answer_id: str, citations: Sequence[Citation]) -> None:
        def job(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM citations WHERE answer_id = ?", (answer_id,))
            for citation in citations:
                self.table.insert(connection, citation, otherwise="ON CONFLICT DO NOTHING")

        await self._engine.write(job)

    async def of(self, cited_id: str) -> list[Citation]:
        where = "cited_id = ? ORDER BY answer_id"
        return await self._engine.read(lambda connection: self.table.many(connection, where, cited_id))
