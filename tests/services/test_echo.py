"""Test calls: one a person, limited, ended by nobody else."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from chatbeside.domain.errors import InvalidInput, NotFound, TooMany, Unavailable
from chatbeside.domain.ids import new_id
from chatbeside.services.container import Services
from chatbeside.services.echo import OFFER_MOST, EchoCalls
from chatbeside.services.limits import Limits
from chatbeside.services.media import MediaEvent
from chatbeside.services.principal import Principal
from chatbeside.settings import Settings
from tests.conftest import ManualClock, People


class Leg:
    """An echo as the server has it."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.id = new_id()
        self.data = data
        self.opened = {"answer": f"answer to {data['offer']}"}
        self.ended = False

    async def ask(self, what: str, **data: Any) -> Mapping[str, Any]:
        raise AssertionError(what)

    async def events(self) -> AsyncIterator[MediaEvent]:
        for event in ():
            yield event

    async def close(self) -> None:
        self.ended = True


class Worker:
    """The media worker, as far as test calls see it."""

    def __init__(self) -> None:
        self.legs: list[Leg] = []

    async def open(self, kind: str, **data: Any) -> Leg:
        assert kind == "echo"
        self.legs.append(Leg(data))
        return self.legs[-1]


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
def echo(worker: Worker, clock: ManualClock) -> EchoCalls:
    settings = Settings(turn_url="turn:x", turn_secret="secret")
    return EchoCalls(media=worker, settings=settings, clock=clock, limits=Limits(settings, clock.monotonic))


@pytest.fixture
async def ann(people: People) -> Principal:
    return await people("ann")


@pytest.fixture
async def ben(people: People) -> Principal:
    return await people("ben")


async def test_one_a_person(echo: EchoCalls, worker: Worker, ann: Principal, ben: Principal) -> None:
    first, other = await echo.begin(ann, "offer"), await echo.begin(ben, "offer")
    assert first.answer == "answer to offer"
    assert worker.legs[0].data["iceServers"][0]["username"].endswith(f":{ann.user.id}")
    second = await echo.begin(ann, "offer")
    assert [leg.ended for leg in worker.legs] == [True, False, False]
    for name in (first.id, other.id, "nonsense"):
        with pytest.raises(NotFound):
            await echo.end(ann, name)
    await echo.end(ann, second.id)
    assert [leg.ended for leg in worker.legs] == [True, False, True]
    with pytest.raises(NotFound):
        await echo.end(ann, second.id)
    worker.legs[1].ended = True
    await echo.begin(ann, "offer")
    assert set(echo._legs) == {ann.user.id}, "what is over is forgotten"


async def test_limits(echo: EchoCalls, worker: Worker, ann: Principal, ben: Principal, clock: ManualClock) -> None:
    with pytest.raises(InvalidInput):
        await echo.begin(ann, "x" * (OFFER_MOST + 1))
    with pytest.raises(TooMany):
        for _ in range(100):
            await echo.begin(ann, "x" * OFFER_MOST)
    assert len(worker.legs) == 7
    await echo.begin(ben, "offer")
    clock.advance(240)
    await echo.begin(ann, "offer")


async def test_without_a_worker(services: Services, ann: Principal) -> None:
    with pytest.raises(Unavailable):
        await services.echo.begin(ann, "offer")
