"""The bus over a real Redis: what is told arrives in order, what is missed is known, what is owned has one owner."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from chatbeside.domain.errors import NotFound, TooMany, Unavailable
from chatbeside.services import bus_redis
from chatbeside.services.bus import Alone, Bus, BusDown, Watcher, WorkerGone
from chatbeside.services.bus_redis import RedisBus
from chatbeside.services.owners import Json, Owners
from tests.servers.redis import RedisServer

PATIENCE = 30.0


class Worker:
    """A bus and what it heard."""

    def __init__(self, url: str) -> None:
        self.bus = RedisBus(url, "test")
        self.heard: list[tuple[str, bytes]] = []
        self.news: list[str] = []
        self.bus.listen("word", lambda worker, data: self.heard.append((worker, data)))
        self.bus.answer("double", self._double)
        self.bus.watch(
            Watcher(
                joined=lambda worker: self.news.append(f"joined {worker}"),
                left=lambda worker: self.news.append(f"left {worker}"),
                missed=lambda: self.news.append("missed"),
                talking=lambda there: self.news.append("talking" if there else "silent"),
            )
        )

    async def _double(self, data: bytes) -> bytes:
        if data == b"bad":
            raise ValueError
        return data + data

    def words(self) -> list[bytes]:
        return [data for _, data in self.heard]

    def knows(self, other: "Worker") -> bool:
        return f"joined {other.bus.worker}" in self.news

    async def vanish(self) -> None:
        """End as a killed process does: no goodbye, connections cut."""
        for task in self.bus._tasks:
            task.cancel()
        await asyncio.gather(*self.bus._tasks, return_exceptions=True)
        await self.bus._redis.connection_pool.disconnect()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - what a bus heard has no events
            await asyncio.sleep(0.01)


@pytest.fixture
async def workers(redis: RedisServer) -> AsyncIterator[Callable[[int], Awaitable[list[Worker]]]]:
    started: list[Worker] = []

    async def start(count: int) -> list[Worker]:
        new = [Worker(redis.url) for _ in range(count)]
        for worker in new:
            await worker.bus.start()
        started.extend(new)
        await until(lambda: all(one.knows(other) for one in new for other in new if one is not other))
        return new

    yield start
    for worker in started:
        await worker.bus.stop()


async def test_a_broadcast_reaches_every_other_worker_once_and_in_order(workers: Callable) -> None:
    one, two, three = await workers(3)
    said = [b"%d" % number for number in range(2000)]
    for word in said:
        one.bus.broadcast("word", word)
    await until(lambda: len(two.heard) == len(three.heard) == len(said))
    assert two.words() == three.words() == said
    assert {worker for worker, _ in two.heard} == {one.bus.worker}
    assert one.heard == []
    assert "missed" not in [*one.news, *two.news, *three.news]


async def test_one_is_told_in_order_with_what_all_are_told(workers: Callable) -> None:
    one, two, three = await workers(3)
    for number in range(0, 100, 2):
        one.bus.broadcast("word", b"%d" % number)
        one.bus.tell(two.bus.worker, "word", b"%d" % (number + 1))
    await until(lambda: len(two.heard) == 100 and len(three.heard) == 50)
    assert two.words() == [b"%d" % number for number in range(100)]


async def test_a_question_is_answered_or_said_to_be_hopeless(workers: Callable) -> None:
    one, two = await workers(2)
    assert await one.bus.ask(two.bus.worker, "double", b"ab") == b"abab"
    with pytest.raises(BusDown):
        await one.bus.ask(two.bus.worker, "double", b"bad")
    with pytest.raises(WorkerGone):
        await one.bus.ask("nobody", "double", b"ab")


async def test_what_is_owned_has_one_owner_until_it_dies(workers: Callable) -> None:
    one, two, three = await workers(3)
    owners = await asyncio.gather(*(worker.bus.claim("call") for worker in (one, two, three) for _ in range(5)))
    assert len(set(owners)) == 1
    owner = next(worker for worker in (one, two, three) if worker.bus.worker == owners[0])
    others = [worker for worker in (one, two, three) if worker is not owner]
    await owner.vanish()
    await until(lambda: all(f"left {owner.bus.worker}" in other.news for other in others))
    next_owners = await asyncio.gather(*(other.bus.claim("call") for other in others))
    assert len(set(next_owners)) == 1
    assert next_owners[0] != owner.bus.worker
    keeper = next(other for other in others if other.bus.worker == next_owners[0])
    await keeper.bus.release("call")
    follower = next(other for other in others if other is not keeper)
    assert await follower.bus.claim("call") == follower.bus.worker


async def test_a_worker_that_stops_says_goodbye(workers: Callable) -> None:
    one, two = await workers(2)
    two.bus.broadcast("word", b"last")
    await two.bus.stop()
    await until(lambda: f"left {two.bus.worker}" in one.news)
    assert one.words() == [b"last"]
    assert "missed" not in one.news


async def test_when_redis_goes_everybody_knows_that_something_was_missed(
    workers: Callable, redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = await workers(2)
    redis.stop()
    await until(lambda: not one.bus._listening.is_set() and not two.bus._listening.is_set())
    await until(lambda: one.news[-1] == two.news[-1] == "silent")
    with pytest.raises(BusDown):
        await one.bus.check()
    with pytest.raises(BusDown):
        await one.bus.claim("call")
    with pytest.raises(BusDown):
        await one.bus.ask(two.bus.worker, "double", b"ab")
    async with one.bus.lock("turn"):
        pass
    one.bus.broadcast("word", b"lost")
    redis.start()
    await until(lambda: "missed" in one.news and "missed" in two.news)
    for worker in (one, two):
        assert [word for word in worker.news if word in {"silent", "talking"}] == ["silent", "talking"]
    one.bus.broadcast("word", b"found")
    await until(lambda: two.words()[-1:] == [b"found"])
    assert "goes on by itself" in caplog.text


async def test_a_missing_number_is_noticed(workers: Callable) -> None:
    one, two = await workers(2)
    one.bus._writer.number += 1
    await until(lambda: "missed" in two.news)


async def test_whoever_was_taken_for_dead_finds_out(workers: Callable, redis: RedisServer) -> None:
    one, two = await workers(2)
    await one.bus._redis.delete(one.bus._alive(two.bus.worker))
    await until(lambda: "missed" in two.news)


async def test_one_at_a_time(workers: Callable) -> None:
    inside = most = 0

    async def go(bus: Bus) -> None:
        nonlocal inside, most
        async with bus.lock("door"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= 1

    one, two = await workers(2)
    await asyncio.gather(*(go(bus) for bus in (one.bus, two.bus) for _ in range(5)))
    assert most == 1
    alone = Alone()
    await asyncio.gather(*(go(alone) for _ in range(3)))
    assert most == 1


async def test_requests_reach_the_owner_and_its_words_come_back(redis: RedisServer) -> None:
    buses = [RedisBus(redis.url, "test") for _ in range(2)]
    owners = [Owners(bus) for bus in buses]
    for bus, own in zip(buses, owners, strict=True):

        async def run(name: str, said: Json, worker: str = bus.worker) -> Json:
            if said.get("raise") == "found":
                raise NotFound("Not here.", fields={"a": "b"})
            if said.get("raise") == "many":
                raise TooMany("Wait.", retry_after=3)
            return {"name": name, "worker": worker, **said}

        own.serve("do", run)
        await bus.start()
    assert await owners[0].mine("call")
    assert not await owners[1].mine("call")
    answer = await owners[1].ask("call", "do", {"n": 1})
    assert answer == {"name": "call", "worker": buses[0].worker, "n": 1}
    with pytest.raises(NotFound) as found:
        await owners[1].ask("call", "do", {"raise": "found"})
    assert (found.value.message, found.value.fields) == ("Not here.", {"a": "b"})
    with pytest.raises(TooMany) as many:
        await owners[1].ask("call", "do", {"raise": "many"})
    assert many.value.retry_after == 3
    await buses[0].stop()
    assert (await owners[1].ask("call", "do", {}))["worker"] == buses[1].worker
    await buses[1].stop()


async def test_an_owner_that_does_not_answer_is_said_to_be_unavailable(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus_redis, "ANSWER", 0.1)
    buses = [RedisBus(redis.url, "test") for _ in range(2)]
    owners = [Owners(bus) for bus in buses]
    never = asyncio.Event()

    async def hang(name: str, said: Json) -> Json:
        await never.wait()
        return {}

    for bus, own in zip(buses, owners, strict=True):
        own.serve("hang", hang)
        await bus.start()
    assert await owners[0].mine("call")
    with pytest.raises(Unavailable):
        await owners[1].ask("call", "hang", {})
    for bus in buses:
        await bus.stop()
