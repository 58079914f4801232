"""The one place that knows which driver speaks to MongoDB.

Motor today. Its successor, ``pymongo.AsyncMongoClient``, has the same calls but for making and closing
the client (there ``close`` is awaited), and both are here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorGridFSBucket
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    ExecutionTimeout,
    InvalidOperation,
    InvalidURI,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)
from pymongo.uri_parser import parse_uri

from chatbeside.store.interfaces import StoreUnavailable

DATABASE = "chatbeside"
"""The database when neither the URI nor the caller names one."""

_DEFAULTS = {
    "w": "majority",  # acknowledged means that no failover loses it
    "wTimeoutMS": 10_000,  # a majority that is gone is told, not waited for without end
    "retryWrites": True,
    "readPreference": "primary",  # the sync rule needs the newest state
    "maxPoolSize": 50,
    "waitQueueTimeoutMS": 5000,
    "appname": "chatbeside",
    "serverSelectionTimeoutMS": 5000,
    "connectTimeoutMS": 5000,
    "socketTimeoutMS": 20_000,
}
_UNAVAILABLE_CODES = frozenset({13, 18, 50, 64, 91, 189, 262, 10107, 11600, 11602, 13435, 13436, 14031})
"""Server errors that speak of the server's state and not of the request, by MongoDB's error codes."""


class Duplicate(Exception):
    """A unique index refused a write."""


class Connection:
    """A client and its database. Belongs to the event loop that opened it.

    Args:
        uri: ``mongodb://`` or ``mongodb+srv://``; what it sets goes before the defaults here.
        database: Name of the database; without it the URI's, else :data:`DATABASE`.
    """

    def __init__(self, uri: str, database: str | None) -> None:
        self._uri = uri
        self._name = database
        self._client: Any = None
        self._database: Any = None

    def open(self) -> None:
        """Make the client; it connects with the first call. May look up DNS, so run it in a thread."""
        try:
            chosen = {} if self._uri.startswith("mongodb+srv:") else parse_uri(self._uri)["options"]
            named = {name.lower() for name in chosen} | _query_names(self._uri)
            options: dict[str, Any] = {name: value for name, value in _DEFAULTS.items() if name.lower() not in named}
            self._client = AsyncIOMotorClient(self._uri, tz_aware=True, tzinfo=UTC, **options)
            if self._name:
                self._database = self._client[self._name]
            else:
                self._database = self._client.get_default_database(DATABASE)
        except (ConfigurationError, InvalidURI, ValueError) as error:
            raise StoreUnavailable(f"MONGODB_URI cannot be used: {error}") from error

    async def close(self) -> None:
        """Disconnect. Closing again does nothing."""
        if self._client is not None:
            self._client.close()
            self._client = self._database = None

    def collection(self, name: str) -> Any:
        """Return a collection. Raises StoreUnavailable when closed."""
        if self._database is None:
            raise StoreUnavailable("The store is closed.")
        return self._database[name]

    def bucket(self, name: str) -> Any:
        """Return the GridFS bucket called so. Raises StoreUnavailable when closed."""
        if self._database is None:
            raise StoreUnavailable("The store is closed.")
        return AsyncIOMotorGridFSBucket(self._database, bucket_name=name)


def _query_names(uri: str) -> set[str]:
    """Return the names of the options in the URI itself, in lower case."""
    return {pair.partition("=")[0].lower() for pair in uri.partition("?")[2].replace(";", "&").split("&") if pair}


@contextmanager
def answering() -> Iterator[None]:
    """Turn the driver's errors into :class:`Duplicate` and :class:`StoreUnavailable`."""
    try:
        yield
    except OperationFailure as error:
        if is_duplicate(error):
            raise Duplicate from error
        if isinstance(error, ExecutionTimeout | WTimeoutError) or error.code in _UNAVAILABLE_CODES:
            raise StoreUnavailable(str(error)) from error
        raise
    except (ConnectionFailure, ConfigurationError, InvalidOperation) as error:
        raise StoreUnavailable(str(error)) from error


def is_duplicate(error: PyMongoError) -> bool:
    """Return whether a unique index refused the write.

    FerretDB 1 answers an update so with a general error and the words of its own database.
    """
    if not isinstance(error, OperationFailure):
        return False
    writes = (error.details or {}).get("writeErrors")
    if writes:
        return all(each.get("code") == 11000 for each in writes)
    return error.code in {11000, 11001} or (error.code == 1 and "UNIQUE constraint failed" in str(error))
