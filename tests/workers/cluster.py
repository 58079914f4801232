"""Several workers of one installation: in this process, each with a port of its own, over one store and one Redis."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from chatbeside.backend import Backend, build_backend
from chatbeside.realtime import Pace
from chatbeside.services.passwords import Passwords
from chatbeside.settings import Settings
from tests.conftest import People
from tests.realtime.harness import Client, World, serve


class Cluster:
    """Workers, and the people who use them."""

    def __init__(self, worlds: list[World]) -> None:
        self.worlds = worlds
        self.people = worlds[0].people

    def backend(self, number: int) -> Backend:
        return self.worlds[number].backend

    async def join(self, name: str, number: int) -> Client:
        """Return a client of the person ``name``, connected to the worker ``number``."""
        world = self.worlds[number]
        client = world.client(f"{name}{number}{len(world.clients)}")
        await client.connect({"token": await self.people.token(name)})
        return client

    async def direct(self, one: str, other: str) -> str:
        return await self.worlds[0].direct(one, other)

    async def group(self, *names: str) -> str:
        return await self.worlds[0].group(*names)


@contextlib.asynccontextmanager
async def cluster(count: int, data: Path, redis_url: str, pace: Pace, **settings: object) -> AsyncIterator[Cluster]:
    """Start ``count`` workers and stop them, one after the other."""
    async with contextlib.AsyncExitStack() as stack:
        worlds: list[World] = []
        for _ in range(count):
            chosen = Settings(data=data, redis_url=redis_url, hash_threads=1, **{"assistant": False, **settings})  # type: ignore[arg-type]
            backend = build_backend(chosen, passwords=Passwords(1, time_cost=1, memory_cost=64), pace=pace)
            url = await stack.enter_async_context(serve(backend.asgi))
            worlds.append(World(backend, url, People(backend.services), []))
        try:
            yield Cluster(worlds)
        finally:
            for world in worlds:
                for client in world.clients:
                    await client.close()
