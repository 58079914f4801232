"""The server ends while much goes on: an upload, an answer, a call that rings, an answered one, somebody typing."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from chatbeside.services.container import Services
from chatbeside.services.events import Silent
from chatbeside.services.passwords import Passwords
from chatbeside.settings import Settings
from chatbeside.store.factory import make_store
from tests.conftest import People
from tests.faults.process import PATIENCE, ServerProcess
from tests.faults.test_kill import fetch
from tests.realtime.harness import Client
from tests.servers.openai_server import OpenAIServer

pytestmark = pytest.mark.faults
HALF = 3 * 1024 * 1024


@pytest.fixture
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


def files_in(data: Path) -> list[str]:
    """Return every file that is kept or arriving."""
    return sorted(str(path.relative_to(data)) for path in (data / "files").rglob("*") if path.is_file())


async def _upload(url: str, token: str, begun: asyncio.Event) -> None:
    """Send half a file, and then nothing more."""

    async def body() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="film.bin"\r\n\r\n'
        yield bytes(HALF)
        begun.set()
        await asyncio.Event().wait()

    headers = {"Authorization": f"Bearer {token}", "Content-Type": "multipart/form-data; boundary=x"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=PATIENCE) as client:
        await client.post("/api/files", content=body())


@pytest.mark.parametrize("end", ["kill", "stop"])
async def test_nothing_stays_half_or_stuck(tmp_path: Path, model: OpenAIServer, end: str) -> None:
    settings = Settings(data=tmp_path / "data")
    services = Services.build(
        make_store(settings), settings, Silent(), passwords=Passwords(1, time_cost=1, memory_cost=64)
    )
    await services.start()
    people = People(services)
    ann = await people("ann")
    others = {name: (await people(name)).user.id for name in ("ben", "cleo", "dora")}
    room = (await services.rooms.open_direct(ann, others["ben"])).id
    beside = await services.store.users.by_username("beside")
    assert beside
    with_beside = (await services.rooms.open_direct(ann, beside.id)).id
    tokens = {name: await people.token(name) for name in ("ann", *others)}
    await services.stop()
    model.reply("One ", "two", hang_after=1)
    server = ServerProcess(settings.data, OPENAI_BASE_URL=model.url, OPENAI_MODEL="tiny", OPENAI_API_KEY="right-key")
    await server.start()
    clients = {name: Client(server.url, name) for name in tokens}
    upload = asyncio.create_task(asyncio.sleep(0))
    try:
        for name, client in clients.items():
            await client.connect({"token": tokens[name]})
        begun = asyncio.Event()
        upload = asyncio.create_task(_upload(server.url, tokens["ann"], begun))
        async with asyncio.timeout(PATIENCE):
            await begun.wait()
            while not files_in(settings.data):  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.02)
        question = (await clients["ann"].send(with_beside, "count"))["message"]
        piece = await clients["ann"].expect("assistant stream")
        ringing = (await clients["ann"].ask("audio call", {"receiver": others["ben"]}))["call"]
        active = (await clients["cleo"].ask("audio call", {"receiver": others["dora"]}))["call"]
        await clients["dora"].ask("call accept", {"call": active["_id"]})
        await clients["cleo"].ask("call connected", {"call": active["_id"]})
        await clients["dora"].ask("call connected", {"call": active["_id"]})
        await clients["ben"].ask("typing", {"room": room})
        said = (await clients["ann"].send(room, "acknowledged"))["message"]
        await getattr(server, end)()
    finally:
        for client in clients.values():
            await client.close()
        upload.cancel()
        await asyncio.gather(upload, return_exceptions=True)
        await server.kill()

    await server.start()
    try:
        assert files_in(settings.data) == [], "half a file was left"
        after = {name: Client(server.url, name) for name in tokens}
        for name, client in after.items():
            ready = await client.connect({"token": tokens[name]})
            assert ready["call"] is None
        state = await after["ann"].ask("assistant state", {"room": with_beside})
        assert state["growing"] == []
        answer = (await fetch(server, tokens["ann"], with_beside))[-1]
        assert (answer["clientId"], answer["data"]["assistant"]["question"]) == (piece["id"], question["_id"])
        assert answer["data"]["assistant"]["cut"]
        timeline = await fetch(server, tokens["ann"], room)
        assert said in timeline
        entries = {message["data"]["call"]: message["data"] for message in timeline if message["messageType"] == "call"}
        assert entries[ringing["_id"]]["reason"] == "server_restarted"
        others_room = next(
            each["room"] for each in after["cleo"].ready["rooms"] if each["peer"]["_id"] == others["dora"]
        )
        (entry,) = await fetch(server, tokens["cleo"], others_room)
        assert entry["data"]["reason"] == "server_restarted"
        # And everything works again: nobody is busy, and nothing waits for the upload that broke off.
        assert "call" in await after["ann"].ask("audio call", {"receiver": others["ben"]})
        headers = {"Authorization": f"Bearer {tokens['ann']}"}
        async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=PATIENCE) as rest:
            assert (await rest.post("/api/files", files={"file": ("a.txt", b"whole")})).status_code == 201
        for client in after.values():
            await client.close()
    finally:
        await server.kill()
