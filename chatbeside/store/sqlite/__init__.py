"""The embedded store, with nothing but the standard library."""

from chatbeside.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
