"""Fixtures: a running server with a hurried housekeeping."""

from collections.abc import AsyncIterator

import pytest

from chatbeside.backend import build_backend
from chatbeside.realtime import Pace
from chatbeside.services.passwords import Passwords
from chatbeside.settings import Settings
from tests.conftest import People
from tests.realtime.harness import World, serve


@pytest.fixture
def pace() -> Pace:
    return Pace(tick=0.05, renew=0.1, validate=0.2, silence=1.0, grace=0.2, tarry=0.05)


@pytest.fixture
async def world(settings: Settings, pace: Pace) -> AsyncIterator[World]:
    backend = build_backend(settings, passwords=Passwords(1, time_cost=1, memory_cost=64), pace=pace)
    async with serve(backend.asgi) as url:
        world = World(backend, url, People(backend.services), [])
        try:
            yield world
        finally:
            for client in world.clients:
                await client.close()
