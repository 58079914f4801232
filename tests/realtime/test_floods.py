"""Who sends far too much is refused, slowed, cut off; nobody else notices, and it ends."""

import asyncio
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from socketio import exceptions

from chatbeside.domain.errors import TooMany
from chatbeside.domain.limits import LimitName
from chatbeside.realtime import limits, strangers
from chatbeside.realtime.limits import Bucket, People, Pressure
from tests.realtime.harness import PATIENCE, Client, World, until

SOCKET = "/socket.io/?EIO=4&transport=websocket"


class Flood:
    """Events sent without waiting for the answers, which are kept."""

    def __init__(self, client: Client, count: int) -> None:
        self._client, self._count = client, count
        self.answers: list[Any] = []
        self._all = asyncio.Event()

    async def send(self) -> "Flood":
        for _ in range(self._count):
            await self._client.io.emit("presence", {"state": "online"}, callback=self._answered)
        return self

    async def answered(self) -> list[Any]:
        async with asyncio.timeout(PATIENCE):
            await self._all.wait()
        return self.answers

    def _answered(self, answer: Any) -> None:
        self.answers.append(answer)
        if len(self.answers) == self._count:
            self._all.set()


async def works_again(client: Client) -> None:
    async with asyncio.timeout(PATIENCE):
        while "error" in (answer := await client.ask("presence", {"state": "online"})):  # noqa: ASYNC110
            await asyncio.sleep(answer["error"]["retryAfter"])


def patience(monkeypatch: pytest.MonkeyPatch, refusals: int, most: int) -> None:
    """Give up sooner on those who connect from now on."""
    monkeypatch.setattr(limits, "REFUSALS_AT_ONCE", float(refusals))
    monkeypatch.setattr(limits, "REFUSALS_MOST", most)


async def test_all_is_answered_and_the_socket_works_again(world: World) -> None:
    ann = await world.join("ann")
    answers = await (await Flood(ann, 800).send()).answered()
    refused = [answer["error"] for answer in answers if answer]
    assert len(answers) - len(refused) >= 300
    assert refused and {error["code"] for error in refused} == {"too_many"}
    await works_again(ann)


async def test_the_same_without_a_websocket(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "EVENTS_AT_ONCE", 20.0)
    ann = await world.join("ann", transports=["polling"])
    answers: list[Any] = []
    while len(answers) < 300 and not any(answers):
        # Engine.IO takes no more than sixteen in one request.
        answers += await asyncio.gather(*(ann.ask("presence", {"state": "online"}) for _ in range(10)))
    assert {answer["error"]["code"] for answer in answers if answer} == {"too_many"}
    await works_again(ann)


async def test_who_is_slowed_hears_everything_and_the_others_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience(monkeypatch, refusals=10, most=100_000)
    monkeypatch.setattr(limits, "REFUSALS_PER_SECOND", 20.0)
    room = await world.group("ann", "ben", "cleo")
    ann, ben, cleo = [await world.join(name) for name in ("ann", "ben", "cleo")]
    flood = await Flood(ann, 3_000).send()
    sent = [(await ben.send(room, f"{number}"))["message"]["_id"] for number in range(50)]
    for client in (ann, cleo):
        await client.expect("chat message", lambda message: message["_id"] == sent[-1])
    # Nothing of this waited for the flood.
    assert len(flood.answers) < 3_000
    ann.transport.abort()  # a polite end would wait behind the flood


async def test_a_refusal_is_made_of_the_number_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = await world.join("ann")
    hub = world.backend.hub
    (connection,) = hub.roster.all()
    socket = hub._socket(connection.sid)
    assert socket is not None
    socket.gate = limits.Gate(Bucket(0.001, 1), Pressure(Bucket(1, 100), Bucket(1, 1000), 0))
    assert await ann.ask("presence", {"state": "online"}) == {}
    monkeypatch.setattr(hub._server, "packet_class", None)  # nothing can be read any more
    error = (await ann.ask("presence", {"state": "online"}))["error"]
    assert error["code"] == "too_many" and error["retryAfter"] > 900


async def test_who_has_nothing_left_may_still_go(world: World) -> None:
    await world.join("ann", transports=["polling"])
    hub, (ann,) = world.backend.hub, world.clients
    socket = hub._socket(hub.roster.all()[0].sid)
    assert socket is not None
    socket.gate = limits.Gate(Bucket(0.001, 0), Pressure(Bucket(1, 100), Bucket(1, 1000), 0))
    await ann.close()
    await until(lambda: not hub.roster.all())


async def test_who_goes_on_is_told_and_closed_and_comes_back_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience(monkeypatch, refusals=20, most=20)
    room = await world.direct("ann", "ben")
    ann, ben = await world.join("ann"), await world.join("ben")
    for number in range(500):
        await ann.io.emit("presence", {"state": "online"})
        if ann.closed.is_set():
            break
        if number % 50 == 0:
            await asyncio.sleep(0)
    assert await ann.expect("too many") == {"retryAfter": 30.0}
    await ann.closed.wait()
    await until(lambda: len(world.backend.hub.roster.all()) == 1)
    again, token = world.client("ann"), await world.people.token("ann")
    with pytest.raises(exceptions.ConnectionError):
        await again.connect({"token": token})
    assert again.refused["data"]["code"] == "too_many" and 0 < again.refused["data"]["retryAfter"] <= 30
    assert (await ben.send(room, "still here"))["message"]["seq"] == 1
    world.backend.hub._pressure.gate(ann.ready["user"]["_id"]).pressure.barred_until = 0
    back = await world.join("ann")
    assert [message["content"] for message in (await back.ask("join room", {"room": room}))["messages"]] == [
        "still here"
    ]


