"""The echo peer and the worker's rules, with real peers in one process."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from chatbeside.media.echo import Echo
from chatbeside.media.worker import Worker
from tests.media.conftest import Caller

Make = Callable[..., Caller]
LOUD = 2000


async def test_sound_comes_back_late_and_whole(caller: Make) -> None:
    echo, ann = Echo(), caller()
    await ann.take(await echo.answer(await ann.offer()))
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
    echo, ann = Echo(), caller(video=True)
    await ann.take(await echo.answer(await ann.offer()))
    async with asyncio.timeout(15):
        frames = [await ann.heard["video"].recv() for _ in range(5)]
    assert [(frame.width, frame.height) for frame in frames] == [(160, 120)] * 5
    await echo.close()


async def test_who_leaves_ends_the_leg(caller: Make) -> None:
    echo, ann = Echo(), caller()
    await ann.take(await echo.answer(await ann.offer()))
    async with asyncio.timeout(15):
        await ann.loudness(5)
        await ann.peer.close()
        await echo.over.wait()
    await echo.close()


@pytest.mark.parametrize("offer", ["", "v=0", "nonsense\r\n", "v=0\r\nm=audio 9 X 0\r\n", "a" * 100_000])
async def test_offers_that_cannot_be_answered(offer: str) -> None:
    said: list[dict[str, Any]] = []
    worker = Worker(said.append)
    await worker.handle({"id": 1, "do": "echo", "leg": "l", "offer": offer})
    await worker.handle({"id": 2, "do": "state"})
    await worker.stop()
    assert said == [{"id": 1, "error": "This offer cannot be answered."}, {"id": 2, "legs": {}}]


async def test_what_is_no_request_is_refused() -> None:
    said: list[dict[str, Any]] = []
    worker = Worker(said.append)
    for message in ({}, {"do": "fly"}, {"do": "echo"}, {"do": "echo", "leg": 1, "offer": "x"}):
        await worker.handle({"id": 7, **message})
    await worker.handle({"id": 8, "do": "close", "leg": "none"})
    assert [set(each) for each in said] == [{"id", "error"}] * 4 + [{"id"}]


async def test_legs_are_bounded_in_number_and_time(caller: Make) -> None:
    said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    worker = Worker(said.put_nowait, legs_most=1, leg_seconds=0.5)
    ann, ben = caller(), caller()
    await worker.handle({"id": 1, "do": "echo", "leg": "a", "offer": await ann.offer()})
    await worker.handle({"id": 2, "do": "echo", "leg": "b", "offer": await ben.offer()})
    assert "answer" in await said.get()
    assert (await said.get())["error"].startswith("Too many")
    async with asyncio.timeout(10):
        assert await said.get() == {"ended": "a"}
    await worker.handle({"id": 3, "do": "echo", "leg": "b", "offer": await ben.offer()})
    assert "answer" in await said.get()
    await worker.handle({"id": 4, "do": "close", "leg": "b"})
    async with asyncio.timeout(10):
        assert await said.get() == {"id": 4}
        assert await said.get() == {"ended": "b"}
    await worker.stop()
