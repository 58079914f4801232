"""Read and delivery pointers in SQLite."""

import json
import sqlite3
from collections.abc import Iterable

from chatbeside.domain.models import Receipt
from chatbeside.store.sqlite.engine import Engine
from chatbeside.store.sqlite.table import Table


class SqliteReceipts:
    """See :class:`chatbeside.store.interfaces.Receipts`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table: Table[Receipt] = Table("receipts")

    async def get(self, room_id: str, user_id: str) -> Receipt:
        where = "room_id = ? AND user_id = ?"
        found = await self._engine.read(lambda connection: self.table.one(connection, where, room_id, user_id))
        return found or Receipt(room_id, user_id)

    async def advance(self, room_id: str, user_id: str, *, read_seq: int = 0, delivered_seq: int = 0) -> Receipt:
        asked = Receipt(room_id, user_id, read_seq, delivered_seq)
        otherwise = (
            "ON CONFLICT (room_id, user_id) DO UPDATE SET read_seq = max(read_seq, excluded.read_seq), "
            "delivered_seq = max(delivered_seq, excluded.delivered_seq)"
        )

        def job(connection: sqlite3.Connection) -> Receipt:
            self.table.insert(connection, asked, otherwise=otherwise)
            return self.table.one(connection, "room_id = ? AND user_id = ?", room_id, user_id) or asked

        return await self._engine.write(job)

    async def of_members(self, room_ids: Iterable[str]) -> dict[str, list[Receipt]]:
        ids = json.dumps(list(dict.fromkeys(room_ids)))
        columns = ", ".join(f"receipts.{name}" for name in self.table.codec.names)
        statement = (
            f"SELECT {columns} FROM json_each(?) AS wanted "  # noqa: S608 names are our own
            "CROSS JOIN members ON members.room_id = wanted.value "
            "CROSS JOIN receipts ON receipts.room_id = members.room_id AND receipts.user_id = members.user_id"
        )

        def job(connection: sqlite3.Connection) -> dict[str, list[Receipt]]:
            found: dict[str, list[Receipt]] = {}
            for row in connection.execute(statement, (ids,)):
                receipt = self.table.codec.decode_row(row)
                found.setdefault(receipt.room_id, []).append(receipt)
            return found

        return await self._engine.read(job)

    async def of_user(self, user_id: str) -> dict[str, Receipt]:
        found = await self._engine.read(lambda connection: self.table.many(connection, "user_id = ?", user_id))
        return {receipt.room_id: receipt for receipt in found}