async def test_the_sockets_of_one_person_count_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PERSON_AT_ONCE", 50.0)
    monkeypatch.setattr(limits, "PERSON_PER_SECOND", 0.1)
    one, other, ben = await world.join("ann"), await world.join("ann"), await world.join("ben")
    await (await Flood(one, 60).send()).answered()
    assert (await other.ask("presence", {"state": "online"}))["error"]["code"] == "too_many"
    assert await ben.ask("presence", {"state": "online"}) == {}


async def test_a_long_event_counts_more_than_once(world: World) -> None:
    room = await world.direct("ann", "ben")
    ann = await world.join("ann")
    answers = await asyncio.gather(*(ann.send(room, "x" * 60_000) for _ in range(80)))
    codes = [answer["error"]["code"] for answer in answers]
    assert set(codes) == {"invalid", "too_many"} and codes.count("invalid") < 80


async def test_who_never_said_who_it_is_may_say_little(world: World) -> None:
    ben = await world.join("ben")
    async with (
        asyncio.timeout(PATIENCE),
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{world.url}{SOCKET}") as websocket,
    ):
        try:
            for _ in range(500):
                await websocket.send_str('42["presence",{"state":"online"}]')
        except aiohttp.ClientConnectionResetError:
            pass
        async for _ in websocket:
            pass
    assert await ben.ask("presence", {"state": "online"}) == {}


@pytest.mark.parametrize("kind", ["ping", "pong"])
async def test_a_flood_of_pings_is_cut(world: World, kind: str) -> None:
    ben = await world.join("ben")
    async with (
        asyncio.timeout(PATIENCE),
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{world.url}{SOCKET}", autoping=False) as websocket,
    ):
        with pytest.raises(aiohttp.ClientConnectionResetError):
            while True:
                await getattr(websocket, kind)(b"x")
                await asyncio.sleep(0)
    assert await ben.ask("presence", {"state": "online"}) == {}


@pytest.mark.parametrize("raw", ["", "x", "b!", "0{}", "²", "7"])
async def test_a_frame_that_is_not_engine_io_is_passed_over(world: World, raw: str) -> None:
    ann = await world.join("ann")
    await ann.io.eio.ws.send_str(raw)
    assert await ann.ask("presence", {"state": "online"}) == {}


async def test_silent_sockets_of_one_address_are_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "STRANGERS_MOST", 3)
    hub = world.backend.hub
    monkeypatch.setattr(hub, "_pace", replace(hub._pace, silence=60.0))
    cookie = f"chatbeside_session={await world.people.token('ann')}"
    async with aiohttp.ClientSession() as session:
        silent = [await session.ws_connect(f"{world.url}{SOCKET}") for _ in range(3)]
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"{world.url}{SOCKET}")
        assert refused.value.status == 403
        assert (await world.client().connect(headers={"Cookie": cookie}))["user"]["username"] == "ann"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(f"{world.url}{SOCKET}", headers={"Cookie": "chatbeside_session=x.y.z"})
        await silent.pop().close()
        await until(lambda: not hub._strangers.crowded("127.0.0.1"))
        await world.join("ben")
        await world.join("cleo")  # who said who it is does not count any more
        for websocket in silent:
            await websocket.close()


async def test_many_tries_without_a_session_are_told_to_wait(world: World) -> None:
    with pytest.raises(TooMany):
        for _ in range(2_000):
            await world.backend.services.limits.take(LimitName.STRANGERS, "127.0.0.1")
    stranger = world.client()
    with pytest.raises(exceptions.ConnectionError):
        await stranger.connect({"token": "x.y.z"})
    assert stranger.refused["data"]["code"] == "too_many" and stranger.refused["data"]["retryAfter"] > 0
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{world.url}/api/rooms") as answer:
            assert answer.status == 429 and int(answer.headers["Retry-After"]) > 0
        good = {"Authorization": f"Bearer {await world.people.token('ann')}"}
        async with session.get(f"{world.url}/api/rooms", headers=good) as answer:
            assert answer.status == 200
    await world.join("ann")


def test_refusals_are_given_then_slowed_then_enough() -> None:
    pressure = Pressure(Bucket(1, 1), Bucket(rate=10, burst=4), most=3)
    assert [pressure.refuse(0) for _ in range(4)] == [0, 0, 0, 0]
    assert [pressure.refuse(0) for _ in range(4)] == [0.1, 0.2, 0.3, None]


def test_a_rest_is_a_new_beginning() -> None:
    pressure = Pressure(Bucket(1, 1), Bucket(rate=10, burst=4), most=3)
    for _ in range(7):
        pressure.refuse(0)
    assert pressure.refuse(1) == 0
    assert None not in [pressure.refuse(1) for _ in range(6)]


def test_who_is_gone_is_forgotten_when_nothing_is_left_to_remember() -> None:
    people = People()
    gate = people.gate("ann")
    for _ in range(1000):
        gate.pressure.refuse(0)
    people.bar("ann", 0)
    assert people.barred("ann", 1) == limits.BARRED - 1
    people.sweep(1, lambda user_id: False)
    assert people.gate("ann").pressure is gate.pressure
    people.sweep(limits.BARRED + 60, lambda user_id: True)
    assert people.gate("ann").pressure is gate.pressure
    people.sweep(limits.BARRED + 60, lambda user_id: False)
    assert people.barred("ann", limits.BARRED + 60) == 0
    assert people.gate("ann").pressure is not gate.pressure
