"""The way from every version of the tables to the newest."""

import hashlib
import sqlite3
from pathlib import Path

import pytest

from chatbeside.domain.models import Message, User
from chatbeside.domain.search import Search
from chatbeside.store.interfaces import StoreUnavailable
from chatbeside.store.sqlite import SqliteStore
from chatbeside.store.sqlite.schema import STEPS, migrate
from chatbeside.store.sqlite.search import STEP
from tests.contract.make import START, at

RELEASED = [
    "20f33ad3",
    "9d09e728",
]
"""The beginning of each step's hash. A step that somebody's database has taken is never edited: add another."""

FIRST = """
INSERT INTO users VALUES ('u1', 'Ann', 'ann', 1769860800123, 'a@x.org', 'a@x.org', 'hash', 0, 1, NULL, NULL, '{"a":1}',
    NULL);
INSERT INTO sessions VALUES ('s1', 'u1', 1769860800123, 1769860800123, 1772452800123, 'a browser', NULL);
INSERT INTO rooms VALUES ('r1', 'group', 1769860800123, 'u1', 'News', '', 1, NULL, NULL, NULL, '{}', 'news');
INSERT INTO members VALUES ('r1', 'u1', 'owner', 1769860800123, 0, 0, 'all');
INSERT INTO receipts VALUES ('r1', 'u1', 1, 1);
INSERT INTO messages VALUES ('m1', 'r1', 1, 1, 'u2', 'c1', 'text', 'hello', 1769860800123, NULL, '[]', '["u1"]', '{}',
    1769860801123, NULL, NULL, NULL, '{"x":["u1"]}', 1);
INSERT INTO message_mentions VALUES ('r1', 'u1', 1, 'm1');
"""
"""Records as version 1 wrote them."""


def database(path: Path, version: int, records: str = "") -> None:
    """Make a database of an old version."""
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, STEPS[:version])
    connection.executescript(records)
    connection.close()


def test_released_steps_are_as_they_were() -> None:
    hashes = [hashlib.sha256(" ".join(" ".join(step).split()).encode()).hexdigest()[:8] for step in STEPS]
    assert hashes[: len(RELEASED)] == RELEASED


@pytest.mark.parametrize("version", range(1, len(STEPS) + 1))
async def test_every_version_opens_with_all_its_records(tmp_path: Path, version: int) -> None:
    path = tmp_path / "chat.db"
    database(path, version, FIRST)
    store = SqliteStore(path)
    await store.open()
    assert await store.users.by_email("a@x.org") == User(
        "u1", "Ann", "ann", START, "a@x.org", "a@x.org", "hash", administrator=True, preferences={"a": 1}
    )
    (message,) = await store.messages.page("r1", limit=9)
    assert message == Message(
        id="m1",
        room_id="r1",
        seq=1,
        rev=1,
        sender_id="u2",
        client_id="c1",
        kind="text",
        content="hello",
        created_at=START,
        mentions=("u1",),
        edited_at=at(1),
        reactions={"x": ("u1",)},
    )
    found = [] if STEPS.index(STEP) < version else [message]  # the records come past what fills the index
    assert await store.messages.search(Search(("r1",), ("hel",), sender_id="u2"), limit=9) == found
    assert await store.messages.count_mentions("u1", {"r1": (0, 9)}, limit=9) == {"r1": 1}
    assert [each.id for each in await store.rooms.public(limit=9)] == ["r1"]
    assert [each.id for each in await store.sessions.of_user("u1")] == ["s1"]
    assert (await store.receipts.get("r1", "u1")).read_seq == 1
    assert await store.members.count("r1") == 1
    await store.close()


@pytest.mark.parametrize("version", range(len(STEPS) + 1))
def test_every_way_leads_to_the_same_tables(tmp_path: Path, version: int) -> None:
    def tables(path: Path) -> list[tuple[str, str]]:
        connection = sqlite3.connect(path, isolation_level=None)
        assert migrate(connection) <= len(STEPS)
        found = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        connection.close()
        return found

    database(tmp_path / "old.db", version)
    assert tables(tmp_path / "old.db") == tables(tmp_path / "new.db")


def test_a_step_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "chat.db", isolation_level=None)
    steps = [*STEPS, ("CREATE TABLE more (id TEXT)", "CREATE TABLE users (id TEXT)")]
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, steps)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(STEPS),)
    assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'more'").fetchone() == (0,)
    assert migrate(connection, [*STEPS, ("CREATE TABLE more (id TEXT)",)]) == len(STEPS)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(STEPS) + 1,)
    connection.close()


async def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"
    database(path, len(STEPS))
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    connection.close()
    with pytest.raises(StoreUnavailable, match="newer"):
        await SqliteStore(path).open()
