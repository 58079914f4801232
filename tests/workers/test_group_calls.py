"""The call of a room whose people are at different workers, with real media, and what becomes of it then."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiortc import RTCConfiguration, RTCSessionDescription

from chatbeside.media.connection import Connection
from tests.realtime.harness import Client, until
from tests.workers.cluster import Cluster


class Phone:
    """The media of somebody in the call: one connection, that sends silence."""

    def __init__(self, client: Client, device: str) -> None:
        self._client, self._device = client, device
        self._peer = Connection(RTCConfiguration(iceServers=[]))
        self._peer.addTransceiver("audio", direction="sendonly")

    async def offer(self, call: str, session: str) -> Any:
        await self._peer.setLocalDescription(await self._peer.createOffer())
        offered = {"call": call, "session": session, "offer": self._peer.localDescription.sdp, "device": self._device}
        answer = await self._client.ask("group offer", offered)
        assert "error" not in answer, answer
        await self._peer.setRemoteDescription(RTCSessionDescription(sdp=answer["answer"], type="answer"))
        return answer

    async def close(self) -> None:
        await self._peer.close()


Dial = Callable[[Client, str], Phone]


@pytest.fixture
async def phone() -> AsyncIterator[Dial]:
    made: list[Phone] = []

    def make(client: Client, device: str) -> Phone:
        made.append(Phone(client, device))
        return made[-1]

    yield make
    await asyncio.gather(*(each.close() for each in made))


async def come(client: Client, room: str, device: str) -> Any:
    answer = await client.ask("group join", {"room": room, "kind": "audio", "device": device})
    assert "error" not in answer, answer
    return answer["call"]


async def talking(two: Cluster, phone: Dial) -> tuple[Client, Client, str]:
    """Ann begins at the first worker, which owns the call; Ben comes at the second."""
    room = await two.group("ann", "ben")
    ann, ben = await two.join("ann", 0), await two.join("ben", 1)
    call = await come(ann, room, "a1")
    seen = await ben.expect("group call")
    assert seen["_id"] == call["_id"]
    same = await come(ben, room, "b1")
    assert same["_id"] == call["_id"], "the call that goes on"
    await ann.expect("group call", lambda news: len(news["seats"]) == 2)
    await phone(ann, "a1").offer(call["_id"], "s1")
    answer = await phone(ben, "b1").offer(call["_id"], "s1")
    # Ben's worker has no media: what his page should add comes from the worker that owns the call.
    assert answer["missing"] == {"audio": 1}
    news = await ann.expect("group media")
    assert (news["session"], news["missing"]) == ("s1", {"audio": 1})
    assert [two.backend(number).media.pid is not None for number in (0, 1)] == [True, False]
    return ann, ben, call["_id"]


async def test_a_call_of_a_room_between_two_workers(two: Cluster, phone: Dial) -> None:
    ann, ben, call = await talking(two, phone)
    shown = {"call": call, "device": "b1", "muted": True, "camera": False, "screen": False}
    await ben.ask("group show", shown)
    await ann.expect("group call", lambda news: any(seat["muted"] for seat in news["seats"]))
    stranger = await two.join("cleo", 1)
    refused = await stranger.ask("group offer", {"call": call, "session": "x", "offer": "v=0", "device": "c1"})
    assert refused["error"]["code"] == "not_found"
    await ben.ask("group leave", {"call": call, "device": "b1"})
    await ann.expect("group call", lambda news: len(news["seats"]) == 1)
    await ann.ask("group leave", {"call": call, "device": "a1"})
    over = await ben.expect("group call", lambda news: news["state"] == "ended")
    assert over["reason"] == "left"
    assert (await ben.expect("chat message"))["messageType"] == "call"


async def test_a_call_of_a_room_whose_owner_ends_goes_on_at_another_worker(two: Cluster, phone: Dial) -> None:
    ann, ben, call = await talking(two, phone)
    # The owner falls silent, as a killed process does.
    bus: Any = two.backend(0).services.bus
    for task in bus._tasks:
        task.cancel()
    await asyncio.gather(*bus._tasks, return_exceptions=True)
    await bus._redis.connection_pool.disconnect()
    await ann.close()
    lost = await ben.expect("group media", lambda news: bool(news.get("lost")))
    assert lost["call"] == call
    answer = await phone(ben, "b1").offer(call, "s2")
    assert answer["answer"].startswith("v=0")
    assert two.backend(1).media.pid is not None, "now the media is here"
    # Ann's page comes back by the worker that is left.
    back = await two.join("ann", 1)
    await phone(back, "a1").offer(call, "s2")
    assert (await ben.expect("group media", lambda news: news.get("session") == "s2"))["missing"] == {"audio": 1}
    for client, device in ((back, "a1"), (ben, "b1")):
        await client.ask("group leave", {"call": call, "device": device})
    over = await back.expect("group call", lambda news: news["state"] == "ended")
    assert over["reason"] == "left"
    await until(lambda: not two.backend(1).services.group_calls._lines._lines)
