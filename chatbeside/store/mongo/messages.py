"""Timelines in MongoDB.

A standalone server has no transactions, so a number is taken by trying: read the highest, write with
the next, and when the unique index refuses it, somebody else was faster: again. A message that changes
again gives its number up; that nobody who read before takes it a second time, each message keeps the
numbers it has had lately in ``used``, and the index over these refuses them.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from chatbeside.domain.models import Message, NewMessage, RoomHead
from chatbeside.domain.search import Search
from chatbeside.store.interfaces import Taken
from chatbeside.store.interfaces_messages import Span
from chatbeside.store.mongo import search as index
from chatbeside.store.mongo.client import Connection, Duplicate
from chatbeside.store.mongo.collection import Collection, Where, in_pieces
from chatbeside.store.mongo.heads import EVERY, Heads
from chatbeside.store.mongo.races import Locks, Retry
from chatbeside.store.timeline import change_form, counts, place

_LONG = 1000
"""Characters from which on the words of a text are looked for in a thread."""
_LATELY = 1000
"""Changes of a room after which nobody can be about to write with what was read before."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class _Messages(Collection[Message]):
    def derived(self, value: Message) -> dict[str, Any]:
        counting = counts(value.kind, value.deleted_at)
        others = sorted(set(value.mentions) - {value.sender_id}) if counting else []
        return {"counts": counting, "counts_for": others or None, "used": [value.rev]} | index.derived(value)

    async def derive(self, value: Message) -> dict[str, Any]:
        """Do what :meth:`derived` does, the words of a long text beside the event loop: they take a while."""
        return await asyncio.to_thread(self.derived, value) if len(value.content) > _LONG else self.derived(value)


class MongoMessages:
    """See :class:`chatbeside.store.interfaces.Messages`."""

    def __init__(self, connection: Connection) -> None:
        self.collection = _Messages(connection, "messages")
        self._heads = Heads(connection, self.collection)
        self._locks = Locks()

    async def append(self, message: NewMessage) -> tuple[Message, bool]:
        room = {"room_id": message.room_id}
        async with self._locks.of(message.room_id):
            async for _ in Retry():
                seq, rev = await asyncio.gather(
                    self.collection.highest(room, "seq"), self.collection.highest(room, "rev")
                )
                stored = place(message, seq + 1, rev + 1)
                try:
                    await self.collection.insert(stored, await self.collection.derive(stored))
                except Duplicate as error:
                    known = await self.collection.one(
                        {**room, "sender_id": message.sender_id, "client_id": message.client_id}
                    )
                    if known:
                        return known, False
                    if await self.get(message.id):
                        raise Taken("id") from error
                else:
                    if stored.seq % EVERY == 0:
                        await self._heads.mark(stored.room_id, stored.rev, stored.seq)
                    return stored, True
        raise AssertionError("Retry ends by raising")

    async def change(self, message_id: str, edit: Callable[[Message], Message | None]) -> Message | None:
        found = await self.get(message_id)
        if found is None:
            return None
        async with self._locks.of(found.room_id):
            async for _ in Retry():
                document = await self.collection.document_of({"_id": message_id})
                if document is None:
                    return None
                before = self.collection.value(document)
                after = edit(before)
                if after is None:
                    return before
                rev = await self.collection.highest({"room_id": before.room_id}, "rev") + 1
                stored = change_form(before, after, rev)
                used = [number for number in document["used"] if number > rev - _LATELY]
                if await self._swap(before, stored, [*used, rev]):
                    return stored
        raise AssertionError("Retry ends by raising")

    async def get(self, message_id: str) -> Message | None:
        return await self.collection.one({"_id": message_id})

    async def get_many(self, message_ids: Iterable[str]) -> dict[str, Message]:
        return {message.id: message for message in await self.collection.by_ids(message_ids)}

    async def page(
        self, room_id: str, *, before: int | None = None, after: int | None = None, limit: int
    ) -> list[Message]:
        bounds = ({"$lt": before} if before is not None else {}) | ({"$gt": after} if after is not None else {})
        where: dict[str, Any] = {"room_id": room_id} | ({"seq": bounds} if bounds else {})
        if after is not None:
            return await self.collection.many(where, sort=[("seq", 1)], limit=limit)
        return (await self.collection.many(where, sort=[("seq", -1)], limit=limit))[::-1]

    async def of_sender(self, room_id: str, sender_id: str, *, after: int = 0, limit: int) -> list[Message]:
        where = {"room_id": room_id, "sender_id": sender_id, "seq": {"$gt": after}}
        return await self.collection.many(where, sort=[("seq", 1)], limit=limit)

    async def changes(self, room_id: str, *, after_rev: int, limit: int) -> list[Message]:
        where = {"room_id": room_id, "rev": {"$gt": after_rev}}
        return await self.collection.many(where, sort=[("rev", 1)], limit=limit)

    async def pinned(self, room_id: str, *, limit: int) -> list[Message]:
        where = {"room_id": room_id, "pinned_at": {"$gt": _LONG_AGO}}  # a field that is missing is in no range
        return await self.collection.many(where, sort=[("pinned_at", -1), ("_id", -1)], limit=limit)

    async def search(self, search: Search, *, before: Message | None = None, limit: int) -> list[Message]:
        if not search.rooms or not (search.beginnings or search.with_file):
            return []
        return await self.collection.many(index.where(search, before), sort=index.NEWEST_FIRST, limit=limit)

    async def heads(self, room_ids: Iterable[str]) -> dict[str, RoomHead]:
        return await self._heads.of(room_ids)

    async def count_unread(self, user_id: str, spans: Mapping[str, Span], *, limit: int) -> dict[str, int]:
        return await self._count({"counts": True, "sender_id": {"$ne": user_id}}, spans, limit)

    async def count_mentions(self, user_id: str, spans: Mapping[str, Span], *, limit: int) -> dict[str, int]:
        return await self._count({"counts_for": user_id}, spans, limit)

    async def _count(self, where: Where, spans: Mapping[str, Span], limit: int) -> dict[str, int]:
        """Count in many rooms at once. A query has no limit by room, so it looks at a piece of each span."""
        found: dict[str, int] = {}
        left, piece = dict(spans), 2 * limit
        while left:
            for some in in_pieces(left.items()):
                pieces = [
                    {"room_id": room_id, "seq": {"$gt": after, "$lte": min(last, after + piece)}, **where}
                    for room_id, (after, last) in some
                ]
                for room_id, count in (await self.collection.count_by("room_id", {"$or": pieces})).items():
                    found[room_id] = min(limit, found.get(room_id, 0) + count)
            left = {
                room_id: (after + piece, last)
                for room_id, (after, last) in left.items()
                if after + piece < last and found.get(room_id, 0) < limit
            }
            piece *= 2  # nearly all are the person's own: few rounds, however many there are
        return found

    async def _swap(self, before: Message, after: Message, used: list[int]) -> bool:
        """Store ``after`` if ``before`` is still what is stored and the number is free."""
        columns = self.collection.codec.encode(after) | await self.collection.derive(after)
        columns["used"] = used
        del columns["id"]
        try:
            return await self.collection.put({"_id": before.id, "rev": before.rev}, columns)
        except Duplicate:
            return False
