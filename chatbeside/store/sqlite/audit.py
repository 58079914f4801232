"""The audit log in SQLite."""

import sqlite3
from datetime import datetime

from chatbeside.domain.audit import AuditEntry, AuditKind
from chatbeside.domain.ids import first_id
from chatbeside.store.sqlite.engine import Engine
from chatbeside.store.sqlite.table import Table
from chatbeside.store.timeline import TOP


class SqliteAudit:
    """See :class:`chatbeside.store.interfaces_audit.Audit`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table: Table[AuditEntry] = Table("audit")

    async def add(self, entry: AuditEntry) -> None:
        await self._engine.write(lambda connection: self.table.insert(connection, entry))

    async def page(
        self, *, kind: AuditKind | None = None, person: str | None = None, before: str | None = None, limit: int
    ) -> list[AuditEntry]:
        end = "id < ? ORDER BY id DESC LIMIT ?"
        values: tuple[str | int, ...] = (before or TOP, limit)
        if kind is not None:
            end, values = f"kind = ? AND {end}", (kind.value, *values)

        def job(connection: sqlite3.Connection) -> list[AuditEntry]:
            if person is None:
                return self.table.many(connection, end, *values)
            # An index each for the two sides; who is both comes twice.
            found = self.table.many(connection, f"actor_id = ? AND {end}", person, *values)
            found += self.table.many(connection, f"subject_id = ? AND {end}", person, *values)
            newest = sorted({entry.id: entry for entry in found}.items(), reverse=True)
            return [entry for _, entry in newest[:limit]]

        return await self._engine.read(job)

    async def forget(self, before: datetime) -> int:
        statement = "DELETE FROM audit WHERE id < ?"
        return await self._engine.write(lambda connection: connection.execute(statement, (first_id(before),)).rowcount)
