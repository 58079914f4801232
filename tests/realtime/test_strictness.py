"""What a client can send wrong, and that nothing comes of it."""

import asyncio
import json
from typing import Any

import pytest
from socketio import exceptions

from chatbeside.domain.errors import TooMany
from chatbeside.domain.limits import LimitName
from chatbeside.realtime.inbound import JoinRoom
from chatbeside.services import guard
from tests.realtime.harness import World, until


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("no such event", [{}]),
        ("connect", [{"token": "x"}]),
        ("disconnect", ["reason"]),
        ("chat message", []),
        ("chat message", [{}, {}]),
        ("chat message", [None]),
        ("chat message", ["text"]),
        ("join room", [{"room": "r", "surprise": 1}]),
        ("join room", [{"room": 5}]),
        ("join room", [{"room": "r", "after": "1"}]),
        ("join room", [{"room": "r", "after": -1}]),
        ("join room", [{"room": "r", "after": 2**53}]),
        ("join room", [{"room": "r", "after": True}]),
        ("join room", [{"room": "r" * 65}]),
        ("history", [{"room": "r", "limit": 0}]),
        ("presence", [{"state": "offline"}]),
        ("people", [{"users": []}]),
        ("people", [{"users": ["x"] * 101}]),
    ],
)
async def test_a_mistake_is_answered_and_the_socket_stays(world: World, event: str, arguments: list[Any]) -> None:
    ann = await world.join("ann")
    answer = await ann.io.call(event, tuple(arguments), timeout=5)
    assert answer["error"]["code"] == "invalid", answer
    assert await ann.ask("presence", {"state": "online"}) == {}


async def test_what_was_wrong_is_said_by_field_and_not_repeated(world: World) -> None:
    ann = await world.join("ann")
    answer = await ann.ask("chat message", {"room": "r", "content": 5, "clientId": "x" * 65, "secret": "hush"})
    assert set(answer["error"]["fields"]) == {"content", "clientId", "secret"}
    assert "hush" not in json.dumps(answer) and "xxx" not in json.dumps(answer)


RAW = [
    "",
    "2",
    "2[",
    "2{}",
    "2[]",
    "2[5]",
    "2[null]",
    "2777[{}]",
    '2["presence"',
    "2" + "9" * 200 + '["presence",{}]',
    "2" + "[" * 20_000,
    '3999["late"]',
    "4{}",
    '51-7["people",{"_placeholder":true,"num":0}]',
    "6-1[]",
    "9x",
    "x",
    '2/other,["presence",{}]',
    '2["join room",{"room":"\\ud800"}]',
    '2["join room",{"room":' + "9" * 5000 + "}]",
    '2["join room",{"room":NaN}]',
]


@pytest.mark.parametrize("raw", RAW, ids=lambda raw: raw[:24])
async def test_a_packet_that_makes_no_sense_is_passed_over(world: World, raw: str) -> None:
    ann = await world.join("ann")
    await ann.io.eio.send(raw)
    await ann.io.eio.send(b"bytes that nobody asked for")
    assert await ann.ask("presence", {"state": "online"}) == {}


async def test_bytes_are_refused(world: World) -> None:
    ann = await world.join("ann")
    answer = await ann.ask("chat message", {"room": b"bytes"})
    assert answer["error"]["code"] == "invalid"
    assert await ann.ask("presence", {"state": "online"}) == {}


async def test_a_frame_over_the_limit_is_refused_in_words(world: World) -> None:
    room = await world.direct("ann", "ben")
    ann = await world.join("ann")
    answer = await ann.send(room, "x" * 70_000)
    assert answer == {
        "error": {"code": "too_large", "message": "This is more than 64 kB at once. Send less, or use REST."}
    }
    assert (await ann.send(room, "é" * 12_000))["error"]["code"] == "too_large"  # six bytes each, as Python writes it
    assert "message" in await ann.send(room, "x" * 12_000)
    assert (await ann.send(room, "x" * 60_000))["error"]["code"] == "invalid"


async def test_a_frame_far_over_the_limit_ends_the_socket_and_nothing_else(world: World) -> None:
    room = await world.direct("ann", "ben")
    ann, ben = await world.join("ann"), await world.join("ben")
    await ann.io.emit("chat message", {"room": room, "content": "x" * 300_000, "clientId": "big"})
    await ann.closed.wait()
    again = await world.join("ann")
    assert (await again.ask("join room", {"room": room}))["messages"] == []
    assert (await ben.send(room, "still here"))["message"]["seq"] == 1


async def test_whoever_floods_is_told_to_wait(world: World) -> None:
    ann = await world.join("ann")
    answers = await asyncio.gather(*(ann.ask("presence", {"state": "online"}) for _ in range(600)))
    refused = [answer["error"] for answer in answers if "error" in answer]
    assert refused and all(error["code"] == "too_many" and 0 < error["retryAfter"] < 1 for error in refused)
    assert sum(answer == {} for answer in answers) >= 300


async def test_too_many_messages_are_refused_with_the_time_to_wait(world: World) -> None:
    room = await world.direct("ann", "ben")
    ann, ben = await world.join("ann"), await world.join("ben")
    limits = world.backend.services.limits
    with pytest.raises(TooMany):
        for _ in range(2_000):
            await limits.take(LimitName.MESSAGES, ann.ready["user"]["_id"])
    error = (await ann.send(room, "once more"))["error"]
    assert error["code"] == "too_many"
    assert 0 < error["retryAfter"] <= 10.1
    assert error["message"].endswith(" s.")
    assert "message" in await ben.send(room, "nobody waits for others")


async def test_somebody_with_very_many_sockets_gets_no_further_one(world: World) -> None:
    world.backend.hub._sockets_most = 2
    first, _ = await world.join("ann"), await world.join("ann")
    third = world.client("ann")
    with pytest.raises(exceptions.ConnectionError):
        await third.connect({"token": await world.people.token("ann")})
    assert (third.refused["message"], third.refused["data"]["code"]) == (
        "You have very many windows and programs open here. Close some of them.",
        "too_many",
    )
    assert third.refused["data"]["retryAfter"] == 15
    await world.join("ben")
    await first.close()
    await until(lambda: len(world.backend.hub.roster.of_user(first.ready["user"]["_id"])) == 1)
    await world.join("ann")


def test_every_event_says_who_may_send_it(world: World) -> None:
    entries = world.backend.hub.handlers.entries
    assert len(entries) >= 8
    for event, entry in entries.items():
        assert guard.of(entry.run).needs_session, event
        assert entry.model.model_config["extra"] == "forbid" and entry.model.model_config["strict"], event


def test_an_event_without_a_mark_is_not_registered(world: World) -> None:
    async def open_to_all(connection: object, asked: object) -> dict[str, Any]:
        return {}

    with pytest.raises(guard.Unguarded):
        world.backend.hub.handlers.register("new event", JoinRoom, open_to_all)
    assert "new event" not in world.backend.hub.handlers.entries
