"""What is known of stored files, in SQLite."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from chatbeside.domain.files import StoredFile
from chatbeside.store.sqlite.engine import Engine
from chatbeside.store.sqlite.table import Table, moment


class SqliteFiles:
    """See :class:`chatbeside.store.interfaces.Files`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table: Table[StoredFile] = Table("files")

    async def add(self, file: StoredFile) -> None:
        await self._engine.write(lambda connection: self.table.insert(connection, file))

    async def get(self, file_id: str) -> StoredFile | None:
        return await self._engine.read(lambda connection: self.table.one(connection, "id = ?", file_id))

    async def get_many(self, file_ids: Iterable[str]) -> dict[str, StoredFile]:
        ids = list(file_ids)
        found = await self._engine.read(lambda connection: self.table.by_ids(connection, ids)) if ids else []
        return {file.id: file for file in found}

    async def claim(self, file_id: str, uploader_id: str, message_id: str) -> bool:
        statement = (
            "UPDATE files SET message_id = ?1 WHERE id = ?2 AND uploader_id = ?3 "
            "AND (message_id IS NULL OR message_id = ?1)"
        )
        return await self._changed(statement, message_id, file_id, uploader_id)

    async def release(self, file_id: str, message_id: str) -> bool:
        return await self._changed(
            "UPDATE files SET message_id = NULL WHERE id = ? AND message_id = ?", file_id, message_id
        )

    async def settle(self, file_ids: Sequence[str], at: datetime | None) -> None:
        statement = "UPDATE files SET sent_at = ? WHERE id IN (SELECT value FROM json_each(?))"
        await self._changed(statement, None if at is None else moment(at), json.dumps(list(file_ids)))

    async def unsettled(self, before: datetime, *, limit: int) -> list[StoredFile]:
        where = "sent_at IS NULL AND created_at < ? ORDER BY created_at, id LIMIT ?"
        return await self._engine.read(lambda connection: self.table.many(connection, where, moment(before), limit))

    async def count_unsettled(self, uploader_id: str, *, limit: int) -> int:
        statement = "SELECT count(*) FROM (SELECT 1 FROM files WHERE uploader_id = ? AND sent_at IS NULL LIMIT ?)"
        return await self._engine.read(
            lambda connection: int(connection.execute(statement, (uploader_id, limit)).fetchone()[0])
        )

    async def remove(self, file_id: str) -> bool:
        return await self._changed("DELETE FROM files WHERE id = ?", file_id)

    async def _changed(self, statement: str, *values: object) -> bool:
        def job(connection: sqlite3.Connection) -> bool:
            return connection.execute(statement, values).rowcount > 0

        return await self._engine.write(job)
