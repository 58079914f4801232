"""Recordings over real sockets: what both hear, and what strangers and nonsense get."""

import asyncio

import pytest

from tests.realtime.harness import Client, Json, World


async def talking(world: World) -> tuple[Client, Client, str]:
    ann, ben = await world.join("ann"), await world.join("ben")
    await world.direct("ann", "ben")
    call: Json = (await ann.ask("audio call", {"receiver": ben.ready["user"]["_id"], "device": "a1"}))["call"]
    await ben.ask("call accept", {"call": call["_id"], "device": "b1"})
    await ann.ask("call connected", {"call": call["_id"], "device": "a1"})
    return ann, ben, call["_id"]


async def test_both_hear_how_it_stands_on_all_devices(world: World) -> None:
    ann, ben, call = await talking(world)
    ben2, eve = await world.join("ben"), await world.join("eve")
    assert (await ann.ask("call record", {"call": call, "device": "a1"}))["recording"]["state"] == "off"
    asked = await ann.ask("call record", {"call": call, "device": "a1", "on": True})
    assert asked["recording"] == {"call": call, "state": "asked", "by": ann.ready["user"]["_id"], "why": ""}
    for device in (ann, ben, ben2):
        assert await device.expect("call recording") == asked["recording"]
    other = await ben2.ask("call record", {"call": call, "device": "b2", "on": True})
    assert other["error"]["code"] == "forbidden", "the device that is in the call agrees, no other one"
    declined = await ben.ask("call record", {"call": call, "device": "b1", "on": False})
    assert (declined["recording"]["state"], declined["recording"]["why"]) == ("off", "declined")
    assert await ann.expect("call recording") == declined["recording"]
    await eve.settle()
    assert eve.all("call recording") == []


async def test_a_third_person_finds_nothing(world: World) -> None:
    _, _, call = await talking(world)
    eve = await world.join("eve")
    for event, more in (
        ("call record", {"on": True}),
        ("call record", {"on": False}),
        ("call record", {}),
        ("call forward", {"offer": "v=0"}),
    ):
        for device in ("a1", "b1", "e1"):
            answer = await eve.ask(event, {"call": call, "device": device, **more})
            assert answer["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("event", "asked"),
    [
        ("call record", {"on": "yes"}),
        ("call record", {"on": 1}),
        ("call record", {"device": None}),
        ("call record", {"extra": 1}),
        ("call forward", {}),
        ("call forward", {"offer": 5}),
        ("call forward", {"offer": {"sdp": "v=0"}}),
        ("call forward", {"offer": "v" * 65_537}),
    ],
)
async def test_malformed_is_refused(world: World, event: str, asked: Json) -> None:
    ann, _, call = await talking(world)
    answer = await ann.ask(event, {"call": call, "device": "a1", **asked})
    assert answer["error"]["code"] in {"invalid", "too_large"}


async def test_without_a_recording_nobody_is_forwarded(world: World) -> None:
    ann, ben, call = await talking(world)
    assert (await ann.ask("call forward", {"call": call, "device": "a1", "offer": "v=0"}))["error"][
        "code"
    ] == "conflict"
    await ben.ask("call end", {"call": call, "device": "b1"})
    for event, more in (("call record", {"on": True}), ("call forward", {"offer": "v=0"})):
        assert (await ann.ask(event, {"call": call, "device": "a1", **more}))["error"]["code"] == "conflict"


async def test_a_huge_offer_closes_the_socket_alone(world: World) -> None:
    ann, ben, call = await talking(world)
    await ann.io.emit("call forward", {"call": call, "device": "a1", "offer": "v" * 2**20})
    async with asyncio.timeout(30):
        await ann.closed.wait()
    assert (await ben.ask("call join", {"call": call, "device": "b1"}))["call"]["state"] == "active"


async def test_asking_again_and_again_is_limited(world: World) -> None:
    ann, ben, call = await talking(world)
    answers = []
    for _ in range(30):
        answers.append(await ann.ask("call record", {"call": call, "device": "a1", "on": True}))
        await ben.ask("call record", {"call": call, "device": "b1", "on": False})
    codes = [answer["error"]["code"] for answer in answers if "error" in answer]
    assert codes
    assert set(codes) == {"too_many"}
