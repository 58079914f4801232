"""Chooses the store."""

from pathlib import Path

from chatbeside.settings import Settings
from chatbeside.store.interfaces import Store
from chatbeside.store.mongo import MongoStore
from chatbeside.store.sqlite import SqliteStore

FILE = "chatbeside.sqlite3"
"""Name of the embedded database in the data folder."""


def make_store(settings: Settings) -> Store:
    """Return the store that the settings name, not opened yet: MongoDB when it has a URI, else the embedded one."""
    if settings.mongodb_uri:
        return MongoStore(settings.mongodb_uri.get_secret_value())
    return SqliteStore(settings.data / FILE)


def store_at(address: str) -> Store:
    """Return the store at a MongoDB URI, or at the path of an SQLite file; for copying from one to the other."""
    if address.startswith(("mongodb://", "mongodb+srv://")):
        return MongoStore(address)
    return SqliteStore(Path(address.removeprefix("sqlite:")))
