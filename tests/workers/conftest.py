"""A Redis server of the test's own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workers.redis_server import PROGRAM, RedisServer


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    if PROGRAM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("There is no redis-server on this machine.")
        pytest.skip("There is no redis-server on this machine.")
    server = RedisServer(tmp_path / "redis")
    server.start()
    yield server
    server.stop()
