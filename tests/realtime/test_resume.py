"""Clients that come back, because they may have missed something."""

import asyncio

import pytest

from chatbeside.realtime import resume
from chatbeside.realtime.resume import Resume


async def test_a_socket_that_cannot_be_closed_keeps_no_other_from_coming_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resume, "GATHER", 0)
    monkeypatch.setattr(resume, "PAUSE", 0)
    closed: asyncio.Queue[str] = asyncio.Queue()

    async def broken() -> None:
        raise ValueError("what a socket should not do")

    async def whole() -> None:
        closed.put_nowait("closed")

    made = Resume(lambda: [broken, whole])
    await made.start()
    async with asyncio.timeout(5):
        for _ in range(2):
            made.all()
            assert await closed.get() == "closed"
    await made.stop()
