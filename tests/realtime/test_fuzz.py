"""Nonsense and near misses over real sockets: each is answered, none is taken for a failure, and everybody stays."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbeside.realtime.inbound import Inbound
from chatbeside.realtime.limits import Bucket, Gate, Pressure
from tests.fuzzing import run, texts, values
from tests.realtime.harness import Client, World

CODES = {"invalid", "not_found", "forbidden", "conflict", "busy", "too_many", "unavailable"}


def without_limit(world: World, client: Client) -> None:
    for connection in world.backend.hub.roster.of_user(client.ready["user"]["_id"]):
        socket = world.backend.hub._socket(connection.sid)
        assert socket is not None
        socket.gate = Gate(Bucket(1e9, 1e9), Pressure(Bucket(1e9, 1e9), Bucket(1e9, 1e9), 0))


def fields_of(model: type[Inbound]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def payloads(events: Mapping[str, type[Inbound]], ids: Mapping[str, str]) -> st.SearchStrategy[tuple[str, list[Any]]]:
    """Return events with what might come with them: their own fields with right, near and wrong values, and others."""
    known = st.sampled_from([*ids.values(), *ids])
    likely = (
        known | st.integers(-1, 9) | st.booleans() | st.just("c-1") | st.sampled_from(["/help", "/poll a | b", "on"])
    )
    every = sorted({name for model in events.values() for name in fields_of(model)})

    def of_event(event: str) -> st.SearchStrategy[tuple[str, list[Any]]]:
        own = st.fixed_dictionaries({}, optional=dict.fromkeys(fields_of(events[event]), likely | values))
        fitting = own.map(lambda given: {**{k: v for k, v in ids.items() if k in fields_of(events[event])}, **given})
        extra = st.dictionaries(st.sampled_from(every) | texts, likely | values, max_size=3)
        body = fitting | own | extra | st.builds(lambda one, other: {**one, **other}, fitting, extra) | values
        arguments = st.one_of(body.map(lambda one: [one]), st.lists(body, max_size=3))
        return arguments.map(lambda given: (event, given))

    unknown = st.tuples(
        texts | st.sampled_from(["message", "ready", "connect", "__class__"]), st.lists(values, max_size=2)
    )
    return st.one_of([of_event(event) for event in sorted(events)] * 2 + [unknown])


# The server, in the same process, may use ``random`` while a case is made.
@pytest.mark.filterwarnings("ignore:Do not use the:hypothesis.errors.HypothesisDeprecationWarning")
async def test_whatever_is_sent_is_answered_and_everybody_stays(world: World, caplog: pytest.LogCaptureFixture) -> None:
    services = world.backend.services
    mine, others = await world.direct("ann", "ben"), await world.direct("ben", "cleo")
    ben, cleo = await world.people("ben"), await world.people("cleo")
    group = await world.group("ann", "ben")
    own, _, _ = await services.messages.send(await world.people("ann"), group, "hello", client_id="x")
    secret, _, _ = await services.messages.send(cleo, others, "secret", client_id="x")
    ids = {
        "room": group,
        "direct": mine,
        "theirs": others,
        "message": secret.id,
        "around": own.id,
        "replyTo": own.id,
        "user": ben.user.id,
        "receiver": "ben",
        "call": "0" * 24,
        "clientId": "c-2",
        "content": "hello",
        "device": "d",
        "state": "away",
    }
    sender, witness = await world.join("ann"), await world.join("ben")
    without_limit(world, sender)
    loop = asyncio.get_running_loop()
    entries = {event: entry.model for event, entry in world.backend.hub.handlers.entries.items()}
    tried = 0

    @run(800)
    @given(payloads(entries, ids))
    def attack(sent: tuple[str, list[Any]]) -> None:
        nonlocal tried
        event, arguments = sent
        answer = asyncio.run_coroutine_threadsafe(sender.io.call(event, tuple(arguments), timeout=10), loop).result(15)
        assert isinstance(answer, dict)
        if "error" in answer:
            assert answer["error"]["code"] in CODES and answer["error"]["message"], answer
        assert "secret" not in str(answer)
        tried += 1

    with caplog.at_level(logging.ERROR):
        await asyncio.to_thread(attack)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert tried >= 500
    assert await sender.ask("presence", {"state": "online"}) == {}
    assert await witness.ask("presence", {"state": "online"}) == {}
