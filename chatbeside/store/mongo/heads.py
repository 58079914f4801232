"""The newest state of many timelines in few queries.

MongoDB has no query for "the newest of each room" that every server of its kind answers from an index. So a *mark* is
kept of each room: a pair of numbers that it once had. They only rise, so whatever is newer is found above the mark, and
a mark that is old, or missing after a crash, costs time and nothing else. It is renewed when much is above it.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from chatbeside.domain.models import Message, RoomHead
from chatbeside.store.interfaces import StoreUnavailable
from chatbeside.store.mongo.client import Connection, Duplicate, answering
from chatbeside.store.mongo.collection import Collection, in_pieces

EVERY = 64
"""Messages after which a room gets a new mark."""
_AT_ONCE = 16

Mark = tuple[int, int]
"""``rev`` and the highest ``seq`` that the room had with it."""


class Heads:
    """Finds the newest state of timelines.

    Args:
        connection: Where the marks are.
        messages: The timelines.
    """

    def __init__(self, connection: Connection, messages: Collection[Message]) -> None:
        self._connection = connection
        self._messages = messages

    async def of(self, room_ids: Iterable[str]) -> dict[str, RoomHead]:
        """Return the newest state of each room, by two queries for every hundred of them, and one for all."""
        ids = list(dict.fromkeys(room_ids))
        marks = await self._marks(ids)
        now = {room_id: mark for room_id, mark in marks.items() if not mark[0]}
        for piece in in_pieces(marks.items()):
            now |= await self._above(dict(piece))
        new = [room_id for room_id in ids if room_id not in now]
        now |= zip(new, await self._each(new), strict=True)
        # The numbers first: a message newer than they are is harmless, a number newer than the message is a gap.
        last: dict[str, Message] = {}
        for places in in_pieces((room_id, seq) for room_id, (_, seq) in now.items() if seq):
            found = await self._messages.many({"$or": [{"room_id": room_id, "seq": seq} for room_id, seq in places]})
            last |= {message.room_id: message for message in found}
        old = [room_id for room_id in ids if now[room_id][0] >= marks.get(room_id, (-EVERY, 0))[0] + EVERY]
        for some_old in in_pieces(old):
            await asyncio.gather(*(self.mark(room_id, *now[room_id]) for room_id in some_old))
        return {room_id: RoomHead(room_id, now[room_id][1], now[room_id][0], last.get(room_id)) for room_id in ids}

    async def mark(self, room_id: str, rev: int, seq: int) -> None:
        """Keep that a room has these numbers now. Never raises because the server does not answer."""
        with suppress(StoreUnavailable, Duplicate), answering():  # a duplicate: there is a higher one
            await self._collection.update_one(
                {"_id": room_id, "rev": {"$lt": rev}}, {"$set": {"rev": rev, "seq": seq}}, upsert=True
            )

    @property
    def _collection(self) -> Any:
        return self._connection.collection("heads")

    async def _marks(self, room_ids: Sequence[str]) -> dict[str, Mark]:
        if not room_ids:
            return {}
        with answering():
            found = await self._collection.find({"_id": {"$in": list(room_ids)}}).to_list(None)
        return {each["_id"]: (int(each["rev"]), int(each["seq"])) for each in found}

    async def _above(self, marks: dict[str, Mark]) -> dict[str, Mark]:
        """Return the numbers of the rooms in which there is a message at the mark or above it: nearly always all."""
        ranges = [{"room_id": room_id, "rev": {"$gte": rev}} for room_id, (rev, _) in marks.items()]
        with answering():
            fields = {"_id": 0, "room_id": 1, "rev": 1, "seq": 1}
            found = await self._messages.documents.find({"$or": ranges}, fields).to_list(None)
        now: dict[str, Mark] = {}
        for each in found:
            room_id = each["room_id"]
            rev, seq = now.get(room_id, (0, marks[room_id][1]))
            now[room_id] = max(rev, int(each["rev"])), max(seq, int(each["seq"]))
        return now

    async def _each(self, room_ids: Sequence[str]) -> list[Mark]:
        """Return the numbers of rooms that have no mark, by asking for each."""
        turn = asyncio.Semaphore(_AT_ONCE)

        async def one(room_id: str) -> Mark:
            async with turn:
                rev = await self._messages.highest({"room_id": room_id}, "rev")
                return rev, await self._messages.highest({"room_id": room_id}, "seq") if rev else 0

        return await asyncio.gather(*(one(room_id) for room_id in room_ids))
