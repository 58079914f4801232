"""Captions, taken back at a worker that does not hear them, and of calls that end at another one."""

import asyncio
import base64
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chatbeside.domain.calls import Call, CallKind
from chatbeside.domain.errors import Conflict, NotFound, Unavailable
from chatbeside.domain.ids import new_id
from chatbeside.realtime import Pace
from chatbeside.services.container import Services
from chatbeside.services.media import MediaEvent
from chatbeside.services.principal import Principal
from tests.realtime.harness import until
from tests.servers.openai_server import OpenAIServer
from tests.servers.redis import RedisServer
from tests.workers.cluster import Cluster, cluster


class Ear:
    """A leg that hears what a test says."""

    def __init__(self) -> None:
        self.id = new_id()
        self.opened = {"answer": "an answer"}
        self.ended = False
        self._told: asyncio.Queue[MediaEvent | None] = asyncio.Queue()

    def say(self) -> None:
        pcm = base64.b64encode(bytes(3200)).decode()
        self._told.put_nowait(MediaEvent("heard", {"pcm": pcm, "last": True}))

    async def ask(self, what: str, **data: Any) -> Mapping[str, Any]:
        raise Unavailable("Nothing is asked of it.")

    async def events(self) -> AsyncIterator[MediaEvent]:
        while (event := await self._told.get()) is not None:
            yield event

    async def close(self) -> None:
        self.ended = True
        self._told.put_nowait(None)


class Ears:
    """In place of a media worker."""

    def __init__(self) -> None:
        self.ears: list[Ear] = []
        self.open_now = asyncio.Event()
        self.open_now.set()
        self.asked = asyncio.Event()

    async def open(self, kind: str, **data: Any) -> Ear:
        self.asked.set()
        await self.open_now.wait()
        self.ears.append(Ear())
        return self.ears[-1]

    async def finish(self, folder: str, file: str) -> Mapping[str, Any]:
        raise Unavailable("There are no recordings here.")


@pytest.fixture
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        server.audio_gate = threading.Semaphore(0)
        yield server


@pytest.fixture
async def pair(tmp_path: Path, redis: RedisServer, model: OpenAIServer) -> AsyncIterator[Cluster]:
    pace = Pace(tick=0.05, renew=0.1, validate=30.0, grace=0.3)
    speech = {"openai_hears": "ears", "openai_speaks": "mouth"}
    settings = {"assistant": True, "openai_base_url": model.url, "openai_model": "tiny", **speech}
    async with cluster(2, tmp_path / "data", redis.url, pace, **settings) as workers:
        yield workers


def ears(services: Services, monkeypatch: pytest.MonkeyPatch) -> Ears:
    """Let captions at this worker be heard by what a test says; return that."""
    made = Ears()
    monkeypatch.setattr(services.captions, "_media", made)
    return made


async def in_a_call(pair: Cluster) -> tuple[Principal, Call]:
    """Return Ann, and a call that the second worker owns."""
    ann, ben = await pair.people("ann"), await pair.people("ben")
    calls = pair.backend(1).services.calls
    call = await calls.begin(ann, kind=CallKind.AUDIO, device="a", receiver="ben")
    return ann, await calls.accept(ben, call.id, "b")


async def being_understood(model: OpenAIServer) -> None:
    async with asyncio.timeout(30):
        while not model.asked_audio.is_set():
            await asyncio.to_thread(model.asked_audio.wait, 1)


async def written(services: Services, call: Call) -> list[str]:
    page = await services.store.messages.page(call.room_id, before=None, after=None, limit=10)
    return [message.content for message in page if message.kind == "text"]


async def test_taken_back_at_the_other_worker_nothing_more_is_written(
    pair: Cluster, model: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = pair.backend(0).services, pair.backend(1).services
    media = ears(one, monkeypatch)
    ann, call = await in_a_call(pair)
    with pytest.raises(NotFound):
        await other.captions.end(ann, call.id)
    assert await one.captions.begin(ann, call.id, "an offer") == "an answer"
    (ear,) = media.ears
    ear.say()
    await being_understood(model)
    ear.say()
    await other.captions.end(ann, call.id)
    await until(lambda: ear.ended)
    assert model.audio_gate
    model.audio_gate.release(5)
    await asyncio.gather(*one.captions._tasks)
    assert await written(one, call) == []
    assert len(model.heard) == 1, "what waited is not even understood"
    with pytest.raises(NotFound):
        await one.captions.end(ann, call.id)


async def test_turned_on_anew_at_the_other_worker_they_are_heard_there_alone(
    pair: Cluster, model: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = pair.backend(0).services, pair.backend(1).services
    first, second = ears(one, monkeypatch), ears(other, monkeypatch)
    ann, call = await in_a_call(pair)
    await one.captions.begin(ann, call.id, "an offer")
    await other.captions.begin(ann, call.id, "an offer")
    await until(lambda: first.ears[0].ended)
    assert not second.ears[0].ended
    assert model.audio_gate
    model.audio_gate.release(5)
    second.ears[0].say()
    second.ears[0].say()
    await other.calls.end(ann, call.id, device="a")
    await asyncio.gather(*other.captions._tasks)
    assert await written(one, call) == ["hello", "hello"]


async def test_they_end_with_the_call_wherever_it_ended_and_what_was_said_last_is_written(
    pair: Cluster, model: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = pair.backend(0).services, pair.backend(1).services
    media = ears(one, monkeypatch)
    ann, call = await in_a_call(pair)
    await one.captions.begin(ann, call.id, "an offer")
    (ear,) = media.ears
    ear.say()
    await being_understood(model)
    await other.calls.end(ann, call.id, device="a")
    await until(lambda: ear.ended)
    assert model.audio_gate
    model.audio_gate.release(5)
    await asyncio.gather(*one.captions._tasks)
    assert await written(one, call) == ["hello"]
    assert not one.captions._legs


@pytest.mark.parametrize("number", [0, 1])
async def test_a_call_that_ends_while_they_begin_has_none(
    pair: Cluster, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """At the worker where it ends, and at the other one."""
    services = pair.backend(number).services
    media = ears(services, monkeypatch)
    media.open_now.clear()
    ann, call = await in_a_call(pair)
    begun = asyncio.create_task(services.captions.begin(ann, call.id, "an offer"))
    await media.asked.wait()
    await pair.backend(1).services.calls.end(ann, call.id, device="a")
    media.open_now.set()
    with pytest.raises(Conflict):
        await begun
    assert [ear.ended for ear in media.ears] == [True]
    assert not services.captions._legs
