"""Chooses the store."""

from pathlib import Path

from chatbeside.store.interfaces import Store
from chatbeside.store.mongo import MongoStore
from chatbeside.store.sqlite import SqliteStore

FILE = "chatbeside.db"
"""Name of the embedded database in the data folder."""


def make_store(*, data: Path, mongodb_uri: str | None = None) -> Store:
    """Return the store of these settings, not yet open: MongoDB when there is a URI, else the embedded one.

    Args:
        data: Folder of the embedded database.
        mongodb_uri: ``mongodb://`` or ``mongodb+srv://``; the database is the one it names, else ``chatbeside``.
    """
    return MongoStore(mongodb_uri) if mongodb_uri else SqliteStore(data / FILE)


def store_at(address: str) -> Store:
    """Return the store at a MongoDB URI, or at the path of an SQLite file; for copying from one to the other."""
    if address.startswith(("mongodb://", "mongodb+srv://")):
        return MongoStore(address)
    return SqliteStore(Path(address.removeprefix("sqlite:")))
