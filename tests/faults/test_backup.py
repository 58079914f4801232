"""The command that makes a backup, beside a server that is being written to; and the server that is started from it."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Callable
from pathlib import Path

import pytest

from chatbeside.services.container import Services
from chatbeside.services.events import Silent
from chatbeside.services.files import About
from chatbeside.services.passwords import Passwords
from chatbeside.settings import Settings
from chatbeside.store.factory import make_store
from tests.conftest import People
from tests.e2e.product import ROOT
from tests.faults.process import ServerProcess
from tests.faults.test_kill import fetch, people_and_room, server  # noqa: F401 - fixtures
from tests.faults.test_storage import small_disk  # noqa: F401 - fixture
from tests.realtime.harness import Client


async def _begin(*arguments: str | Path, data: Path) -> Process:
    """Run ``python -m chatbeside`` as people do."""
    environment = {**os.environ, "CHATBESIDE_DATA": str(data), "CHATBESIDE_PREPARED": "1"}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chatbeside", *map(str, arguments),
        cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip


async def _command(*arguments: str | Path, data: Path) -> str:
    """Run it to its end and return what it said."""
    process = await _begin(*arguments, data=data)
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


async def test_nothing_acknowledged_before_the_backup_is_missing_after_it(
    server: ServerProcess,  # noqa: F811
    people_and_room: tuple[Path, dict[str, str], str],  # noqa: F811
    tmp_path: Path,
) -> None:
    data, tokens, room = people_and_room
    client = Client(server.url)
    await client.connect({"token": tokens["ann"]})
    acknowledged: list[str] = []
    stop, begun = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        while not stop.is_set():
            number = f"message-{len(acknowledged)}"
            answer = await client.ask("chat message", {"room": room, "content": number, "clientId": number})
            if refusal := answer.get("error"):
                await asyncio.sleep(refusal["retryAfter"])  # one socket may not send as fast as this machine stores
                continue
            acknowledged.append(number)
            if len(acknowledged) == 50:
                begun.set()

    writing = asyncio.create_task(write())
    async with asyncio.timeout(60):
        await begun.wait()
    before = len(acknowledged)
    said = await _command("backup", tmp_path / "backup.zip", data=data)
    assert "1 conversations" in said
    stop.set()
    await writing
    await client.close()
    assert len(acknowledged) > before, "nobody wrote meanwhile"
    await server.kill()

    await _command("restore", tmp_path / "backup.zip", data=tmp_path / "restored")
    again = ServerProcess(tmp_path / "restored")
    await again.start()
    try:
        # Log-ins hold, because the keys came along; the timeline is whole up to a moment of the backup.
        texts = [message["content"] for message in await fetch(again, tokens["ben"], room)]
    finally:
        await again.kill()
    assert texts[:before] == acknowledged[:before]
    assert texts == acknowledged[: len(texts)] or texts[:-1] == acknowledged


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("backup", "here.zip"), "There is no chat in"), (("restore", "nowhere.zip"), "There is no file")],
)
async def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=words):
        await _command(arguments[0], tmp_path / arguments[1], data=tmp_path / "data")


BIG = 100_000_000


async def _with_a_big_file(data: Path, folder: Path) -> None:
    settings = Settings(data=data)
    services = Services.build(
        make_store(settings), settings, Silent(), passwords=Passwords(1, time_cost=1, memory_cost=64)
    )
    await services.start()
    ann = await People(services)("ann")
    film = folder / "film"
    with film.open("wb") as file:
        file.truncate(BIG)
    await services.files.keep(ann.user.id, "film.bin", film, About())
    await services.stop()


def _seen(folder: Path, pattern: str) -> list[Path]:
    return list(folder.glob(pattern))


async def _end_when(there: Callable[[], bool], process: Process, number: int) -> int:
    """Send a signal as soon as ``there`` holds; return the exit code."""
    async with asyncio.timeout(60):
        while not there():
            assert process.returncode is None, "it was done too soon"
            await asyncio.sleep(0.005)
        process.send_signal(number)
        await process.communicate()
    assert process.returncode is not None
    return process.returncode


async def test_it_leaves_the_processor_to_the_server(tmp_path: Path) -> None:
    await _with_a_big_file(tmp_path / "data", tmp_path)
    process, urgency = await _begin("backup", tmp_path / "backup.zip", data=tmp_path / "data"), [0]

    def half() -> bool:
        urgency.append(os.getpriority(os.PRIO_PROCESS, process.pid))
        return bool(_seen(tmp_path, "backup.zip.*"))

    await _end_when(half, process, signal.SIGTERM)
    assert urgency[-1] > os.getpriority(os.PRIO_PROCESS, 0)


async def test_broken_off_it_is_whole_or_absent(tmp_path: Path) -> None:
    data, archive = tmp_path / "data", tmp_path / "backup.zip"
    await _with_a_big_file(data, tmp_path)

    def half() -> bool:
        return any(path.stat().st_size > BIG // 50 for path in tmp_path.glob("backup.zip.*"))

    assert await _end_when(half, await _begin("backup", archive, data=data), signal.SIGTERM) == 130
    assert _seen(tmp_path, "backup*") == []
    assert _seen(data, "making/*") == []
    assert await _end_when(half, await _begin("backup", archive, data=data), signal.SIGKILL) == -signal.SIGKILL
    assert not archive.exists()
    # The next one clears away what that one left: half a file, and a copy of the database.
    assert "All of it was read back" in await _command("backup", archive, data=data)
    assert _seen(tmp_path, "backup*") == [archive]
    assert _seen(data, "making/*") == []

    # A restore that is broken off is no chat, and nobody takes it for one.
    there = tmp_path / "there"
    restoring = await _begin("restore", archive, data=there)
    await _end_when((there / "restoring").exists, restoring, signal.SIGKILL)
    for command in (("run",), ("restore", archive)):
        with pytest.raises(AssertionError, match="did not come to its end"):
            await _command(*command, data=there)


async def test_without_room_it_is_said_and_nothing_is_left(small_disk: Path, tmp_path: Path) -> None:  # noqa: F811
    await _with_a_big_file(tmp_path / "data", tmp_path)
    with pytest.raises(AssertionError, match=r"backup\.zip cannot be written: No space left") as error:
        await _command("backup", small_disk / "backup.zip", data=tmp_path / "data")
    assert "Traceback" not in str(error.value)
    assert _seen(small_disk, "*") == []
    # No room for the copy that it is made from.
    data = small_disk / "data"
    shutil.copytree(tmp_path / "data", data, ignore=shutil.ignore_patterns("files"))
    with (small_disk / "filler").open("wb") as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(64 * 1024))
            filler.flush()
    with pytest.raises(AssertionError, match="There is no room for the copy of the database") as error:
        await _command("backup", tmp_path / "backup.zip", data=data)
    assert "Traceback" not in str(error.value)
    assert _seen(data, "making/*") == []
    assert _seen(tmp_path, "backup*") == []
