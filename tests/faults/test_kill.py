"""The server is killed in the middle of sending, over and over. Nothing that was acknowledged may be missing."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from chatbeside.services.container import Services
from chatbeside.services.events import Silent
from chatbeside.services.passwords import Passwords
from chatbeside.settings import Settings
from chatbeside.store.factory import make_store
from tests.conftest import People
from tests.faults.device import Device, Wire
from tests.faults.process import PATIENCE, ServerProcess
from tests.realtime.harness import Client

ROUNDS = 20
SENDS = 100


@pytest.fixture
async def people_and_room(tmp_path: Path) -> tuple[Path, dict[str, str], str]:
    """Two people with a conversation, laid down before the server starts: folder, tokens, room."""
    settings = Settings(data=tmp_path / "data")
    cheap = Passwords(1, time_cost=1, memory_cost=64)
    services = Services.build(make_store(settings), settings, Silent(), passwords=cheap)
    await services.start()
    people = People(services)
    room = await services.rooms.open_direct(await people("ann"), (await people("ben")).user.id)
    tokens = {name: await people.token(name) for name in ("ann", "ben")}
    await services.stop()
    return settings.data, tokens, room.id


@pytest.fixture
async def server(people_and_room: tuple[Path, dict[str, str], str]) -> AsyncIterator[ServerProcess]:
    server = ServerProcess(people_and_room[0])
    await server.start()
    yield server
    await server.kill()


async def fetch(server: ServerProcess, token: str, room: str) -> list[Wire]:
    """Return the whole timeline, page by page, as a client that never was here sees it."""
    client = Client(server.url)
    await client.connect({"token": token})
    messages: list[Wire] = []
    before = {}
    while True:
        page = await client.ask("history", {"room": room, "limit": 100, **before})
        messages = page["messages"] + messages
        if not page["hasMore"]:
            await client.close()
            return messages
        before = {"before": messages[0]["seq"]}


async def reached(device: Device, holds: Callable[[], bool]) -> None:
    """Wait until ``holds()``, which is looked at whenever the device has news."""
    async with asyncio.timeout(PATIENCE), device.news:
        await device.news.wait_for(holds)


class Conversation:
    """Two people who write, on a phone and at a desk each."""

    def __init__(self, server: ServerProcess, tokens: dict[str, str], room: str, *, through: str = "") -> None:
        """Prepare; ``through`` is the address of what stands between the people and the server."""
        self._server, self._tokens, self._room = server, tokens, room
        url = through or server.url
        self.phones = [Device(url, token, room, name) for name, token in tokens.items()]
        self.devices = [*self.phones, *(Device(url, token, room, name) for name, token in tokens.items())]
        self.written: dict[str, list[str]] = {name: [] for name in tokens}
        self.total = 0

    def write(self, number: int) -> None:
        """Let both write, one after the other, :data:`SENDS` messages together."""
        for phone in self.phones:
            for count in range(SENDS // len(self.phones)):
                client_id = f"{phone.name}-{number}-{count}"
                self.written[phone.name].append(client_id)
                phone.outbox.put_nowait(client_id)
        self.total += SENDS

    async def acknowledged(self) -> None:
        """Wait until everything that was written is acknowledged."""
        for phone in self.phones:
            await reached(phone, lambda phone=phone: len(phone.acknowledged) == len(self.written[phone.name]))

    async def settled(self) -> None:
        """Wait until everything is acknowledged and has reached everybody."""
        await self.acknowledged()
        for device in self.devices:
            await reached(device, lambda device=device: device.view.rev == self.total)

    async def check(self) -> None:
        """Hold what is stored against what was written, acknowledged and heard."""
        stored = await fetch(self._server, self._tokens["ann"], self._room)
        assert [message["seq"] for message in stored] == list(range(1, self.total + 1))
        by_client_id = {message["clientId"]: message for message in stored}
        for phone in self.phones:
            own = [message["clientId"] for message in stored if message["clientId"].startswith(phone.name)]
            assert own == self.written[phone.name], "each message once, in the order in which it was written"
            assert all(by_client_id[client_id] == message for client_id, message in phone.acknowledged.items())
        for device in self.devices:
            timeline = [held.wire for held in device.view.timeline()]  # type: ignore[attr-defined]
            assert timeline == stored, "one order for everybody"
        for name, token in self._tokens.items():
            await self._check_unread(name, token, stored)

    async def _check_unread(self, name: str, token: str, stored: list[Wire]) -> None:
        """Hold the number of unread messages against the read pointer."""
        client = Client(self._server.url)
        ready = await client.connect({"token": token})
        await client.close()
        room = next(room for room in ready["rooms"] if room["room"] == self._room)
        unread = [m for m in stored if m["seq"] > room["readSeq"] and m["sender"] != ready["user"]["_id"]]
        assert room["unread"] == len(unread), name


@pytest.mark.faults
async def test_stopping_is_orderly_and_everybody_comes_back(
    people_and_room: tuple[Path, dict[str, str], str], server: ServerProcess
) -> None:
    _, tokens, room = people_and_room
    talk = Conversation(server, tokens, room)
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(device.run()) for device in talk.devices]
        for number in range(2):
            talk.write(number)
            await reached(talk.phones[0], lambda: len(talk.phones[0].acknowledged) > number * SENDS // 2 + 5)  # noqa: B023
            async with connect(server.url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket") as raw:
                await raw.recv()
                assert await server.stop() in {0, -signal.SIGTERM}
                with pytest.raises(ConnectionClosed) as closed:
                    while True:
                        await raw.recv()
            assert closed.value.rcvd
            assert closed.value.rcvd.code == CloseCode.SERVICE_RESTART, "told to come back"
            await server.start()
            await talk.settled()
            await talk.check()
        for task in running:
            task.cancel()


@pytest.mark.faults
async def test_nothing_acknowledged_is_lost(
    people_and_room: tuple[Path, dict[str, str], str], server: ServerProcess
) -> None:
    _, tokens, room = people_and_room
    chance = random.Random(20261122)
    talk = Conversation(server, tokens, room)
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(device.run()) for device in talk.devices]
        for number in range(ROUNDS):
            talk.write(number)
            victim = chance.choice(talk.phones)
            enough = len(victim.acknowledged) + chance.randrange(1, SENDS // 2 - 1)
            await reached(victim, lambda victim=victim, enough=enough: len(victim.acknowledged) >= enough)
            await server.kill()
            assert sum(len(phone.acknowledged) for phone in talk.phones) < talk.total, "killed too late"
            await server.start()
            await talk.settled()
            await talk.check()
        assert all(device.comings == ROUNDS + 1 for device in talk.devices), "everybody was cut off each time"
        for task in running:
            task.cancel()
