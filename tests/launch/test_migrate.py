"""The command that copies the embedded store into MongoDB. What it copies, tests/contract proves."""

import asyncio
import io
from pathlib import Path

import pytest

from chatbeside.launch import migrate
from chatbeside.launch.progress import LaunchError, Progress
from chatbeside.services.container import Services
from chatbeside.services.passwords import Passwords
from chatbeside.settings import Settings
from chatbeside.store.factory import FILE, make_store
from chatbeside.store.sqlite import SqliteStore
from tests.conftest import PASSWORD, Recorder

TARGET = "mongodb://localhost/other"


@pytest.fixture
def shown() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def progress(tmp_path: Path, shown: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> Progress:
    monkeypatch.setenv("CHATBESIDE_DATA", str(tmp_path))
    monkeypatch.delenv("MONGODB_URI", raising=False)
    return Progress(tmp_path / "launch.log", shown)


async def _fill(settings: Settings) -> None:
    services = Services.build(
        make_store(settings), settings, Recorder(), passwords=Passwords(1, time_cost=1, memory_cost=64)
    )
    await services.start()
    await services.accounts.sign_up("ann", "ann@example.org", PASSWORD)
    await services.stop()


def test_it_copies_and_says_what_arrived(
    progress: Progress, shown: io.StringIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(_fill(Settings()))
    # A second embedded store stands for the MongoDB.
    monkeypatch.setattr(
        migrate, "store_at", lambda address: SqliteStore(tmp_path / ("there" if address == TARGET else FILE))
    )
    for _ in range(2):
        assert migrate.run(progress, TARGET) == 0
    assert shown.getvalue().count("sessions: 1, SHA-256 ") == 2
    assert "Everything is there and the same." in shown.getvalue()


@pytest.mark.parametrize("target", [None, "", "localhost", "postgres://localhost"])
def test_it_asks_where_to(progress: Progress, target: str | None) -> None:
    with pytest.raises(LaunchError, match="--to mongodb://"):
        migrate.run(progress, target)


def test_there_may_be_nothing_to_copy(progress: Progress) -> None:
    with pytest.raises(LaunchError, match="no embedded store"):
        migrate.run(progress, TARGET)
