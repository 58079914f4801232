"""Calls over real sockets: several devices, late ones, strangers, nonsense."""

import asyncio

import pytest

from chatbeside.backend import build_backend
from chatbeside.domain.calls import EndReason
from chatbeside.realtime import limits
from chatbeside.services.passwords import Passwords
from chatbeside.settings import Settings
from chatbeside.store.sqlite import SqliteStore
from tests.conftest import ManualClock, People
from tests.realtime.harness import Client, Json, World, serve, until


async def ring(caller: Client, callee: Client, device: str = "a1", kind: str = "audio") -> Json:
    answer = await caller.ask(f"{kind} call", {"receiver": callee.ready["user"]["_id"], "device": device})
    call: Json = answer["call"]
    return call


async def pair(world: World) -> tuple[Client, Client]:
    ann, ben = await world.join("ann"), await world.join("ben")
    await world.direct("ann", "ben")
    return ann, ben


async def test_it_rings_on_all_devices_and_stops_when_one_answers(world: World) -> None:
    ann, ben = await pair(world)
    ben2, ann2 = await world.join("ben"), await world.join("ann")
    call = await ring(ann, ben, kind="video")
    for device in (ann, ann2, ben, ben2):
        assert await device.expect("video call") == call
    assert (call["state"], call["kind"], call["callerDevice"]) == ("ringing", "video", "a1")
    answer = await ben.ask("call accept", {"call": call["_id"], "device": "b1"})
    assert answer["call"]["state"] == "connecting"
    for device in (ann, ann2, ben, ben2):
        heard = await device.expect("call accept")
        assert heard["calleeDevice"] == "b1", "by this the other devices know that it was answered elsewhere"
    late = await ben2.ask("call accept", {"call": call["_id"], "device": "b2"})
    assert late["error"]["code"] == "conflict"
    connected = await ann.ask("call connected", {"call": call["_id"], "device": "a1"})
    assert connected["call"]["state"] == "active"
    await ben2.expect("call changed", lambda heard: heard["state"] == "active")
    over = await ben.ask("call end", {"call": call["_id"], "device": "b1"})
    assert over["call"]["reason"] == "hung_up"
    for device in (ann, ann2, ben, ben2):
        assert await device.expect("call end") == over["call"]
        message = await device.expect("chat message")
        assert (message["messageType"], message["data"]["reason"]) == ("call", "hung_up")


async def test_two_accepts_at_once(world: World) -> None:
    ann, ben = await pair(world)
    devices = [ben, *[await world.join("ben") for _ in range(4)]]
    call = await ring(ann, ben)
    answers = await asyncio.gather(
        *(device.ask("call accept", {"call": call["_id"], "device": f"b{n}"}) for n, device in enumerate(devices))
    )
    assert sum("call" in answer for answer in answers) == 1
    assert [answer["error"]["code"] for answer in answers if "error" in answer] == ["conflict"] * 4


async def test_declined_and_cancelled(world: World) -> None:
    ann, ben = await pair(world)
    ben2 = await world.join("ben")
    call = await ring(ann, ben)
    await ben.ask("call decline", {"call": call["_id"]})
    for device in (ann, ben, ben2):
        assert (await device.expect("call decline"))["reason"] == "declined"
    call = await ring(ann, ben)
    await ann.ask("call end", {"call": call["_id"], "device": "a1"})
    for device in (ben, ben2):
        assert (await device.expect("call end"))["reason"] == "cancelled"


async def test_a_device_that_comes_while_it_rings_is_told(world: World) -> None:
    ann, ben = await pair(world)
    assert ben.ready["call"] is None
    call = await ring(ann, ben)
    late = await world.join("ben")
    assert late.ready["call"] == call


async def test_busy(world: World) -> None:
    ann, ben = await pair(world)
    eve = await world.join("eve")
    await ring(ann, ben)
    answer = await eve.ask("audio call", {"receiver": "ben", "device": "e1"})
    assert answer["error"]["code"] == "busy"
    assert (await ben.expect("call end"))["reason"] == "busy"
    assert (await ben.expect("chat message"))["data"]["reason"] == "busy"


