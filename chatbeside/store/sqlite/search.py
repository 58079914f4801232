"""Finding messages by their words in SQLite: FTS5 over what :mod:`chatbeside.domain.words` makes of a text.

A row of ``search`` stands for a message that can be found. Its number begins with the message's time, so that the
order of numbers is the order of time, and a range of time is a range of numbers. Room, sender and whether there is a
file are words too, each led by a sign that no word of a text has: FTS5 finds their meeting without reading a row.
"""

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from chatbeside.domain.models import Message
from chatbeside.domain.search import Search, found_by
from chatbeside.store.records import Codec
from chatbeside.store.sqlite.table import SQLITE, moment

_ROOM, _SENDER, _FILE = "\ue000", "\ue001", "\ue002"  # private use: the category is not a letter's
_BITS = 20  # messages of one millisecond: a million
_ROOMS_AS_WORDS = 100
"""With more rooms than this most messages are in one of them, and looking at each find's room is faster."""
_LAST = 2**63 - 1

STEP: Sequence[str] = (
    "CREATE TABLE search (n INTEGER NOT NULL PRIMARY KEY, message_id TEXT NOT NULL, words TEXT NOT NULL)",
    # Words come folded and separated by spaces. This tokenizer takes everything beyond ASCII as a letter.
    "CREATE VIRTUAL TABLE search_words USING fts5("
    "words, content='search', content_rowid='n', tokenize='ascii', detail='none', columnsize=0, prefix='1 2 3')",
    "CREATE TRIGGER search_added AFTER INSERT ON search BEGIN "
    "INSERT INTO search_words (rowid, words) VALUES (new.n, new.words); END",
    "CREATE TRIGGER search_removed AFTER DELETE ON search BEGIN "
    "INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', old.n, old.words); END",
    "INSERT INTO search SELECT (created_at << 20) + "  # _BITS
    "row_number() OVER (PARTITION BY created_at ORDER BY seq, id) - 1, id, words FROM ("
    "SELECT id, seq, created_at, search_words_of(id, room_id, sender_id, kind, content, attachments) AS words "
    "FROM messages WHERE kind = 'text' AND deleted_at IS NULL) WHERE words <> '' ORDER BY created_at, seq",
    "CREATE UNIQUE INDEX search_message ON search (message_id)",
)
"""The step of the schema; it needs :func:`prepare`."""


def prepare(connection: sqlite3.Connection) -> None:
    """Teach the connection the function that :data:`STEP` fills the index with."""
    columns = ("id", "room_id", "sender_id", "kind", "content", "attachments")
    codec: Codec[Message] = Codec(Message, SQLITE)
    rest = {"seq": 0, "rev": 0, "client_id": "", "created_at": 0}

    def words_of(*values: Any) -> str:
        return _words(codec.decode(rest | dict(zip(columns, values, strict=True))))

    connection.create_function("search_words_of", len(columns), words_of, deterministic=True)


def keep(connection: sqlite3.Connection, message: Message) -> None:
    """Let a new message be found."""
    words = _words(message)
    if words:
        first = moment(message.created_at) << _BITS
        connection.execute(
            "INSERT INTO search (n, message_id, words) VALUES ("
            "coalesce((SELECT max(n) FROM search WHERE n >= ?1 AND n < ?2) + 1, ?1), ?3, ?4)",
            (first, first + (1 << _BITS), message.id, words),
        )


def forget(connection: sqlite3.Connection, message_id: str) -> None:
    """Let a message be found no more."""
    connection.execute("DELETE FROM search WHERE message_id = ?", (message_id,))


def change(connection: sqlite3.Connection, before: Message, after: Message) -> None:
    """Let a message be found by its new form."""
    words = _words(after)
    if words == _words(before):
        return
    known = connection.execute("SELECT n FROM search WHERE message_id = ?", (after.id,)).fetchone()
    forget(connection, after.id)
    if words and known:
        row = (known[0], after.id, words)
        connection.execute("INSERT INTO search (n, message_id, words) VALUES (?, ?, ?)", row)
    elif words:
        keep(connection, after)


def finder(columns: Sequence[str], search: Search, before: Message | None, limit: int) -> Callable[..., list[Any]]:
    """Return a job that gives rows of ``columns`` of the messages found, newest first."""
    as_words = len(search.rooms) <= _ROOMS_AS_WORDS
    terms = [f"{_quoted(word)} *" for word in search.beginnings]
    if as_words:
        terms.append(f"({' OR '.join(_quoted(_ROOM + room_id) for room_id in search.rooms)})")
    if search.sender_id is not None:
        terms.append(_quoted(_SENDER + search.sender_id))
    if search.with_file:
        terms.append(_quoted(_FILE))
    among = "" if as_words else "AND messages.room_id IN (SELECT value FROM json_each(?4)) "
    statement = (
        f"SELECT {', '.join(f'messages.{name}' for name in columns)} FROM search_words "  # noqa: S608
        "CROSS JOIN search ON search.n = search_words.rowid CROSS JOIN messages ON messages.id = search.message_id "
        f"WHERE search_words MATCH ?1 AND search_words.rowid >= ?2 AND search_words.rowid < ?3 {among}"
        f"ORDER BY search_words.rowid DESC LIMIT {limit:d}"
    )
    first, last = _bound(search.since, 0), _bound(search.until, _LAST)

    def job(connection: sqlite3.Connection) -> list[Any]:
        top = last
        if before is not None:
            known = connection.execute("SELECT n FROM search WHERE message_id = ?", (before.id,)).fetchone()
            top = min(last, known[0] if known else _bound(before.created_at, 0))
        values = (" AND ".join(terms), first, top) + (() if as_words else (json.dumps(search.rooms),))
        return connection.execute(statement, values).fetchall()

    return job


def _bound(at: datetime | None, otherwise: int) -> int:
    # A moment of the far future is after everything, and its number larger than SQLite's.
    return otherwise if at is None else min(moment(at) << _BITS, _LAST)


def _quoted(word: str) -> str:
    """Return ``word`` as FTS5 takes it literally."""
    return '"' + word.replace('"', '""') + '"'


def _words(message: Message) -> str:
    keys = found_by(message)
    if not keys and not message.attachments:
        return ""
    marks = [_ROOM + message.room_id, _SENDER + message.sender_id, *([_FILE] if message.attachments else [])]
    return " ".join([*marks, *sorted(keys)])
