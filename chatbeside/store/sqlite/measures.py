"""How much there is in a SQLite database."""

import sqlite3

from chatbeside.domain.clock import now
from chatbeside.domain.moderation import Measures
from chatbeside.store.sqlite.table import moment


def measures(connection: sqlite3.Connection) -> Measures:
    """Count. Each statement reads one index from its beginning to its end."""

    def number(statement: str, *values: object) -> int:
        return int(connection.execute(statement, values).fetchone()[0])

    pages, size = (number(f"PRAGMA {name}") for name in ("page_count", "page_size"))
    return Measures(
        users=number("SELECT count(*) FROM users WHERE bot = 0"),
        sessions=number("SELECT count(*) FROM sessions WHERE revoked_at IS NULL AND expires_at > ?", moment(now())),
        rooms=number("SELECT count(*) FROM rooms WHERE kind IN ('group', 'direct')"),
        messages=number("SELECT count(*) FROM messages WHERE room_id >= ''"),
        files=number("SELECT count(*) FROM files WHERE id >= ''"),
        file_bytes=number("SELECT coalesce(sum(size), 0) FROM files WHERE id >= ''"),
        database_bytes=pages * size,
    )
