"""The numbers for Prometheus rise with what people do, and add up over processes."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from chatbeside.settings import Settings
from tests.realtime.harness import PATIENCE, World, until
from tests.servers.openai_server import KEY, OpenAIServer

TOKEN = "only for the monitor"


@pytest.fixture
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path, model: OpenAIServer) -> Settings:
    own = {"openai_base_url": model.url, "openai_api_key": KEY}
    return Settings(data=tmp_path / "data", hash_threads=1, metrics_token=TOKEN, **own)


class Numbers:
    """What a monitor reads. The numbers live as long as this process: tests look at how they rise."""

    def __init__(self, text: str) -> None:
        self._found = {
            (sample.name, json.dumps(sample.labels, sort_keys=True)): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def of(self, name: str, **labels: str) -> float:
        """Return a number, 0 when there is none yet."""
        return self._found.get((f"chatbeside_{name}", json.dumps(labels, sort_keys=True)), 0)


async def read(world: World) -> Numbers:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=world.url, headers=headers, timeout=PATIENCE) as monitor:
        answer = await monitor.get("/api/metrics")
    assert answer.status_code == 200
    return Numbers(answer.text)


async def test_sockets_come_and_go(world: World) -> None:
    before = (await read(world)).of("sockets")
    await world.join("ann")
    ben = await world.join("ben")
    assert (await read(world)).of("sockets") == before + 2
    await ben.close()
    await until(lambda: len(world.backend.hub.roster.all()) == 1)
    assert (await read(world)).of("sockets") == before + 1


async def test_messages_their_deliveries_and_how_long_they_took(world: World) -> None:
    ann, ben = await world.join("ann"), await world.join("ben")
    room = await world.direct("ann", "ben")
    before = await read(world)
    for text in ("one", "two", "three"):
        await ann.send(room, text)
        await ben.expect("chat message", lambda heard, text=text: heard["content"] == text)
    after = await read(world)

    def rise(name: str, **labels: str) -> float:
        return after.of(name, **labels) - before.of(name, **labels)

    assert rise("messages_total", kind="text") == 3
    assert rise("deliveries_total") >= 6, "each of them to either socket"
    assert rise("event_seconds_count", event="chat message") == 3
    assert rise("event_seconds_sum", event="chat message") > 0


async def test_calls_by_how_they_ended(world: World) -> None:
    ann, ben = await world.join("ann"), await world.join("ben")
    await world.direct("ann", "ben")
    before = await read(world)
    for person, deed, device in ((ben, "call decline", "b1"), (ben, "call decline", "b1"), (ann, "call end", "a1")):
        answer = await ann.ask("audio call", {"receiver": ben.ready["user"]["_id"], "device": "a1"})
        assert "error" not in await person.ask(deed, {"call": answer["call"]["_id"], "device": device})
    after = await read(world)
    ended = {
        reason: after.of("calls_total", reason=reason) - before.of("calls_total", reason=reason)
        for reason in ("declined", "cancelled", "hung_up")
    }
    assert ended == {"declined": 2, "cancelled": 1, "hung_up": 0}
    assert after.of("messages_total", kind="call") == before.of("messages_total", kind="call") + 3


async def test_bytes_that_were_uploaded(world: World) -> None:
    before = await read(world)
    headers = {"Authorization": f"Bearer {await world.people.token('ann')}"}
    async with httpx.AsyncClient(base_url=world.url, headers=headers, timeout=PATIENCE) as ann:
        answer = await ann.post("/api/files", files={"file": ("a.bin", bytes(12_345))})
    assert answer.status_code == 201
    assert (await read(world)).of("uploaded_bytes_total") == before.of("uploaded_bytes_total") + 12_345


async def test_answers_being_written_and_the_tokens_they_took(world: World, model: OpenAIServer) -> None:
    model.reply("ready", gate=threading.Semaphore(0))
    ann = await world.join("ann")
    services = world.backend.services
    room = await services.rooms.open_direct(await world.people("ann"), services.assistant.user.id)
    before = await read(world)
    await ann.send(room.id, "hello")
    await until(model.asked.is_set)
    assert (await read(world)).of("assistant_answers") == before.of("assistant_answers") + 1
    model.scripts[0].gate.release(1)
    await ann.expect("chat message", lambda heard: heard["content"] == "ready")
    await services.assistant.idle()
    after = await read(world)
    assert after.of("assistant_answers") == before.of("assistant_answers")
    tokens = {
        direction: after.of("assistant_tokens_total", direction=direction)
        - before.of("assistant_tokens_total", direction=direction)
        for direction in ("prompt", "answer")
    }
    assert tokens == {"prompt": 11, "answer": 1}


_ANOTHER = """
import sys
from chatbeside.services import metrics
for number in (metrics.UPLOADED, metrics.SOCKETS, metrics.MESSAGES.labels("text")):
    number.inc(int(sys.argv[1]))
print(metrics.exposition().decode())
"""


def test_numbers_of_two_processes_are_added_up(tmp_path: Path) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    said = [
        subprocess.run(
            [sys.executable, "-c", _ANOTHER, amount], env=environment, capture_output=True, text=True, check=True
        ).stdout
        for amount in ("3", "4")
    ]
    for text, whole in zip(said, (3, 7), strict=True):
        numbers = Numbers(text)
        assert numbers.of("uploaded_bytes_total") == whole
        assert numbers.of("sockets") == whole
        assert numbers.of("messages_total", kind="text") == whole
