"""The signalling of a call whose two sides are at different workers, and what becomes of it when its owner ends."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chatbeside.realtime import Pace, resume
from tests.realtime.harness import Client, until
from tests.servers.redis import RedisServer
from tests.workers.cluster import Cluster, cluster


async def pair(workers: Cluster, one: int = 0, other: int = 1) -> tuple[Client, Client, str]:
    room = await workers.direct("ann", "ben")
    return await workers.join("ann", one), await workers.join("ben", other), room


async def ring(ann: Client, ben: Client, room: str) -> Any:
    begun = await ann.ask("audio call", {"room": room, "device": "a1"})
    assert "error" not in begun, begun
    rings = await ben.expect("audio call")
    assert rings["_id"] == begun["call"]["_id"]
    return rings


async def test_a_call_between_two_workers(two: Cluster) -> None:
    ann, ben, room = await pair(two)
    call = await ring(ann, ben, room)
    early = {"call": call["_id"], "n": 1, "data": {"sdp": "offer"}, "device": "a1"}
    assert await ann.ask("call signal", early) == {"n": 1}
    taken = await ben.ask("call accept", {"call": call["_id"], "device": "b1"})
    assert taken["signals"] == [{"n": 1, "data": {"sdp": "offer"}}], "what came before the answer was kept"
    await ann.expect("call accept")
    for n in range(1, 31):
        assert await ben.ask("call signal", {"call": call["_id"], "n": n, "data": {"n": n}, "device": "b1"}) == {"n": n}
    await until(lambda: len(ann.all("call signal")) == 30)
    assert [signal["n"] for signal in ann.all("call signal")] == list(range(1, 31))
    await ann.ask("call signal", {**early, "n": 2})
    assert (await ben.expect("call signal"))["n"] == 2
    await ben.ask("call connected", {"call": call["_id"], "device": "b1"})
    assert (await ann.expect("call changed"))["state"] == "active"
    await ben.ask("call end", {"call": call["_id"], "device": "b1"})
    assert (await ann.expect("call end"))["reason"] == "hung_up"
    assert (await ann.expect("chat message"))["messageType"] == "call"
    over = await ben.ask("call signal", {"call": call["_id"], "n": 99, "data": {}, "device": "b1"})
    assert over["error"]["code"] == "conflict"
    stranger = await two.join("cleo", 1)
    answer = await stranger.ask("call signal", {"call": call["_id"], "n": 1, "data": {}, "device": "b1"})
    assert answer["error"]["code"] == "not_found"


async def test_two_who_call_each_other_at_two_workers_are_in_one_call(two: Cluster) -> None:
    ann, ben, room = await pair(two)
    begun = await asyncio.gather(
        ann.ask("audio call", {"room": room, "device": "a1"}), ben.ask("audio call", {"room": room, "device": "b1"})
    )
    assert begun[0]["call"]["_id"] == begun[1]["call"]["_id"]
    (open_call,) = await two.backend(0).services.store.calls.unfinished(limit=9)
    assert open_call.state == "connecting"


async def test_a_page_may_come_back_at_the_other_worker(two: Cluster) -> None:
    passed = asyncio.Event()
    two.backend(0).services.bus.listen("passed", lambda worker, data: passed.set())
    ann, ben, room = await pair(two)
    call = await ring(ann, ben, room)
    await ben.ask("call accept", {"call": call["_id"], "device": "b1"})
    await ben.ask("call connected", {"call": call["_id"], "device": "b1"})
    lines = [two.backend(number).services.calls.lines for number in (0, 1)]
    owner = next(each for each in lines if each.get(call["_id"]))
    away = owner.get(call["_id"]).away  # type: ignore[union-attr]
    await ben.close()
    await until(lambda: bool(away))
    again = await two.join("ben", 0)
    await again.ask("call join", {"call": call["_id"], "device": "b1"})
    assert not away
    # The worker that lost it says so late: the device is looked for, and is there.
    lines[1].left(again.ready["user"]["_id"], "b1")
    two.backend(1).services.bus.broadcast("passed", b"")
    await asyncio.wait_for(passed.wait(), 10)
    assert not away


async def test_the_calls_of_a_worker_that_ends_are_taken_over(
    tmp_path: Path, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resume, "GATHER", 3600.0)  # sockets of living workers stay, to see who is found
    pace = Pace(tick=0.05, renew=0.1, validate=30.0, grace=0.3)
    async with cluster(3, tmp_path / "data", redis.url, pace) as workers:
        ann, ben, room = await pair(workers, 0, 1)
        call = await ring(ann, ben, room)
        await ben.ask("call accept", {"call": call["_id"], "device": "b1"})
        await ben.ask("call connected", {"call": call["_id"], "device": "b1"})
        all_lines = [workers.backend(number).services.calls.lines for number in range(3)]
        assert [bool(lines.get(call["_id"])) for lines in all_lines] == [True, False, False]
        # The owner falls silent, as a killed process does.
        bus: Any = workers.backend(0).services.bus
        for task in bus._tasks:
            task.cancel()
        await asyncio.gather(*bus._tasks, return_exceptions=True)
        await bus._redis.connection_pool.disconnect()
        await ann.close()
        await until(lambda: sum(bool(lines.get(call["_id"])) for lines in all_lines[1:]) == 1)
        line = next(found for lines in all_lines[1:] if (found := lines.get(call["_id"])))
        ben_id, ann_id = ben.ready["user"]["_id"], ann.ready["user"]["_id"]
        await until(lambda: set(line.away) == {ann_id})
        assert ben_id not in line.away, "who is connected elsewhere was found"
        back = await workers.join("ann", 2)
        joined = await back.ask("call join", {"call": call["_id"], "device": "a1"})
        assert joined["call"]["state"] == "active"
        await until(lambda: not line.away)
        await back.ask("call signal", {"call": call["_id"], "n": 7, "data": {"again": True}, "device": "a1"})
        assert (await ben.expect("call signal"))["n"] == 7
        await ben.ask("call end", {"call": call["_id"], "device": "b1"})
        assert (await back.expect("call end"))["reason"] == "hung_up"


async def test_a_ring_runs_out_wherever_its_owner_is(two: Cluster) -> None:
    ann, ben, room = await pair(two)
    call = await ring(ann, ben, room)
    owner = two.backend(0).services.calls
    clock = owner._clock
    owner._clock = owner.lines._clock = lambda: clock() + timedelta(minutes=2)  # type: ignore[assignment]
    owner.lines.changed()
    await owner.tick()
    assert (await ben.expect("call end"))["reason"] == "missed"
    assert (await ann.expect("call end"))["_id"] == call["_id"]
