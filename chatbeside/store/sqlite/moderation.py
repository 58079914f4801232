"""Blocks and reports in SQLite."""

import sqlite3
from datetime import datetime

from chatbeside.domain.moderation import Block, Report
from chatbeside.store.sqlite.engine import Engine
from chatbeside.store.sqlite.table import Table, moment
from chatbeside.store.timeline import TOP


class SqliteBlocks:
    """See :class:`chatbeside.store.interfaces_moderation.Blocks`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table: Table[Block] = Table("blocks")

    async def add(self, block: Block) -> bool:
        return await self._engine.write(
            lambda connection: self.table.insert(connection, block, otherwise="ON CONFLICT DO NOTHING") > 0
        )

    async def remove(self, user_id: str, blocked_id: str) -> bool:
        statement = "DELETE FROM blocks WHERE user_id = ? AND blocked_id = ?"
        return await self._engine.write(
            lambda connection: connection.execute(statement, (user_id, blocked_id)).rowcount > 0
        )

    async def get(self, user_id: str, blocked_id: str) -> Block | None:
        where = "user_id = ? AND blocked_id = ?"
        return await self._engine.read(lambda connection: self.table.one(connection, where, user_id, blocked_id))

    async def of_user(self, user_id: str) -> list[Block]:
        where = "user_id = ? ORDER BY blocked_id"
        return await self._engine.read(lambda connection: self.table.many(connection, where, user_id))

    async def against(self, blocked_id: str) -> set[str]:
        def job(connection: sqlite3.Connection) -> set[str]:
            return {block.user_id for block in self.table.many(connection, "blocked_id = ?", blocked_id)}

        return await self._engine.read(job)


class SqliteReports:
    """See :class:`chatbeside.store.interfaces_moderation.Reports`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table: Table[Report] = Table("reports")

    async def add(self, report: Report) -> None:
        await self._engine.write(lambda connection: self.table.insert(connection, report))

    async def get(self, report_id: str) -> Report | None:
        return await self._engine.read(lambda connection: self.table.one(connection, "id = ?", report_id))

    async def page(self, *, open: bool, before: str | None = None, limit: int) -> list[Report]:  # noqa: A002
        where = f"closed_at IS {'NULL' if open else 'NOT NULL'} AND id < ? ORDER BY id DESC LIMIT ?"
        return await self._engine.read(lambda connection: self.table.many(connection, where, before or TOP, limit))

    async def close(self, report_id: str, at: datetime, by: str, action: str, note: str) -> Report | None:
        statement = (
            "UPDATE reports SET closed_at = ?, closed_by = ?, action = ?, note = ? WHERE id = ? AND closed_at IS NULL"
        )

        def job(connection: sqlite3.Connection) -> Report | None:
            changed = connection.execute(statement, (moment(at), by, action, note, report_id)).rowcount
            return self.table.one(connection, "id = ?", report_id) if changed else None

        return await self._engine.write(job)
