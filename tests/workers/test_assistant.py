"""Answers of the assistant, read, stopped and counted at a worker that does not write them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chatbeside.domain.assistant import Reminder
from chatbeside.domain.clock import now
from chatbeside.domain.ids import new_id
from chatbeside.realtime import Pace
from chatbeside.services.assistant import desk, service
from tests.realtime.harness import Client, until
from tests.servers.openai_server import OpenAIServer
from tests.servers.redis import RedisServer
from tests.workers.cluster import Cluster, cluster


@pytest.fixture
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
async def pair(
    tmp_path: Path, redis: RedisServer, model: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Cluster]:
    monkeypatch.setattr(service, "LOOK_EVERY", 0.1)
    pace = Pace(tick=0.05, renew=0.1, validate=30.0, grace=0.3)
    settings = {"assistant": True, "openai_base_url": model.url, "openai_model": "tiny"}
    async with cluster(2, tmp_path / "data", redis.url, pace, **settings) as workers:
        yield workers


async def ask(client: Client, text: str) -> tuple[str, Any]:
    """Ask in the person's own conversation with the assistant; return its room and the question."""
    (room,) = [each["room"] for each in client.ready["rooms"]]
    return room, (await client.send(room, text))["message"]


async def test_an_answer_grows_and_is_stopped_at_the_other_worker(pair: Cluster, model: OpenAIServer) -> None:
    model.reply("One ", "two", hang_after=1)
    ann, phone = await pair.join("ann", 0), await pair.join("ann", 1)
    room, _ = await ask(ann, "count")
    piece = await phone.expect("assistant stream")
    assert piece["text"].startswith("One")
    state = await phone.ask("assistant state", {"room": room})
    assert [each["id"] for each in state["growing"]] == [piece["id"]]
    assert state["growing"][0]["text"].startswith("One")
    other = await pair.join("ben", 1)
    assert (await other.ask("assistant stop", {"id": piece["id"]}))["error"]["code"] == "not_found"
    assert await phone.ask("assistant stop", {"id": piece["id"]}) == {}
    answer = await phone.expect("chat message", lambda message: message["clientId"] == piece["id"])
    assert answer["data"]["assistant"]["cut"] == "stopped"
    await until(lambda: not pair.backend(1).services.assistant.desk._elsewhere.grows(piece["id"]))
    assert (await phone.ask("assistant state", {"room": room}))["growing"] == []
    assert (await phone.ask("assistant stop", {"id": piece["id"]}))["error"]["code"] == "not_found"


async def test_how_many_somebody_waits_for_counts_over_all_workers(pair: Cluster, model: OpenAIServer) -> None:
    model.reply("One ", "two", hang_after=1)
    ann, phone = await pair.join("ann", 0), await pair.join("ann", 1)
    for number in range(desk.PER_PERSON):
        await ask((ann, phone)[number % 2], f"count {number}")
    desks = [pair.backend(number).services.assistant.desk for number in (0, 1)]
    me = ann.ready["user"]["_id"]
    await until(lambda: all(len(each.jobs) + each._elsewhere.count(me)[0] == desk.PER_PERSON for each in desks))
    _, last = await ask(phone, "one more")
    busy = await ann.expect("chat message", lambda message: (message["data"].get("assistant") or {}).get("cut"))
    assert busy["data"]["assistant"]["cut"] == "busy"
    assert busy["data"]["assistant"]["question"] == last["_id"]


async def test_an_answer_whose_worker_died_is_marked(
    pair: Cluster, model: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "BEAT", 0.5)
    monkeypatch.setattr(service, "BEAT", 0.5)
    model.reply("One ", "two", hang_after=1)
    ann = await pair.join("ann", 0)
    room, question = await ask(ann, "count")
    piece = await ann.expect("assistant stream")
    backend = pair.backend(0)
    bus: Any = backend.services.bus
    survivor = pair.backend(1).services
    await until(lambda: survivor.assistant.desk._elsewhere.grows(piece["id"]))
    # The worker that writes it falls silent, as a killed process does.
    job = backend.services.assistant.desk.jobs[piece["id"]]
    assert job.task
    for task in [job.task, *bus._tasks]:
        task.cancel()
    await asyncio.gather(job.task, *bus._tasks, return_exceptions=True)
    await bus._redis.connection_pool.disconnect()

    async def marked() -> Any:
        page = await survivor.store.messages.page(room, before=None, after=None, limit=10)
        return next((each.data["assistant"] for each in page if each.client_id == piece["id"]), None)

    async with asyncio.timeout(20):
        while not (about := await marked()):  # noqa: ASYNC110 - the store tells nobody
            await asyncio.sleep(0.1)
    assert (about["cut"], about["question"]) == ("restart", question["_id"])


async def test_a_reminder_is_said_once(pair: Cluster) -> None:
    ann = await pair.join("ann", 0)
    store = pair.backend(0).services.store
    user_id = ann.ready["user"]["_id"]
    due = now() - timedelta(seconds=1)
    for number in range(10):
        await store.reminders.add(Reminder(new_id(), user_id, f"bread {number}", due, due, "UTC"))
    services = [pair.backend(number).services.assistant for number in (0, 1, 0, 1)]
    await asyncio.gather(*(each.reminders.fire(each._remind) for each in services))
    (room,) = [each["room"] for each in ann.ready["rooms"]]
    page = await ann.ask("history", {"room": room})
    said = [
        each["content"] for each in page["messages"] if "remind you" in each["content"] and "bread" in each["content"]
    ]
    assert sorted(said) == sorted(f"⏰ You asked me to remind you: bread {number}" for number in range(10))
    await until(lambda: len([m for m in ann.all("chat message") if "bread" in m["content"]]) == 10)
