"""Asks SQLite how it runs every statement that the adapter uses."""

import re
import sqlite3
import threading
from typing import Any

SMALL = {"answers"}
"""Tables that never grow: answers that are being written at this moment."""

ONCE = ("INSERT INTO search SELECT ",)
"""Beginnings of statements that only a migration runs."""

seen: set[str] = set()
"""Every statement that was looked at."""


def problems(connection: sqlite3.Connection, statement: str, values: Any) -> list[str]:
    """Return the steps of the plan that read more of a table than an index points to."""
    walk = " WHERE 1 ORDER BY " in statement and " LIMIT " in statement  # the first batch of a dump
    found = []
    for *_, step in sqlite3.Connection.execute(connection, f"EXPLAIN QUERY PLAN {statement}", values):
        table = re.match(r"SCAN (\w+)", step)
        if "TEMP B-TREE" in step:
            small = any(f"FROM {name} " in statement for name in SMALL)
            found += [] if small else [step]
        elif (
            table and table[1] not in SMALL and "VIRTUAL TABLE" not in step and "CONSTANT ROW" not in step and not walk
        ):
            found.append(step)
    return found


class Watched(sqlite3.Connection):
    """A connection that refuses statements without an index."""

    def execute(self, statement: str, values: Any = (), /) -> sqlite3.Cursor:
        looked_at = statement.lstrip().startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))
        if looked_at and not statement.startswith(ONCE):
            wrong = problems(self, statement, values)
            assert not wrong, f"{wrong}: {statement}"
            seen.add(statement)
        return super().execute(statement, values)


class WatchedAway(Watched):
    """A watched connection that also refuses to be used on the thread of the event loop."""

    def execute(self, statement: str, values: Any = (), /) -> sqlite3.Cursor:
        assert threading.current_thread() is not threading.main_thread(), f"This holds up the loop: {statement}"
        return super().execute(statement, values)
