"""That the watchers of queries would notice a query without an index."""

from collections.abc import Iterator

import pytest

from chatbeside.store.sqlite.schema import migrate
from tests.contract.mongo_plans import served
from tests.contract.sqlite_plans import Watched


@pytest.fixture
def watched() -> Iterator[Watched]:
    connection = Watched(":memory:", isolation_level=None)
    migrate(connection)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT id FROM messages WHERE content = 'x'",
        "SELECT id FROM messages WHERE room_id = 'x' ORDER BY created_at",
        "SELECT id FROM users",
        "SELECT count(*) FROM messages WHERE counts = 1",
        "UPDATE sessions SET user_agent = '' WHERE user_agent = 'x'",
        "DELETE FROM receipts WHERE read_seq = 0",
    ],
)
def test_sqlite_refuses_what_reads_a_whole_table(watched: Watched, statement: str) -> None:
    with pytest.raises(AssertionError):
        watched.execute(statement)


def test_sqlite_takes_what_an_index_serves(watched: Watched) -> None:
    watched.execute("SELECT id FROM messages WHERE room_id = 'x' AND seq < 5 ORDER BY seq DESC LIMIT 3")
    watched.execute("SELECT id FROM users WHERE 1 ORDER BY id LIMIT 500")


@pytest.mark.parametrize(
    ("collection", "where", "sort"),
    [
        ("messages", {"content": "x"}, []),
        ("messages", {"room_id": "x", "content": "y"}, []),
        ("messages", {"room_id": "x"}, ["created_at"]),
        ("messages", {"seq": 5}, []),
        ("messages", {"seq": {"$gt": 5}}, ["seq"]),
        ("users", {}, ["username_key"]),
        ("users", {"deactivated_at": {"$exists": False}}, []),
        ("sessions", {"user_id": "x"}, ["created_at"]),
        ("rooms", {"name_key": {"$gte": "x"}}, ["name_key"]),
        ("members", {"role": "owner"}, []),
    ],
)
def test_mongodb_would_read_a_whole_collection(collection: str, where: dict[str, object], sort: list[str]) -> None:
    assert not served(collection, where, sort)


@pytest.mark.parametrize(
    ("collection", "where", "sort"),
    [
        ("messages", {"room_id": "x", "seq": {"$lt": 5}}, ["seq"]),
        ("messages", {"room_id": "x"}, ["rev"]),
        ("messages", {"_id": "x", "rev": 3}, []),
        ("sessions", {"user_id": "x", "alive": True}, ["created_at", "_id"]),
        ("members", {"user_id": "x"}, ["room_id"]),
    ],
)
def test_mongodb_has_an_index(collection: str, where: dict[str, object], sort: list[str]) -> None:
    assert served(collection, where, sort)
