"""A Redis server of the test's own, and workers that talk over it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from chatbeside.realtime import Pace
from chatbeside.services import bus_redis
from tests.servers.redis import RedisServer, redis_server
from tests.workers.cluster import Cluster, cluster


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers look after each other more often than in life."""
    monkeypatch.setattr(bus_redis, "BEAT", 0.4)


@pytest.fixture
async def two(tmp_path: Path, redis: RedisServer) -> AsyncIterator[Cluster]:
    """Two workers over one SQLite file."""
    pace = Pace(tick=0.05, renew=0.1, validate=30.0, grace=0.3)
    async with cluster(2, tmp_path / "data", redis.url, pace) as started:
        yield started
