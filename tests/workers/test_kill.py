"""Workers in processes of their own, and one of them is killed in the middle of everything."""

import asyncio
import itertools
import random
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from chatbeside.services.container import Services
from chatbeside.services.events import Silent
from chatbeside.services.passwords import Passwords
from chatbeside.settings import Settings
from chatbeside.store.factory import make_store
from tests.conftest import People
from tests.faults.device import Device
from tests.faults.process import PATIENCE, ServerProcess
from tests.faults.test_kill import reached
from tests.realtime.harness import Client
from tests.servers.mongo import SERVERS, NotHere, running
from tests.servers.redis import RedisServer

ROUNDS = 3
SENDS = 40
"""Of each of the two people in a round."""


class Roaming(Device):
    """A device that goes to the next worker when its own is gone, as a load balancer would have it."""

    def __init__(self, urls: list[str], token: str, room: str, name: str) -> None:
        self._urls = itertools.cycle(urls)
        super().__init__(next(self._urls), token, room, name)

    @property
    def _url(self) -> str:
        return next(self._urls)

    @_url.setter
    def _url(self, url: str) -> None:
        """Do nothing: it changes with every connection."""


@pytest.fixture
def mongo(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "mongo"
    folder.mkdir()
    try:
        command = SERVERS["mongo-java-server"](folder)
    except NotHere as error:
        pytest.skip(str(error))
    with running(command, folder) as uri:
        yield f"{uri.rstrip('/')}/chatbeside"


async def lay_down(settings: Settings) -> tuple[dict[str, str], str]:
    """Make two people with a conversation: tokens and room."""
    services = Services.build(
        make_store(settings), settings, Silent(), passwords=Passwords(1, time_cost=1, memory_cost=64)
    )
    await services.start()
    people = People(services)
    room = await services.rooms.open_direct(await people("ann"), (await people("ben")).user.id)
    tokens = {name: await people.token(name) for name in ("ann", "ben")}
    await services.stop()
    return tokens, room.id


async def kill_and_check(count: int, data: Path, tokens: dict[str, str], room: str, **settings: str) -> None:
    """Let two people write with two devices each, kill a worker in every round, and hold what all have against it."""
    chance = random.Random(20261123)
    workers = [ServerProcess(data, CHATBESIDE_ASSISTANT="false", **settings) for _ in range(count)]
    async with AsyncExitStack() as ending:
        for worker in workers:
            ending.push_async_callback(worker.kill)
        await asyncio.gather(*(worker.start() for worker in workers))  # the first start of all, at the same time
        urls = [worker.url for worker in workers]
        devices = [
            Roaming(urls[number % count :] + urls[: number % count], tokens[name], room, f"{name}{number}")
            for number, name in enumerate(("ann", "ben", "ann", "ben"))
        ]
        phones, written = devices[:2], {phone.name: list[str]() for phone in devices[:2]}
        async with asyncio.TaskGroup() as group:
            running_devices = [group.create_task(device.run()) for device in devices]
            for round_number in range(ROUNDS):
                for phone in phones:
                    for number in range(SENDS):
                        client_id = f"{phone.name}-{round_number}-{number}"
                        written[phone.name].append(client_id)
                        phone.outbox.put_nowait(client_id)
                watched = chance.choice(phones)
                enough = len(watched.acknowledged) + chance.randrange(1, SENDS // 2)
                await reached(watched, lambda watched=watched, enough=enough: len(watched.acknowledged) >= enough)
                victim = chance.choice(workers)
                await victim.kill()
                for phone in phones:
                    await reached(phone, lambda phone=phone: len(phone.acknowledged) == len(written[phone.name]))
                total = sum(len(each) for each in written.values())
                for device in devices:
                    await reached(device, lambda device=device, total=total: device.view.rev == total)
                await victim.start()
            for task in running_devices:
                task.cancel()
        total = sum(len(each) for each in written.values())
        timelines = [[held.wire for held in device.view.timeline()] for device in devices]  # type: ignore[attr-defined]
        assert all(timeline == timelines[0] for timeline in timelines), "one order for everybody"
        assert [message["seq"] for message in timelines[0]] == list(range(1, total + 1))
        for phone in phones:
            own = [message["clientId"] for message in timelines[0] if message["clientId"].startswith(phone.name)]
            assert own == written[phone.name], "each message once, in the order in which it was written"
        await check_presence(urls, tokens)


async def check_presence(urls: list[str], tokens: dict[str, str]) -> None:
    """Nobody is seen any more who was only at a worker that died; who is here is seen at every worker."""
    ann, ben = Client(urls[0], "ann"), Client(urls[-1], "ben")
    try:
        await ann.connect({"token": tokens["ann"]})
        await ben.connect({"token": tokens["ben"]})
        ben_id = ben.ready["user"]["_id"]
        if ann.ready["presence"].get(ben_id) != "online":
            await ann.expect("presence", lambda news: news == {"user": ben_id, "state": "online"})
        await ben.close()
        async with asyncio.timeout(PATIENCE):
            await ann.expect("presence", lambda news: news == {"user": ben_id, "state": "offline"})
    finally:
        await ann.close()
        await ben.close()


@pytest.mark.faults
async def test_two_workers_over_one_sqlite_file(tmp_path: Path, redis: RedisServer) -> None:
    data = tmp_path / "data"
    tokens, room = await lay_down(Settings(data=data, assistant=False))
    await kill_and_check(2, data, tokens, room, REDIS_URL=redis.url)


@pytest.mark.faults
async def test_four_workers_over_mongodb(tmp_path: Path, redis: RedisServer, mongo: str) -> None:
    data = tmp_path / "data"
    tokens, room = await lay_down(Settings(data=data, assistant=False, mongodb_uri=mongo))  # type: ignore[arg-type]
    await kill_and_check(4, data, tokens, room, REDIS_URL=redis.url, MONGODB_URI=mongo)
