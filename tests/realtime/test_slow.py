"""A client that does not read is given up; the others do not notice, and it loses nothing."""

import socket

import pytest

from chatbeside.realtime import outgoing
from tests.realtime.harness import World, until


async def test_a_slow_reader_is_dropped_and_resumes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "MAX_CHARACTERS", 300_000)
    room = await world.group("ann", "ben", "slow")
    ann, ben, slow = [await world.join(name) for name in ("ann", "ben", "slow")]
    first = await ann.send(room, "before")
    await slow.expect("chat message")
    roster, them = world.backend.hub.roster, slow.ready["user"]["_id"]
    transport = slow.transport
    transport.pause_reading()
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    sent = [first["message"]]
    while roster.of_user(them):
        sent.append((await ann.send(room, "\u00e9" * 10_000))["message"])
        assert len(sent) < 150, "the queue of a client that does not read grows without end"
    await until(lambda: not any(each.queue.given_up for each in world.backend.hub._server.eio.sockets.values()))
    sent.append((await ann.send(room, "after"))["message"])
    await ben.expect("chat message", lambda message: message["content"] == "after")
    assert [message["seq"] for message in ben.all("chat message")] == list(range(1, len(sent)))
    transport.resume_reading()
    await slow.closed.wait()
    back = await world.join("slow")
    rev, missed = 1, []
    while rev < len(sent):
        joined = await back.ask("join room", {"room": room, "after": rev})
        assert joined["complete"]
        missed += joined["messages"]
        rev = joined["rev"]
    assert [message["_id"] for message in missed] == [message["_id"] for message in sent[1:]]
