"""The disk is full or closed, the database is held by somebody else, MongoDB is silent: it is said, and got over."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from socketio.exceptions import TimeoutError as SocketTimeout

from chatbeside.services.container import Services
from chatbeside.services.events import Silent
from chatbeside.services.passwords import Passwords
from chatbeside.settings import Settings
from chatbeside.store.factory import FILE, make_store
from tests.conftest import People
from tests.e2e.product import ROOT
from tests.e2e.wire import Wire
from tests.faults.process import PATIENCE, ServerProcess
from tests.faults.test_kill import fetch
from tests.realtime.harness import Client
from tests.servers.mongo import NotHere, mongo_java_server, running

pytestmark = pytest.mark.faults
AWAY = 30.0
"""Seconds that MongoDB is away."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes with the data folder on it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs", str(disk)]
    if os.getuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("Only root may mount a small disk, and not in every container.")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@contextlib.asynccontextmanager
async def _talk(data: Path) -> AsyncIterator[tuple[ServerProcess, Client, str, str]]:
    """A server on ``data``, Ann connected to it, her token, and her conversation with Ben."""
    settings = Settings(data=data)
    services = Services.build(
        make_store(settings), settings, Silent(), passwords=Passwords(1, time_cost=1, memory_cost=64)
    )
    await services.start()
    people = People(services)
    room = (await services.rooms.open_direct(await people("ann"), (await people("ben")).user.id)).id
    token = await people.token("ann")
    await services.stop()
    server = ServerProcess(data)
    await server.start()
    client = Client(server.url, "ann")
    try:
        await client.connect({"token": token})
        yield server, client, token, room
    finally:
        await client.close()
        await server.kill()


async def _until_sent(client: Client, room: str, content: str) -> None:
    """Send again and again, as a client does that is told to try later, until it is acknowledged."""
    async with asyncio.timeout(PATIENCE):
        while "error" in await client.send(room, content, content[:4]):  # noqa: ASYNC110 - a client's own pace
            await asyncio.sleep(0.1)


async def _check(server: ServerProcess, token: str, room: str, acknowledged: list[str]) -> None:
    stored = await fetch(server, token, room)
    assert [message["content"] for message in stored] == acknowledged
    assert [message["seq"] for message in stored] == list(range(1, len(stored) + 1))


async def test_a_full_disk(small_disk: Path) -> None:
    async with _talk(small_disk / "data") as (server, client, token, room):
        acknowledged, refused = ["said while there was room"], []
        assert "error" not in await client.send(room, acknowledged[0])
        filler = small_disk / "filler"
        with filler.open("wb") as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(64 * 1024))
                file.flush()
        for number in range(400):
            content = f"{number:04} " + "x" * 8000
            answer = await client.ask("chat message", {"room": room, "content": content, "clientId": f"{number}"})
            (refused if "error" in answer else acknowledged).append(content)
            if "error" in answer:
                assert answer["error"]["code"] in {"unavailable", "storage_full"}
                break
        assert refused, "the disk was not full"
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=PATIENCE) as rest:
            upload = await rest.post(
                "/api/files",
                files={"file": ("a.bin", bytes(4_000_000))},
            )
            assert upload.status_code in {503, 507}
            assert upload.json()["detail"]
        await _check(server, token, room, acknowledged)  # reading goes on
        filler.unlink()
        await _until_sent(client, room, refused[0])
        await _check(server, token, room, [*acknowledged, refused[0]])
        kept = [path for path in (small_disk / "data" / "files").rglob("*") if path.is_file()]
        assert kept == [], "half a file was left"


def test_a_folder_that_cannot_be_written_is_said_at_the_start(small_disk: Path) -> None:
    (small_disk / "data").mkdir()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    environment = {**os.environ, "CHATBESIDE_DATA": str(small_disk / "data"), "CHATBESIDE_PREPARED": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "chatbeside"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "CHATBESIDE_DATA" in done.stderr


async def test_a_database_that_somebody_else_holds(tmp_path: Path) -> None:
    async with _talk(tmp_path / "data") as (server, client, token, room):
        assert "error" not in await client.send(room, "before", "before")
        other = sqlite3.connect(tmp_path / "data" / FILE, isolation_level=None, timeout=PATIENCE)
        other.execute("BEGIN EXCLUSIVE")
        sending = asyncio.create_task(_until_sent(client, room, "during"))
        # Reading and everything that is not writing goes on meanwhile.
        assert [message["content"] for message in await fetch(server, token, room)] == ["before"]
        assert not sending.done()
        other.execute("ROLLBACK")
        other.close()
        await sending
        await _check(server, token, room, ["before", "during"])


async def _keep_sending(client: Client, room: str, written: list[str], stop: asyncio.Event) -> list[str]:
    """Send one message after the other, each again until it is acknowledged; return what was, in its order."""
    acknowledged = []
    while not stop.is_set():
        content = f"message-{len(written)}"
        written.append(content)
        while "message" not in await _answer(client, room, content):  # noqa: ASYNC110
            await asyncio.sleep(0.2)  # a client's own pace
        acknowledged.append(content)
    return acknowledged


async def _answer(client: Client, room: str, content: str) -> dict[str, Any]:
    """Send, and return the answer: a message, an error, or nothing when none comes while a client waits."""
    try:
        answer = await client.send(room, content, content)
    except SocketTimeout:
        return {}
    assert "message" in answer or answer["error"]["code"] in {"unavailable", "too_many"}, answer
    return answer


async def test_mongodb_that_is_gone_for_half_a_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silent for fifteen seconds, then not there for fifteen; people go on writing."""
    folder = tmp_path / "mongo"
    folder.mkdir()
    try:
        command = mongo_java_server(folder)
    except NotHere as error:
        pytest.skip(str(error))
    with running(["sh", "-c", f'echo $$ > {folder / "pid"}; exec "$@"', "sh", *command], folder) as uri:
        pid = int((folder / "pid").read_text())
        there = urlsplit(uri)
        assert there.port
        with Wire(there.port) as wire:
            monkeypatch.setenv("MONGODB_URI", f"mongodb://127.0.0.1:{urlsplit(wire.url).port}/faults")
            async with _talk(tmp_path / "data") as (server, client, token, room):
                written: list[str] = []
                stop = asyncio.Event()
                sending = asyncio.create_task(_keep_sending(client, room, written, stop))
                async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE) as rest:
                    async with asyncio.timeout(PATIENCE):
                        while len(written) < 20:  # noqa: ASYNC110 - it counts up by itself
                            await asyncio.sleep(0.01)
                    os.kill(pid, signal.SIGSTOP)
                    try:
                        before = len(written)
                        await asyncio.sleep(AWAY / 2)  # the fault itself
                        assert (await rest.get("/api/health/live")).status_code == 200
                        assert (await rest.get("/api/health/ready")).status_code == 503
                        assert len(written) <= before + 1, "acknowledged while nothing could be stored"
                        wire.cut()
                    finally:
                        os.kill(pid, signal.SIGCONT)
                    await asyncio.sleep(AWAY / 2)
                    assert (await rest.get("/api/health/ready")).status_code == 503
                    wire.mend()
                    now = len(written)
                    async with asyncio.timeout(PATIENCE):
                        while len(written) < now + 20:  # noqa: ASYNC110 - it counts up by itself
                            await asyncio.sleep(0.01)
                stop.set()
                await _check(server, token, room, await sending)
                assert not client.closed.is_set(), "the socket stayed open"
