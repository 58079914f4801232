"""What runs in the background ends, and says why when it could not go on."""

import asyncio

import pytest

from chatbeside.services.background import end


async def test_all_are_over_afterwards() -> None:
    over = []

    async def work(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)  # leaving takes a moment
            over.append(name)

    tasks = [asyncio.create_task(work(name)) for name in ("one", "two")]
    await asyncio.sleep(0)
    await end(*tasks, None)
    assert over == ["one", "two"]
    await end()


async def test_a_failure_is_not_hidden() -> None:
    async def fail() -> None:
        raise ValueError("broken")

    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    with pytest.raises(ValueError, match="broken"):
        await end(task)


async def test_who_waits_can_be_cancelled() -> None:
    go = asyncio.Event()

    async def stubborn() -> None:
        while not go.is_set():
            try:
                await go.wait()
            except asyncio.CancelledError:
                stopped.set()

    stopped = asyncio.Event()
    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    waiting = asyncio.create_task(end(task))
    await stopped.wait()
    waiting.cancel()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
