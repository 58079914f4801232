"""The scene, built once a run."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.access.scene import Place, Stage


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    stage = Stage(tmp_path_factory.mktemp("access"))
    asyncio.run(stage.build())
    return stage


@pytest.fixture
async def place(stage: Stage) -> AsyncIterator[Place]:
    async with stage.place() as place:
        yield place
