"""What goes wrong with the embedded database, and what then still holds."""

import asyncio
import sqlite3
import stat
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from signal import SIGKILL

import pytest

from chatbeside.domain.ids import new_id
from chatbeside.store.interfaces import StoreUnavailable, Taken
from chatbeside.store.sqlite import SqliteStore, engine
from tests.contract.make import fill, message, user

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "chat.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    made = SqliteStore(path)
    await made.open()
    yield made
    await made.close()


@pytest.mark.parametrize("acknowledged", [1, 150, 700])
async def test_killed_in_the_middle_nothing_acknowledged_is_lost(path: Path, acknowledged: int) -> None:
    room_id = new_id()
    arguments = ("-m", "tests.store.acknowledge", str(path), room_id)
    writing = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, stdout=PIPE)
    assert writing.stdout
    told = b"".join([await writing.stdout.readline() for _ in range(acknowledged)])
    writing.kill()
    told += await writing.stdout.read()
    assert await writing.wait() == -SIGKILL
    told = told[: told.rfind(b"\n") + 1]  # what was cut off was not told
    answers = dict(line.split() for line in told.decode().splitlines())
    store = SqliteStore(path)
    await store.open()
    stored = {each.id: each.seq async for batch in _pages(store, room_id) for each in batch}
    assert len(answers) >= acknowledged
    assert {message_id: stored.get(message_id) for message_id in answers} == {
        message_id: int(seq) for message_id, seq in answers.items()
    }
    assert sorted(stored.values()) == list(range(1, len(stored) + 1))
    await store.close()


async def _pages(store: SqliteStore, room_id: str) -> AsyncIterator[list]:  # type: ignore[type-arg]
    after = 0
    while batch := await store.messages.page(room_id, after=after, limit=500):
        yield batch
        after = batch[-1].seq


async def test_one_that_fails_does_not_spoil_the_others(store: SqliteStore) -> None:
    await store.users.add(user("ann"))
    adding = [store.users.add(user("ann" if number % 3 == 0 else f"user{number}")) for number in range(60)]
    results = await asyncio.gather(*adding, return_exceptions=True)
    assert [isinstance(result, Taken) for result in results] == [number % 3 == 0 for number in range(60)]
    assert await store.users.count() == 41


async def test_whoever_is_told_that_a_name_is_taken_finds_its_holder(store: SqliteStore) -> None:
    async def add() -> None:
        try:
            await store.users.add(user("ann"))
        except Taken:
            assert await store.users.by_username("ann")

    await asyncio.gather(*(add() for _ in range(50)))


async def test_closing_finishes_what_was_accepted(path: Path) -> None:
    store = SqliteStore(path)
    await store.open()
    room_id = new_id()
    writing = [asyncio.create_task(store.messages.append(message(room_id))) for _ in range(300)]
    await asyncio.sleep(0)  # every task has handed its job in
    await store.close()
    results = await asyncio.gather(*writing, return_exceptions=True)
    stored = [result for result in results if not isinstance(result, BaseException)]
    assert len(stored) == 300
    await store.open()
    assert (await store.messages.heads([room_id]))[room_id].last_seq == 300
    await store.close()


async def test_a_cancelled_writer_holds_up_nobody(store: SqliteStore) -> None:
    room_id = new_id()
    writing = [asyncio.create_task(store.messages.append(message(room_id))) for _ in range(50)]
    await asyncio.sleep(0)
    for task in writing[::2]:
        task.cancel()
    results = await asyncio.gather(*writing, return_exceptions=True)
    kept = {result[0].id for result in results if isinstance(result, tuple)}
    timeline = await store.messages.page(room_id, limit=100)
    assert kept <= {each.id for each in timeline}
    assert [each.seq for each in timeline] == list(range(1, len(timeline) + 1))


async def test_a_full_disk_is_said_and_gets_over(store: SqliteStore) -> None:
    room_id = new_id()
    ids = await fill(store, room_id, 1)
    await store._engine.write(lambda connection: connection.execute("PRAGMA max_page_count = 60").fetchall())
    big = "x" * 12_000
    results = await asyncio.gather(
        *(store.messages.append(message(room_id, content=big)) for _ in range(40)), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, StoreUnavailable)]
    told = [result[0].id for result in results if isinstance(result, tuple)]
    assert refused
    assert len(refused) + len(told) == 40
    timeline = await store.messages.page(room_id, limit=100)
    assert {each.id for each in timeline} == {*ids, *told}
    assert [each.seq for each in timeline] == list(range(1, len(timeline) + 1))
    await store._engine.write(lambda connection: connection.execute("PRAGMA max_page_count = 100000").fetchall())
    assert (await store.messages.append(message(room_id, content=big)))[0].seq == len(timeline) + 1


async def test_a_locked_database_is_said_and_gets_over(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_MILLISECONDS", 20)
    store = SqliteStore(path)
    await store.open()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    results = await asyncio.gather(
        *(store.users.add(user(f"user{number}")) for number in range(3)), return_exceptions=True
    )
    assert [type(result) for result in results] == [StoreUnavailable] * 3
    assert await store.users.count() == 0  # reading goes on
    other.execute("ROLLBACK")
    other.close()
    await store.users.add(user("ann"))
    await store.close()


async def test_a_database_that_cannot_be_written_is_said(store: SqliteStore) -> None:
    await store._engine.write(lambda connection: connection.execute("PRAGMA query_only = ON").fetchall())
    with pytest.raises(StoreUnavailable):
        await store.users.add(user("ann"))
    await store.check()


async def test_a_mistake_in_a_job_is_not_hidden(store: SqliteStore) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await store._engine.write(lambda connection: connection.execute("DELETE FROM elsewhere"))
    with pytest.raises(ZeroDivisionError):
        await store._engine.write(lambda connection: 1 // 0)
    await store.users.add(user("ann"))


async def test_text_that_is_no_text_is_refused_alone(store: SqliteStore) -> None:
    room_id = new_id()
    new = [message(room_id), replace(message(room_id), content="\ud800"), message(room_id)]
    results = await asyncio.gather(*(store.messages.append(each) for each in new), return_exceptions=True)
    assert isinstance(results[1], UnicodeEncodeError)
    assert [each.id for each in await store.messages.page(room_id, limit=9)] == [new[0].id, new[2].id]


@pytest.fixture
def letter(path: Path) -> Path:
    """A file that is no database."""
    path.parent.mkdir()
    path.write_bytes(b"This is a letter and not a database. " * 200)
    return path


async def test_what_is_no_database_is_said(letter: Path) -> None:
    with pytest.raises(StoreUnavailable):
        await SqliteStore(letter).open()


async def test_a_folder_that_cannot_be_made_is_said(letter: Path) -> None:
    with pytest.raises(StoreUnavailable):
        await SqliteStore(letter / "chat.db").open()


async def test_only_the_owner_may_read_the_file(store: SqliteStore, path: Path) -> None:
    await store.users.add(user("ann"))
    for each in path.parent.iterdir():
        assert stat.S_IMODE(each.stat().st_mode) == 0o600, each
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_a_commit_reaches_the_disk(store: SqliteStore) -> None:
    def settings(connection: sqlite3.Connection) -> tuple[object, ...]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return tuple(connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names)

    async def asked() -> tuple[object, ...]:
        return await store._engine.read(settings)

    assert await asked() == ("wal", 2, 1)
    with pytest.raises(StoreUnavailable):
        await store._engine.read(lambda connection: connection.execute("DELETE FROM users"))
