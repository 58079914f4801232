"""Finding messages by their words in MongoDB: an array of keys in each message, and an index over room and key."""

from collections.abc import Mapping
from typing import Any

from chatbeside.domain.models import Message
from chatbeside.domain.search import Search, found_by
from chatbeside.store.mongo.client import Connection, answering
from chatbeside.store.mongo.collection import Collection

_FORM = 2
"""What the computed fields are made by; whoever changes that raises it, and every message gets new ones at the next
start."""
_BATCH = 500

NEWEST_FIRST = (("created_at", -1), ("seq", -1), ("_id", -1))


def derived(message: Message) -> dict[str, Any]:
    """Return the fields by which a message is found."""
    return {"words": sorted(found_by(message)) or None, "has_file": bool(message.attachments) or None}


def where(search: Search, before: Message | None) -> dict[str, Any]:
    """Return the filter of what ``search`` asks for."""
    rare, others = search.beginnings[:1], search.beginnings[1:]  # the longest comes first: likely the rarest
    clauses: list[dict[str, Any]] = [{"words": _beginning(each)} for each in others]
    if before is not None:
        clauses.append({"$or": _earlier(before)})
    moments = ({"$gte": search.since} if search.since else {}) | ({"$lt": search.until} if search.until else {})
    return (
        {"room_id": {"$in": list(search.rooms)}}
        | ({"words": _beginning(rare[0])} if rare else {})
        | ({"$and": clauses} if clauses else {})
        | ({"sender_id": search.sender_id} if search.sender_id is not None else {})
        | ({"has_file": True} if search.with_file else {})
        | ({"created_at": moments} if moments else {})
    )


async def fill(connection: Connection, messages: Collection[Message]) -> None:
    """Give messages of an older chatbeside their computed fields, until :func:`filled`. Before the indexes are made."""
    meta = connection.collection("meta")
    with answering():
        known = await meta.find_one({"_id": "search"})
    if known and known["form"] >= _FORM:
        return
    last: str | None = None
    while found := await _next(messages, last):
        for message in found:
            # Somebody may change it meanwhile: then its new form has its keys already.
            await messages.put({"_id": message.id, "rev": message.rev}, messages.derived(message))
        last = found[-1].id


async def filled(connection: Connection) -> None:
    """Note that every message has its computed fields, and that no index has refused them."""
    meta = connection.collection("meta")
    with answering():
        await meta.update_one({"_id": "search"}, {"$max": {"form": _FORM}}, upsert=True)


async def _next(messages: Collection[Message], last: str | None) -> list[Message]:
    return await messages.many({} if last is None else {"_id": {"$gt": last}}, sort=[("_id", 1)], limit=_BATCH)


def _beginning(key: str) -> Mapping[str, Any]:
    # Such an expression is a range of the index. Keys hold letters, marks and digits alone: nothing to escape.
    return {"$regex": f"^{key}"}


def _earlier(message: Message) -> list[dict[str, Any]]:
    at, seq = message.created_at, message.seq
    return [
        {"created_at": {"$lt": at}},
        {"created_at": at, "seq": {"$lt": seq}},
        {"created_at": at, "seq": seq, "_id": {"$lt": message.id}},
    ]
