"""Timelines in SQLite."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chatbeside.domain.models import Message, NewMessage, RoomHead
from chatbeside.domain.search import Search
from chatbeside.store.interfaces_messages import Span
from chatbeside.store.sqlite import search as index
from chatbeside.store.sqlite.engine import Engine
from chatbeside.store.sqlite.table import Table
from chatbeside.store.timeline import change_form, counts, place

_NUMBERS = (
    "SELECT (SELECT coalesce(max(seq), 0) FROM messages WHERE room_id = ?1), "
    "(SELECT coalesce(max(rev), 0) FROM messages WHERE room_id = ?1)"
)
_IN_SPAN = "seq > json_extract(wanted.value, '$[0]') AND seq <= json_extract(wanted.value, '$[1]')"


class _Messages(Table[Message]):
    def derived(self, value: Message) -> dict[str, Any]:
        return {"counts": counts(value.kind, value.deleted_at)}

    def insert(self, connection: sqlite3.Connection, value: Message, *, otherwise: str = "") -> int:
        stored = super().insert(connection, value, otherwise=otherwise)
        if otherwise:
            connection.execute("DELETE FROM message_mentions WHERE message_id = ?", (value.id,))
            index.forget(connection, value.id)
        self.mention(connection, value)
        index.keep(connection, value)
        return stored

    def put(self, connection: sqlite3.Connection, before: Message, value: Message) -> None:
        """Store a new form of ``before``."""
        record = self.codec.encode(value) | self.derived(value)
        setting = ", ".join(f"{name} = ?" for name in record)
        statement = f"UPDATE messages SET {setting} WHERE id = ?"  # noqa: S608 names are our own
        connection.execute(statement, (*record.values(), value.id))
        if before.mentions or value.mentions:
            connection.execute("DELETE FROM message_mentions WHERE message_id = ?", (value.id,))
            self.mention(connection, value)
        index.change(connection, before, value)

    def mention(self, connection: sqlite3.Connection, value: Message) -> None:
        """Store whom the message mentions, as far as it counts for them."""
        if counts(value.kind, value.deleted_at):
            for user_id in set(value.mentions) - {value.sender_id}:
                connection.execute(
                    "INSERT INTO message_mentions (room_id, user_id, seq, message_id) VALUES (?, ?, ?, ?)",
                    (value.room_id, user_id, value.seq, value.id),
                )


class SqliteMessages:
    """See :class:`chatbeside.store.interfaces.Messages`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.table = _Messages("messages")

    async def append(self, message: NewMessage) -> tuple[Message, bool]:
        def job(connection: sqlite3.Connection) -> tuple[Message, bool]:
            where = "room_id = ? AND sender_id = ? AND client_id = ?"
            known = self.table.one(connection, where, message.room_id, message.sender_id, message.client_id)
            if known:
                return known, False
            seq, rev = connection.execute(_NUMBERS, (message.room_id,)).fetchone()
            stored = place(message, seq + 1, rev + 1)
            self.table.insert(connection, stored)
            return stored, True

        return await self._engine.write(job)

    async def change(self, message_id: str, edit: Callable[[Message], Message | None]) -> Message | None:
        def job(connection: sqlite3.Connection) -> Message | None:
            before = self.table.one(connection, "id = ?", message_id)
            after = edit(before) if before else None
            if before is None or after is None:
                return before
            _, rev = connection.execute(_NUMBERS, (before.room_id,)).fetchone()
            stored = change_form(before, after, rev + 1)
            self.table.put(connection, before, stored)
            return stored

        return await self._engine.write(job)

    async def get(self, message_id: str) -> Message | None:
        return await self._engine.read(lambda connection: self.table.one(connection, "id = ?", message_id))

    async def get_many(self, message_ids: Iterable[str]) -> dict[str, Message]:
        ids = list(message_ids)
        found = await self._engine.read(lambda connection: self.table.by_ids(connection, ids)) if ids else []
        return {message.id: message for message in found}

    async def page(
        self, room_id: str, *, before: int | None = None, after: int | None = None, limit: int
    ) -> list[Message]:
        conditions, values = ["room_id = ?"], [room_id, limit]
        if before is not None:
            conditions.append("seq < ?")
            values.insert(-1, before)
        if after is not None:
            conditions.append("seq > ?")
            values.insert(-1, after)
        order = "ASC" if after is not None else "DESC"
        where = f"{' AND '.join(conditions)} ORDER BY seq {order} LIMIT ?"
        found = await self._engine.read(lambda connection: self.table.many(connection, where, *values))
        return found if after is not None else found[::-1]

    async def of_sender(self, room_id: str, sender_id: str, *, after: int = 0, limit: int) -> list[Message]:
        where = "room_id = ? AND sender_id = ? AND seq > ? ORDER BY seq LIMIT ?"
        return await self._engine.read(
            lambda connection: self.table.many(connection, where, room_id, sender_id, after, limit)
        )

    async def changes(self, room_id: str, *, after_rev: int, limit: int) -> list[Message]:
        where = "room_id = ? AND rev > ? ORDER BY rev LIMIT ?"
        return await self._engine.read(lambda connection: self.table.many(connection, where, room_id, after_rev, limit))

    async def pinned(self, room_id: str, *, limit: int) -> list[Message]:
        where = "room_id = ? AND pinned_at IS NOT NULL ORDER BY pinned_at DESC, id DESC LIMIT ?"
        return await self._engine.read(lambda connection: self.table.many(connection, where, room_id, limit))

    async def search(self, search: Search, *, before: Message | None = None, limit: int) -> list[Message]:
        if not search.rooms or not (search.beginnings or search.with_file):
            return []
        rows = await self._engine.read(index.finder(self.table.codec.names, search, before, limit))
        return [self.table.codec.decode_row(row) for row in rows]

    async def heads(self, room_ids: Iterable[str]) -> dict[str, RoomHead]:
        ids = list(dict.fromkeys(room_ids))
        columns = ", ".join(f"messages.{name}" for name in self.table.codec.names)
        statement = (
            f"SELECT {columns}, (SELECT max(rev) FROM messages AS each WHERE each.room_id = wanted.value) "  # noqa: S608
            "FROM json_each(?) AS wanted JOIN messages ON messages.room_id = wanted.value "
            "AND messages.seq = (SELECT max(seq) FROM messages AS each WHERE each.room_id = wanted.value)"
        )

        def job(connection: sqlite3.Connection) -> dict[str, RoomHead]:
            heads = {room_id: RoomHead(room_id, 0, 0, None) for room_id in ids}
            for row in connection.execute(statement, (json.dumps(ids),)):
                last = self.table.codec.decode_row(row)
                heads[last.room_id] = RoomHead(last.room_id, last.seq, row[-1], last)
            return heads

        return await self._engine.read(job) if ids else {}

    async def count_unread(self, user_id: str, spans: Mapping[str, Span], *, limit: int) -> dict[str, int]:
        counted = (
            "SELECT 1 FROM messages WHERE room_id = wanted.key AND counts = 1 AND sender_id <> ?1 "  # noqa: S608
            f"AND {_IN_SPAN} LIMIT ?2"
        )
        return await self._count(counted, user_id, spans, limit)

    async def count_mentions(self, user_id: str, spans: Mapping[str, Span], *, limit: int) -> dict[str, int]:
        counted = f"SELECT 1 FROM message_mentions WHERE room_id = wanted.key AND user_id = ?1 AND {_IN_SPAN} LIMIT ?2"  # noqa: S608
        return await self._count(counted, user_id, spans, limit)

    async def _count(self, counted: str, user_id: str, spans: Mapping[str, Span], limit: int) -> dict[str, int]:
        statement = f"SELECT wanted.key, (SELECT count(*) FROM ({counted})) FROM json_each(?3) AS wanted"  # noqa: S608

        def job(connection: sqlite3.Connection) -> dict[str, int]:
            rows = connection.execute(statement, (user_id, limit, json.dumps(spans)))
            return {room_id: count for room_id, count in rows if count}

        return await self._engine.read(job) if spans else {}