async def test_signals_go_to_the_other_device_alone(world: World) -> None:
    ann, ben = await pair(world)
    ben2, eve = await world.join("ben"), await world.join("eve")
    await world.direct("ann", "eve")
    call = await ring(ann, ben)
    first = {"call": call["_id"], "n": 1, "data": {"description": {"type": "offer", "sdp": "v=0"}}, "device": "a1"}
    assert await ann.ask("call signal", first) == {"n": 1}
    answer = await ben.ask("call accept", {"call": call["_id"], "device": "b1"})
    assert answer["signals"] == [{"n": 1, "data": first["data"]}]
    for n in range(2, 12):
        await ann.ask("call signal", {**first, "n": n, "data": {"candidate": n}})
    heard = [await ben.expect("call signal") for _ in range(10)]
    assert [signal["n"] for signal in heard] == list(range(2, 12))
    assert heard[0]["sender"] == ann.ready["user"]["_id"]
    await ben.ask("call signal", {"call": call["_id"], "n": 1, "data": {"x": 1}, "device": "b1"})
    assert (await ann.expect("call signal"))["data"] == {"x": 1}
    for stranger in (ben2, eve):
        await stranger.settle()
        assert stranger.all("call signal") == []


async def test_a_reload_gets_everything_again(world: World) -> None:
    ann, ben = await pair(world)
    call = await ring(ann, ben)
    await ben.ask("call accept", {"call": call["_id"], "device": "b1"})
    for n in (1, 2):
        await ann.ask("call signal", {"call": call["_id"], "n": n, "data": {"v": n}, "device": "a1"})
    await ben.close()
    again = await world.join("ben")
    assert again.ready["call"]["calleeDevice"] == "b1"
    answer = await again.ask("call join", {"call": call["_id"], "device": "b1"})
    assert [signal["n"] for signal in answer["signals"]] == [1, 2]
    await ann.ask("call signal", {"call": call["_id"], "n": 3, "data": {"v": 3}, "device": "a1"})
    assert (await again.expect("call signal"))["n"] == 3
    other = await (await world.join("ben")).ask("call join", {"call": call["_id"], "device": "b2"})
    assert other["signals"] == []


async def test_a_device_that_stays_away_ends_the_call(settings: Settings) -> None:
    clock = ManualClock()
    backend = build_backend(settings, passwords=Passwords(1, time_cost=1, memory_cost=64))
    calls = backend.services.calls
    calls._clock = calls.lines._clock = clock
    async with serve(backend.asgi) as url:
        world = World(backend, url, People(backend.services), [])
        ann, ben = await pair(world)
        call = await ring(ann, ben)
        await ben.ask("call accept", {"call": call["_id"], "device": "b1"})
        await ann.close()
        await until(lambda: bool(calls.lines._lines[call["_id"]].away))
        clock.advance(20)
        await calls.tick()
        assert (await ben.expect("call end"))["reason"] == "caller_gone"
        call = await ring(ben, await world.join("ann"), device="b1")
        clock.advance(45)
        await calls.tick()
        assert (await ben.expect("call end"))["reason"] == "missed"
        await ben.close()
        for client in world.clients:
            await client.close()


async def test_the_server_is_restarted_in_the_middle(settings: Settings) -> None:
    cheap = Passwords(1, time_cost=1, memory_cost=64)
    backend = build_backend(settings, passwords=cheap)
    people = People(backend.services)
    async with serve(backend.asgi) as url:
        world = World(backend, url, people, [])
        ann, ben = await pair(world)
        call = await ring(ann, ben)
        await ben.ask("call accept", {"call": call["_id"], "device": "b1"})
        tokens = {name: await people.token(name) for name in ("ann", "ben")}
        for client in world.clients:
            await client.close()
    again = build_backend(settings, passwords=Passwords(1, time_cost=1, memory_cost=64))
    assert isinstance(again.services.store, SqliteStore)
    async with serve(again.asgi) as url:
        back = Client(url, "ann")
        await back.connect({"token": tokens["ann"]})
        assert back.ready["call"] is None
        answer = await back.ask("call join", {"call": call["_id"], "device": "a1"})
        assert answer["call"]["reason"] == EndReason.SERVER_RESTARTED
        (room,) = [each for each in back.ready["rooms"] if each["room"] == call["room"]]
        assert room["lastMessage"]["data"]["reason"] == "server_restarted"
        await back.close()


