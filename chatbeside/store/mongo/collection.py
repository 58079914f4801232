"""What the repositories share: how values are written in documents, and the few calls that reach the server."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Generic, TypeVar

from pymongo import ReturnDocument

from chatbeside.store.interfaces import Taken
from chatbeside.store.mongo.client import Connection, Duplicate, answering
from chatbeside.store.mongo.indexes import INDEXES
from chatbeside.store.mongo.races import Retry
from chatbeside.store.records import DUMP_BATCH, KEYS, MODELS, PLAIN_CODECS, Codec, Form
from chatbeside.store.turns import in_turns

T = TypeVar("T")
Where = Mapping[str, Any]
Sort = Sequence[tuple[str, int]]

_AT_ONCE = 100
"""What one query asks for when it asks for many."""
_ONE_EACH = {"$sum": 1}
_UNFIT = re.compile(r"[%.$\0]")
_ESCAPED = re.compile(r"%([0-9A-F]{2})")


def _escape(value: Any) -> Any:
    """Return ``value`` with keys that every server can store: no dot, dollar sign or NUL in them."""
    if isinstance(value, Mapping):
        return {_UNFIT.sub(lambda found: f"%{ord(found[0]):02X}", key): _escape(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_escape(each) for each in value]
    return value


def _unescape(stored: Any) -> Any:
    if isinstance(stored, Mapping):
        return {
            _ESCAPED.sub(lambda found: chr(int(found[1], 16)), key): _unescape(each) for key, each in stored.items()
        }
    if isinstance(stored, list):
        return [_unescape(each) for each in stored]
    return stored


def _utc(stored: datetime) -> datetime:
    return stored.astimezone(UTC)


MONGO = Form(lambda moment: moment, _utc, _escape, _unescape)
"""Moments are BSON dates, nested values documents and arrays. A field that is None is left out."""


class Collection(Generic[T]):
    """Reads and writes documents of one noun. Every call raises StoreUnavailable when the server does not answer."""

    def __init__(self, connection: Connection, noun: str) -> None:
        self._connection = connection
        self.noun = noun
        self.codec: Codec[T] = Codec(MODELS[noun], MONGO)
        self._plain: Codec[T] = PLAIN_CODECS[noun]
        self._key = tuple("_id" if name == "id" else name for name in KEYS[noun])

    @property
    def documents(self) -> Any:
        """The driver's collection."""
        return self._connection.collection(self.noun)

    def derived(self, value: T) -> dict[str, Any]:
        """Return the fields that are computed from a value, by name."""
        return {}

    def document(self, value: T, derived: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return ``value`` as it is stored; ``derived`` are its computed fields, if they are known already."""
        return _stored(self.codec.encode(value) | (self.derived(value) if derived is None else derived))

    def value(self, document: Mapping[str, Any]) -> T:
        """Return what is stored in ``document``."""
        if "id" in self.codec.names:
            document = {**document, "id": document["_id"]}
        return self.codec.decode(document)

    async def prepare(self) -> None:
        """Make the indexes that are missing."""
        for index in INDEXES[self.noun]:
            with answering():
                await self.documents.create_index(
                    [(field, 1) for field in index.fields], name=index.name, unique=index.unique
                )

    async def one(self, where: Where, *, sort: Sort | None = None) -> T | None:
        """Return the first document that matches."""
        document = await self.document_of(where, sort=sort)
        return None if document is None else self.value(document)

    async def document_of(self, where: Where, *, sort: Sort | None = None) -> Mapping[str, Any] | None:
        """Return the first document that matches as it is stored, with its computed fields."""
        with answering():
            found: Mapping[str, Any] | None = await self.documents.find_one(where, sort=sort)
        return found

    async def many(self, where: Where, *, sort: Sort | None = None, limit: int = 0) -> list[T]:
        """Return the documents that match; ``limit`` 0 means all."""
        with answering():
            documents = await self.documents.find(where, sort=sort, limit=limit).to_list(None)
        return await in_turns(self.value, documents)

    async def following(
        self, where: Where, order: Sequence[str], after: Sequence[Any] | None, *, limit: int
    ) -> list[T]:
        """Return the next documents that match, by rising ``order``.

        Args:
            where: Equalities on the fields of an index before those of ``order``.
            order: Names of fields that no two documents share all of.
            after: Their values in the last document seen.
            limit: Most documents to return.
        """
        ranges: list[dict[str, Any]] = [{}]
        if after:  # the rest under the same leading values, then what follows; each is one range of an index
            ranges = [
                {**dict(zip(order[:place], after, strict=False)), order[place]: {"$gt": after[place]}}
                for place in range(len(order) - 1, -1, -1)
            ]
        found: list[T] = []
        for each in ranges:
            if len(found) < limit:
                sort = [(name, 1) for name in order]
                found += await self.many({**where, **each}, sort=sort, limit=limit - len(found))
        return found

    async def by_ids(self, ids: Iterable[str]) -> list[T]:
        """Return the documents that exist among ``ids``."""
        wanted = list(dict.fromkeys(ids))
        return await self.many({"_id": {"$in": wanted}}) if wanted else []

    async def highest(self, where: Where, field: str) -> int:
        """Return the highest value of a whole number among the documents that match, 0 when there are none."""
        with answering():
            found = await self.documents.find_one(where, {"_id": 0, field: 1}, sort=[(field, -1)])
        return int(found[field]) if found else 0

    async def count(self, where: Where, *, limit: int = 0) -> int:
        """Count the documents that match, up to ``limit`` unless that is 0."""
        with answering():
            return int(await self.documents.count_documents(where, **({"limit": limit} if limit else {})))

    async def count_by(self, field: str, where: Where) -> dict[str, int]:
        """Count the documents that match, by the value of ``field``."""
        with answering():
            groups = self.documents.aggregate([{"$match": where}, {"$group": {"_id": f"${field}", "n": _ONE_EACH}}])
            return {each["_id"]: int(each["n"]) for each in await groups.to_list(None)}

    async def insert(self, value: T, derived: dict[str, Any] | None = None) -> None:
        """Store a new document; see :meth:`document`. Raises Duplicate."""
        with answering():
            await self.documents.insert_one(self.document(value, derived))

    async def put(self, where: Where, columns: Mapping[str, Any]) -> bool:
        """Set fields (and unset those that are None) of the document that matches; say whether there was one.

        Raises Duplicate.
        """
        with answering():
            result = await self.documents.update_one(where, _setting(columns))
        return bool(result.matched_count)

    async def update(self, where: Where, changes: Mapping[str, Any], **derived: Any) -> T | None:
        """Set fields and return the document. Raises Duplicate, and ValueError for an unknown field."""
        if not changes.keys().isdisjoint(KEYS[self.noun]):
            raise ValueError(f"{', '.join(KEYS[self.noun])} cannot change")
        columns = self.codec.encode_fields(changes) | derived
        if not columns:
            return await self.one(where)
        with answering():
            document = await self.documents.find_one_and_update(
                where, _setting(columns), return_document=ReturnDocument.AFTER
            )
        return None if document is None else self.value(document)

    async def upsert(self, where: Where, change: Mapping[str, Any]) -> T:
        """Change the document that matches, made when it is missing, and return it.

        Args:
            where: Equalities on a unique index.
            change: Operators, such as ``$max``.
        """
        async for _ in Retry():
            try:
                with answering():
                    document = await self.documents.find_one_and_update(
                        where, change, upsert=True, return_document=ReturnDocument.AFTER
                    )
                return self.value(document)
            except Duplicate:  # somebody else made it between looking and making
                continue
        raise AssertionError("Retry ends by raising")

    async def delete(self, where: Where) -> bool:
        """Remove the document that matches; say whether there was one."""
        with answering():
            return bool((await self.documents.delete_one(where)).deleted_count)

    async def dump(self, after: Sequence[Any] | None) -> list[dict[str, Any]]:
        """Return the next batch in order of the key, in the plain form; ``after`` is the last key seen."""
        found = await self.following({}, self._key, after, limit=DUMP_BATCH)
        return [self._plain.encode(value) for value in found]

    async def load(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Store records in the plain form; one whose key exists is replaced. Raises Taken."""
        documents = [self.document(self._plain.decode(record)) for record in records]
        if not documents:
            return
        try:
            with answering():
                await self.documents.insert_many(documents, ordered=False)
        except Duplicate:  # some are there already: one by one
            for document in documents:
                if "id" not in self.codec.names:
                    document.pop("_id", None)  # the driver's own, from the first try
                key = ("_id",) if "_id" in document else self._key
                await self._replace({name: document[name] for name in key}, document)

    async def _replace(self, where: Where, document: Mapping[str, Any]) -> None:
        try:
            with answering():
                await self.documents.replace_one(where, document, upsert=True)
        except Duplicate as error:
            raise Taken("id") from error


def in_pieces(values: Iterable[T]) -> Iterator[list[T]]:
    """Yield ``values`` in as large pieces as one query asks for."""
    rest = iter(values)
    while piece := list(islice(rest, _AT_ONCE)):
        yield piece


def _stored(record: Mapping[str, Any]) -> dict[str, Any]:
    return {"_id" if name == "id" else name: value for name, value in record.items() if value is not None}


def _setting(columns: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    given = {name: value for name, value in columns.items() if value is not None}
    gone = {name: "" for name, value in columns.items() if value is None}
    return {operator: fields for operator, fields in (("$set", given), ("$unset", gone)) if fields}
