"""MongoDB that is not there, or is asked for in other ways. None of this needs a server."""

import asyncio
import socket

import pytest

from chatbeside.store.interfaces import StoreUnavailable
from chatbeside.store.mongo import MongoStore
from chatbeside.store.mongo.client import Connection
from chatbeside.store.mongo.races import Locks, Retry


@pytest.fixture
def nobody() -> str:
    """The address of a port on which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{held.getsockname()[1]}"


async def test_a_server_that_is_not_there_is_said(nobody: str) -> None:
    store = MongoStore(f"mongodb://{nobody}/?serverSelectionTimeoutMS=50")
    with pytest.raises(StoreUnavailable):
        await store.open()
    with pytest.raises(StoreUnavailable, match="closed"):
        await store.check()


@pytest.mark.parametrize("uri", ["mongodb://", "http://example.org", "mongodb://a:b:c@d", "mongodb://h/?w=-1"])
async def test_an_address_that_is_none_is_said(uri: str) -> None:
    with pytest.raises(StoreUnavailable, match="MONGODB_URI"):
        await MongoStore(uri).open()


@pytest.mark.parametrize(
    ("uri", "name", "database", "w"),
    [
        ("mongodb://h", None, "chatbeside", "majority"),
        ("mongodb://h/chat?w=1", None, "chat", 1),
        ("mongodb://h/chat?replicaSet=rs0&W=2", "other", "other", 2),
    ],
)
async def test_what_the_address_says_goes_first(uri: str, name: str | None, database: str, w: object) -> None:
    connection = Connection(uri, name)
    connection.open()
    users = connection.collection("users")
    assert users.database.name == database
    assert users.write_concern.document["w"] == w
    await connection.close()


async def test_tries_come_to_an_end() -> None:
    tries = 0
    with pytest.raises(StoreUnavailable):
        async for _ in Retry(5):
            tries += 1
    assert tries == 5


async def test_locks_are_one_a_room_and_not_without_number() -> None:
    locks = Locks(most=2)
    first = locks.of("a")
    assert locks.of("a") is first
    locks.of("b")
    assert locks.of("a") is first
    locks.of("c")  # forgets b, which was used longest ago
    assert locks.of("a") is first
    assert isinstance(locks.of("b"), asyncio.Lock)
    assert len(locks._locks) == 2


async def test_what_a_replica_set_needs_is_asked_for_and_the_uri_goes_before() -> None:
    connection = Connection("mongodb://a,b/chat?replicaSet=rs0", None)
    connection.open()
    options = connection._client.options
    assert connection._client.write_concern.document == {"w": "majority", "wtimeout": 10_000}
    assert options.retry_writes
    assert options.pool_options.wait_queue_timeout == 5
    assert connection._client.read_preference.mongos_mode == "primary"
    await connection.close()
    connection = Connection("mongodb://a/?retryWrites=false&readPreference=nearest&wtimeoutMS=5", None)
    connection.open()
    assert not connection._client.options.retry_writes
    assert connection._client.read_preference.mongos_mode == "nearest"
    assert connection._client.write_concern.document["wtimeout"] == 5
    await connection.close()