async def test_a_third_person_finds_nothing(world: World) -> None:
    ann, ben = await pair(world)
    eve = await world.join("eve")
    call = await ring(ann, ben)
    asked = {"call": call["_id"], "device": "a1"}
    for event, more in (
        ("call accept", {}),
        ("call decline", {}),
        ("call connected", {}),
        ("call join", {}),
        ("call end", {}),
        ("call signal", {"n": 1, "data": {}}),
    ):
        answer = await eve.ask(event, {**asked, **more})
        assert answer["error"]["code"] == "not_found", event
    assert (await ann.ask("call join", asked))["call"] == call
    await eve.settle()
    assert [name for name, _ in eve.heard if "call" in name] == []


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"receiver": "ben", "room": "x"},
        {"receiver": 5},
        {"receiver": "ben", "device": "with space"},
        {"receiver": "ben", "device": "x" * 65},
        {"receiver": "ben", "extra": 1},
        [],
        None,
    ],
)
async def test_malformed_calls_are_refused(world: World, asked: object) -> None:
    ann, _ = await pair(world)
    assert (await ann.ask("audio call", asked))["error"]["code"] == "invalid"


@pytest.mark.parametrize("data", ["v=0", 7, None, [1], True])
async def test_malformed_signals_are_refused(world: World, data: object) -> None:
    ann, ben = await pair(world)
    call = await ring(ann, ben)
    for n in (1, 0, -1, "1", 1.5, 2**40):
        answer = await ann.ask("call signal", {"call": call["_id"], "n": n, "data": data, "device": "a1"})
        assert answer["error"]["code"] == "invalid"


async def test_a_large_description_is_refused_and_the_call_goes_on(world: World) -> None:
    ann, ben = await pair(world)
    call = await ring(ann, ben)
    await ben.ask("call accept", {"call": call["_id"], "device": "b1"})
    signal = {"call": call["_id"], "n": 1, "device": "a1"}
    answer = await ann.ask("call signal", {**signal, "data": {"description": {"sdp": "a" * 70_000}}})
    assert answer["error"]["code"] == "too_large"
    # Much more than a frame may have: the socket is closed, and comes back into its call.
    await ann.io.emit("call signal", {**signal, "data": {"description": {"sdp": "a" * 2**20}}})
    async with asyncio.timeout(30):
        await ann.closed.wait()
    again = await world.join("ann")
    assert (await again.ask("call join", {"call": call["_id"], "device": "a1"}))["call"]["state"] == "connecting"
    await ben.settle()
    assert ben.all("call signal") == []


async def test_very_many_signals_are_limited(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "EVENTS_PER_SECOND", 1.0)
    ann, ben = await pair(world)
    call = await ring(ann, ben)
    await ben.ask("call accept", {"call": call["_id"], "device": "b1"})
    answers = await asyncio.gather(
        *(
            ann.ask("call signal", {"call": call["_id"], "n": n, "data": {"n": n}, "device": "a1"})
            for n in range(1, 701)
        )
    )
    passed = sum("error" not in answer for answer in answers)
    refused = [answer["error"] for answer in answers if "error" in answer]
    assert 100 <= passed < 500
    assert {error["code"] for error in refused} == {"too_many"}
    assert all(error["retryAfter"] > 0 for error in refused)
    await ben.settle()
    assert len(ben.all("call signal")) == passed
    over = await ben.ask("call end", {"call": call["_id"], "device": "b1"})
    assert over["call"]["reason"] == "hung_up"
