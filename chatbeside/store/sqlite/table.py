"""What the repositories share: how values are written in columns, and the statements that are the same for all."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from chatbeside.store.interfaces import Taken
from chatbeside.store.records import DUMP_BATCH, KEYS, MODELS, PLAIN_CODECS, Codec, Form

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_TAKEN = {
    "users.username_key": "username",
    "users.email_key": "email",
    "rooms.pair": "pair",
    "group_calls.open_room": "room",
}


def moment(value: datetime) -> int:
    """Return milliseconds since 1970."""
    return (value - _EPOCH) // _MILLISECOND


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _unjson(text: str) -> Any:
    return {} if text == "{}" else json.loads(text)


SQLITE = Form(moment, lambda stored: _EPOCH + stored * _MILLISECOND, _json, _unjson)
"""Moments are whole milliseconds since 1970, nested values JSON text."""


def taken(error: sqlite3.IntegrityError) -> Taken | None:
    """Return which unique value the error speaks of, if it does."""
    kind, _, columns = str(error).partition(": ")
    if kind != "UNIQUE constraint failed":
        return None
    column = columns.split(", ", maxsplit=1)[0]
    return Taken(_TAKEN.get(column, "id"))


class Table(Generic[T]):
    """Reads and writes records of one noun. For use inside jobs of the engine."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self.codec: Codec[T] = Codec(MODELS[noun], SQLITE)
        self.columns = ", ".join(self.codec.names)
        self.select = f"SELECT {self.columns} FROM {noun}"  # noqa: S608 names are our own
        self._plain: Codec[T] = PLAIN_CODECS[noun]
        self._key = KEYS[noun]

    def derived(self, value: T) -> dict[str, Any]:
        """Return the columns that are computed from a value, by name."""
        return {}

    def one(self, connection: sqlite3.Connection, where: str, *values: Any) -> T | None:
        """Return the record for which ``where`` holds."""
        row = connection.execute(f"{self.select} WHERE {where}", values).fetchone()
        return self.codec.decode_row(row) if row else None

    def many(self, connection: sqlite3.Connection, where: str, *values: Any) -> list[T]:
        """Return the records for which ``where`` (with its order and limit) holds."""
        return [self.codec.decode_row(row) for row in connection.execute(f"{self.select} WHERE {where}", values)]

    def by_ids(self, connection: sqlite3.Connection, ids: Iterable[str]) -> list[T]:
        """Return the records that exist among ``ids``."""
        return self.many(connection, "id IN (SELECT value FROM json_each(?))", json.dumps(list(ids)))

    def insert(self, connection: sqlite3.Connection, value: T, *, otherwise: str = "") -> int:
        """Store a new record and return 1; or 0 when it exists and ``otherwise`` ignores that. Raises Taken."""
        record = self.codec.encode(value) | self.derived(value)
        statement = (
            f"INSERT INTO {self.noun} ({', '.join(record)}) "  # noqa: S608 names are our own
            f"VALUES ({', '.join('?' * len(record))}) {otherwise}"
        )
        try:
            return connection.execute(statement, tuple(record.values())).rowcount
        except sqlite3.IntegrityError as error:
            raise taken(error) or error from error

    def update(
        self, connection: sqlite3.Connection, key: Sequence[str], changes: Mapping[str, Any], **derived: Any
    ) -> T | None:
        """Set fields of the record with this key and return it. Raises Taken, and ValueError for an unknown field."""
        if not changes.keys().isdisjoint(self._key):
            raise ValueError(f"{', '.join(self._key)} cannot change")
        columns = self.codec.encode_fields(changes) | derived
        where = " AND ".join(f"{name} = ?" for name in self._key)
        if columns:
            setting = ", ".join(f"{name} = ?" for name in columns)
            statement = f"UPDATE {self.noun} SET {setting} WHERE {where}"  # noqa: S608 names are our own
            try:
                connection.execute(statement, (*columns.values(), *key))
            except sqlite3.IntegrityError as error:
                raise taken(error) or error from error
        return self.one(connection, where, *key)

    def dump(self, connection: sqlite3.Connection, after: Sequence[Any] | None) -> list[dict[str, Any]]:
        """Return the next batch in order of the key, in the plain form; ``after`` is the last key seen."""
        key = ", ".join(self._key)
        start = f"({key}) > ({', '.join('?' * len(self._key))})" if after else "1"
        values = self.many(connection, f"{start} ORDER BY {key} LIMIT {DUMP_BATCH}", *(after or ()))
        return [self._plain.encode(value) for value in values]

    def load(self, connection: sqlite3.Connection, records: Sequence[Mapping[str, Any]]) -> None:
        """Store records in the plain form; one whose id (or key, if it has none) exists is replaced. Raises Taken."""
        identity = "id" if "id" in self.codec.names else ", ".join(self._key)
        for record in records:
            value = self._plain.decode(record)
            columns = self.codec.encode(value) | self.derived(value)
            setting = ", ".join(f"{name} = excluded.{name}" for name in columns)
            self.insert(connection, value, otherwise=f"ON CONFLICT ({identity}) DO UPDATE SET {setting}")
