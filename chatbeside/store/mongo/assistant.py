"""What the assistant keeps, in MongoDB."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chatbeside.domain.assistant import Answering, Citation, Config, Reminder, Usage
from chatbeside.store.interfaces import Taken
from chatbeside.store.mongo.client import Connection, Duplicate
from chatbeside.store.mongo.collection import Collection


class MongoConfig:
    """See :class:`chatbeside.store.interfaces.Config`."""

    def __init__(self, connection: Connection) -> None:
        self.collection: Collection[Config] = Collection(connection, "config")

    async def get(self, name: str) -> Mapping[str, Any]:
        found = await self.collection.one({"name": name})
        return found.data if found else {}

    async def put(self, name: str, values: Mapping[str, Any]) -> None:
        data = self.collection.codec.encode_fields({"data": values})
        await self.collection.upsert({"name": name}, {"$set": data})


class MongoUsages:
    """See :class:`chatbeside.store.interfaces.Usages`."""

    def __init__(self, connection: Connection) -> None:
        self.collection: Collection[Usage] = Collection(connection, "usage")

    async def add(self, usage: Usage) -> None:
        place = {"month": usage.month, "user_id": usage.user_id, "room_id": usage.room_id}
        counts = {name: getattr(usage, name) for name in ("prompt_tokens", "answer_tokens", "answers")}
        await self.collection.upsert(place, {"$inc": counts})

    async def total(self, month: str, user_id: str) -> int:
        found = await self.collection.many({"month": month, "user_id": user_id})
        return sum(each.prompt_tokens + each.answer_tokens for each in found)

    async def of_month(self, month: str, *, limit: int, after: tuple[str, str] = ("", "")) -> list[Usage]:
        return await self.collection.following({"month": month}, ("user_id", "room_id"), after, limit=limit)


class _Reminders(Collection[Reminder]):
    def derived(self, value: Reminder) -> dict[str, Any]:
        return {"open": value.done_at is None}


class MongoReminders:
    """See :class:`chatbeside.store.interfaces.Reminders`."""

    def __init__(self, connection: Connection) -> None:
        self.collection = _Reminders(connection, "reminders")

    async def add(self, reminder: Reminder) -> None:
        try:
            await self.collection.insert(reminder)
        except Duplicate as error:
            raise Taken("id") from error

    async def open_of(self, user_id: str) -> list[Reminder]:
        where = {"user_id": user_id, "open": True}
        return await self.collection.many(where, sort=[("due_at", 1), ("_id", 1)])

    async def due(self, at: datetime, *, limit: int) -> list[Reminder]:
        where = {"open": True, "due_at": {"$lte": at}}
        return await self.collection.many(where, sort=[("due_at", 1), ("_id", 1)], limit=limit)

    async def finish(self, reminder_id: str, at: datetime) -> bool:
        return await self.collection.put({"_id": reminder_id, "open": True}, {"done_at": at, "open": False})


class MongoAnswers:
    """See :class:`chatbeside.store.interfaces.Answers`."""

    def __init__(self, connection: Connection) -> None:
        self.collection: Collection[Answering] = Collection(connection, "answers")

    async def begin(self, answer: Answering) -> None:
        document = self.collection.document(answer)
        where, seen = {"_id": document.pop("_id")}, {"seen_at": document.pop("seen_at")}
        await self.collection.upsert(where, {"$set": seen, "$setOnInsert": document})

    async def touch(self, answer_id: str, at: datetime) -> None:
        await self.collection.put({"_id": answer_id}, {"seen_at": at})

    async def end(self, answer_id: str) -> bool:
        return await self.collection.delete({"_id": answer_id})

    async def silent(self, before: datetime, *, limit: int) -> list[Answering]:
        order = [("seen_at", 1), ("_id", 1)]
        return await self.collection.many({"seen_at": {"$lt": before}}, sort=order, limit=limit)


class MongoCitations:
    """See :class:`chatbeside.store.interfaces.Citations`."""

    def __init__(self, connection: Connection) -> None:
        self.collection: Collection[Citation] = Collection(connection, "citations")

    async def put(self, answer_id: str, citations: Sequence[Citation]) -> None:
        wanted = {citation.cited_id: citation for citation in reversed(citations)}  # of two, the first holds
        before = await self.collection.many({"answer_id": answer_id})
        # New ones first: whoever reads meanwhile may see too much, but never that an answer rests on nothing.
        for citation in wanted.values():
            place = {"cited_id": citation.cited_id, "answer_id": answer_id}
            await self.collection.upsert(place, {"$set": {"number": citation.number}})
        for citation in before:
            if citation.cited_id not in wanted:
                await self.collection.delete({"cited_id": citation.cited_id, "answer_id": answer_id})

    async def of(self, cited_id: str) -> list[Citation]:
        return await self.collection.many({"cited_id": cited_id}, sort=[("answer_id", 1)])
