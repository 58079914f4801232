"""Calls that end while they connect, with a real peer at the other end."""

import asyncio
import gc
from collections.abc import Callable
from typing import Any

import pytest

from chatbeside.media.connection import ConnectedLeg
from chatbeside.media.echo import Echo
from chatbeside.media.legs import Place
from chatbeside.media.peers import Forward
from chatbeside.media.voice import Voice
from tests.media.conftest import Caller

Make = Callable[..., Caller]


@pytest.mark.parametrize("kind", [Echo, Voice, Forward])
async def test_a_call_that_ends_while_it_connects_leaves_nothing(kind: type[ConnectedLeg], caller: Make) -> None:
    """It is ended at moments all over the time that connecting takes: some hit each of its steps."""
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context))
    before = asyncio.all_tasks()
    for moment in range(0, 80, 4):
        ann, leg = caller(video=True), kind(Place())
        told = await leg.open({"offer": await ann.offer(), "room": "r", "peer": "ann", "picture": True})
        connecting = asyncio.create_task(ann.take(told["answer"]))
        await asyncio.sleep(moment / 1000)
        await leg.close()
        await connecting
        await ann.peer.close()
        async with asyncio.timeout(30):
            while left := asyncio.all_tasks() - before:
                await asyncio.wait(left)
        assert leg.state == "closed"
    gc.collect()  # an error that nobody retrieved is told when its task goes
    assert complaints == []
