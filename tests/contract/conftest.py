"""Every store that the contract is run against."""

import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient, monitoring

from chatbeside.store.interfaces import Store
from chatbeside.store.mongo import MongoStore
from chatbeside.store.sqlite import SqliteStore, engine
from tests.contract.mongo_plans import Watch
from tests.contract.sqlite_plans import WatchedAway
from tests.servers.mongo import SERVERS, NotHere, running

MONGODB = os.environ.get("TEST_MONGODB_URI", "")
KINDS = ("sqlite", *SERVERS, *(["mongodb"] if MONGODB else []))
WATCH = Watch()
monitoring.register(WATCH)  # for every client made from here on

Address = Callable[[str], str]


@pytest.fixture(scope="session")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """Give the URI of a MongoDB server by its kind, started when it is first asked for."""
    known: dict[str, str | NotHere] = {}
    with ExitStack() as started:

        def address(kind: str) -> str:
            if kind not in known:
                try:
                    folder = tmp_path_factory.mktemp(kind)
                    known[kind] = started.enter_context(running(SERVERS[kind](folder), folder))
                except NotHere as error:
                    known[kind] = error
            found = known[kind]
            if isinstance(found, NotHere):
                if os.environ.get("CHATBESIDE_REQUIRE_MONGO") == "1":
                    pytest.fail(f"{kind}: {found}")
                pytest.skip(f"{kind}: {found}")
            return found

        yield address


class Place:
    """Where one test keeps its data: makes stores that all lead to the same database."""

    def __init__(self, kind: str, make: Callable[[], Store]) -> None:
        self.kind = kind
        self._make = make
        self._opened: list[Store] = []

    async def open(self) -> Store:
        """Return a further store on the same data, as another process would have it."""
        store = self._make()
        await store.open()
        self._opened.append(store)
        return store

    async def close(self) -> None:
        for store in self._opened:
            await store.close()


def _sqlite(path: Path) -> Callable[[], Store]:
    return lambda: SqliteStore(path / "data" / "chat.db")


@pytest.fixture
def places(tmp_path: Path, addresses: Address, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Place]]:
    """Make places by kind, each new and empty; forget what they held afterwards."""
    real = engine.sqlite3.connect

    def watched(*arguments: Any, **options: Any) -> Any:
        return real(*arguments, factory=WatchedAway, **options)

    monkeypatch.setattr(engine.sqlite3, "connect", watched)
    dropping: list[tuple[str, str]] = []

    def place(kind: str) -> Place:
        if kind == "sqlite":
            return Place(kind, _sqlite(tmp_path / secrets.token_hex(4)))
        uri = MONGODB if kind == "mongodb" else addresses(kind)
        database = f"chatbeside_test_{secrets.token_hex(6)}"
        dropping.append((uri, database))
        return Place(kind, lambda: MongoStore(uri, database))

    WATCH.wrong.clear()
    WATCH.commands.clear()
    yield place
    for uri, database in dropping:
        with MongoClient[Any](uri) as client:
            client.drop_database(database)
    assert WATCH.wrong == [], "No index serves these."


@pytest.fixture(params=KINDS)
async def place(request: pytest.FixtureRequest, places: Callable[[str], Place]) -> AsyncIterator[Place]:
    """Where the test keeps its data, for every kind of store."""
    made = places(request.param)
    yield made
    await made.close()


@pytest.fixture
async def store(place: Place) -> Store:
    """An opened, empty store, of every kind."""
    return await place.open()
