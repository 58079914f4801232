"""The echo peer and the worker's rules, with real peers in one process."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from chatbeside.media.echo import Echo
from chatbeside.media.legs import Data, Leg, Place
from chatbeside.media.worker import Worker
from tests.media.conftest import Caller

Make = Callable[..., Caller]
LOUD = 2000


def opening(number: int, leg: str, offer: str) -> dict[str, Any]:
    return {"id": number, "do": "open", "leg": leg, "kind": "echo", "data": {"offer": offer}}


async def until(said: asyncio.Queue[dict[str, Any]], key: str) -> dict[str, Any]:
    """Return the next message with ``key``; events in between are passed over."""
    while key not in (message := await said.get()):
        pass
    return message


async def test_sound_comes_back_late_and_whole(caller: Make) -> None:
    echo, ann = Echo(Place()), caller()
    await ann.take((await echo.open({"offer": await ann.offer()}))["answer"])
    async with asyncio.timeout(15):
        loud = await ann.loudness(150)
    first = next(place for place, level in enumerate(loud) if level > LOUD)
    # A second is 50 frames; packets that are lost while it begins shorten the silence that is heard.
    assert 30 <= first <= 70, loud
    later = loud[first + 5 :]
    assert sum(level > LOUD for level in later) > 0.9 * len(later)
    assert echo.state == "connected"
    await echo.close()
    assert echo.state == "closed"


async def test_pictures_come_back(caller: Make) -> None:
    echo, ann = Echo(Place()), caller(video=True)
    await ann.take((await echo.open({"offer": await ann.offer()}))["answer"])
    async with asyncio.timeout(15):
        frames = [await ann.heard["video"].recv() for _ in range(5)]
    assert [(frame.width, frame.height) for frame in frames] == [(160, 120)] * 5
    await echo.close()


async def test_who_leaves_ends_the_leg(caller: Make) -> None:
    echo, ann = Echo(Place()), caller()
    await ann.take((await echo.open({"offer": await ann.offer()}))["answer"])
    async with asyncio.timeout(15):
        await ann.loudness(5)
        await ann.peer.close()
        await echo.over.wait()
    await echo.close()


@pytest.mark.parametrize("offer", ["", "v=0", "nonsense\r\n", "v=0\r\nm=audio 9 X 0\r\n", "a" * 100_000])
async def test_offers_that_cannot_be_answered(offer: str) -> None:
    said: list[dict[str, Any]] = []
    worker = Worker(said.append)
    await worker.handle(opening(1, "l", offer))
    await worker.handle({"id": 2, "do": "state"})
    await worker.stop()
    assert said == [{"id": 1, "error": "This offer cannot be answered."}, {"id": 2, "data": {"legs": {}}}]


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"do": "fly", "leg": "a"},
        {"do": "open"},
        {"do": "open", "leg": "a", "kind": "none"},
        {"do": "open", "leg": "a", "kind": "echo"},
        {"do": "open", "leg": "a", "kind": "echo", "data": 3},
        {"do": "open", "leg": "a", "kind": "echo", "data": {"offer": 1}},
        {"do": "ask", "leg": "a", "what": "anything"},
    ],
)
async def test_what_is_no_request_is_refused(message: dict[str, Any]) -> None:
    said: list[dict[str, Any]] = []
    worker = Worker(said.append)
    await worker.handle({"id": 7, **message})
    await worker.handle({"id": 8, "do": "close", "leg": "none"})
    assert [set(each) for each in said] == [{"id", "error"}, {"id", "data"}]


class Briefly(Echo):
    most = 1
    seconds = 0.5


async def test_legs_are_bounded_in_number_and_time(caller: Make) -> None:
    said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    worker = Worker(lambda message: said.put_nowait(dict(message)), {"echo": Briefly})
    ann, ben = caller(), caller()
    await worker.handle(opening(1, "a", await ann.offer()))
    await worker.handle(opening(2, "b", await ben.offer()))
    assert "answer" in (await until(said, "id"))["data"]
    assert (await until(said, "error"))["error"].startswith("Too many")
    async with asyncio.timeout(30):
        assert await until(said, "ended") == {"ended": "a"}
    await worker.handle(opening(3, "b", await ben.offer()))
    assert "answer" in (await until(said, "id"))["data"]
    await worker.handle({"id": 4, "do": "close", "leg": "b"})
    async with asyncio.timeout(30):
        assert await until(said, "id") == {"id": 4, "data": {}}
        assert await until(said, "ended") == {"ended": "b"}
    await worker.stop()


class Counting(Leg):
    """Answers what it is asked, and tells it too."""

    most = 3

    @property
    def state(self) -> str:
        return "counting"

    async def open(self, data: Data) -> dict[str, Any]:
        return {"from": data.get("from")}

    async def ask(self, what: str, data: Data) -> dict[str, Any]:
        await asyncio.sleep(0 if data["n"] % 2 else 0.01)
        self.place.tell("asked", {"n": data["n"]})
        return {"n": data["n"]}

    async def close(self) -> None:
        self.place.tell("closing", {})


async def test_questions_to_a_leg_are_answered_in_their_order() -> None:
    said: list[dict[str, Any]] = []
    worker = Worker(lambda message: said.append(dict(message)), {"count": Counting})
    await worker.handle({"id": 1, "do": "open", "leg": "a", "kind": "count", "data": {"from": 5}})
    await asyncio.gather(
        *(worker.handle({"id": n, "do": "ask", "leg": "a", "what": "count", "data": {"n": n}}) for n in range(2, 8))
    )
    await worker.stop()
    assert said[0] == {"id": 1, "data": {"from": 5}}
    assert [each["data"]["n"] for each in said if each.get("event") == "asked"] == list(range(2, 8))
    assert [each["id"] for each in said if "id" in each] == list(range(1, 8))
    assert said[-2:] == [{"leg": "a", "event": "closing", "data": {}}, {"ended": "a"}]
