"""Sockets of the page end with their session."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from chatbeside import page_sockets
from chatbeside.page_sockets import CLOSED, COME_BACK, EVENTS_AT_ONCE, EVENTS_PER_SECOND, PageSockets, paced
from chatbeside.realtime import resume, strangers
from chatbeside.services.bus import Alone, Watcher
from chatbeside.services.container import Services
from chatbeside.services.events import SessionEnded
from chatbeside.services.principal import Principal
from tests.conftest import PASSWORD, People
from tests.realtime.harness import serve

PATIENCE = 30


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """An application that answers every text until its socket closes."""
    if scope["type"] == "lifespan":
        for word in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{word}.complete"})
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] != "websocket.disconnect":
        await send({"type": "websocket.send", "text": message["text"]})


@pytest.fixture
async def sockets(services: Services) -> AsyncIterator[PageSockets]:
    sockets = PageSockets(services.accounts, services.bus, validate=0.05)
    yield sockets
    await sockets.stop()


@pytest.fixture
async def url(sockets: PageSockets) -> AsyncIterator[str]:
    async with serve(sockets.around(echo)) as url:
        yield url


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def says(socket: aiohttp.ClientWebSocketResponse, text: str) -> str:
    await socket.send_str(text)
    return await socket.receive_str(timeout=PATIENCE)


def cookie(token: str) -> dict[str, str]:
    return {"Cookie": f"chatbeside_session={token}"}


async def test_ending_a_session_closes_its_sockets_and_no_others(
    sockets: PageSockets, url: str, browser: aiohttp.ClientSession, services: Services, people: People
) -> None:
    ann = await people("ann")
    other = await services.accounts.log_in("ann", PASSWORD)
    tokens = (await people.token("ann"), await people.token("ann"), other.token)
    first, second, third = [await browser.ws_connect(url, headers=cookie(token)) for token in tokens]
    for socket in (first, second, third):
        assert await says(socket, "a") == "a"
    await sockets.publish(SessionEnded(ann.session.id, ann.user.id))
    for socket in (first, second):
        assert (await socket.receive(timeout=PATIENCE)).data == CLOSED
    assert await says(third, "b") == "b"
    await third.close()


async def test_an_end_at_the_moment_of_arrival_is_noticed(
    sockets: PageSockets,
    url: str,
    browser: aiohttp.ClientSession,
    services: Services,
    people: People,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ann, token = await people("ann"), await people.token("ann")
    look = services.accounts.authenticate

    async def then_it_ends(given: str) -> Principal:
        seen = await look(given)
        await services.accounts.log_out(ann)
        await sockets.publish(SessionEnded(ann.session.id, ann.user.id))
        return seen

    monkeypatch.setattr(services.accounts, "authenticate", then_it_ends)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await browser.ws_connect(url, headers=cookie(token))


async def test_an_end_that_was_told_elsewhere_is_noticed(
    sockets: PageSockets, url: str, browser: aiohttp.ClientSession, services: Services, people: People
) -> None:
    ann = await people("ann")
    socket = await browser.ws_connect(url, headers=cookie(await people.token("ann")))
    assert await says(socket, "a") == "a"
    await sockets.start()
    await services.store.sessions.revoke(ann.session.id, ann.session.created_at)
    assert (await socket.receive(timeout=PATIENCE)).data == CLOSED


@pytest.mark.parametrize("headers", [{}, cookie("forged"), {"Cookie": "other=1"}])
async def test_without_a_session_the_page_answers_too(
    url: str, browser: aiohttp.ClientSession, headers: dict[str, str]
) -> None:
    async with asyncio.timeout(PATIENCE), browser.ws_connect(url, headers=headers) as socket:
        assert await says(socket, "a") == "a"


async def test_sockets_of_nobody_are_bounded_by_address(
    url: str, browser: aiohttp.ClientSession, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers, "STRANGERS_MOST", 2)
    one, other = await browser.ws_connect(url), await browser.ws_connect(url, headers=cookie("x.y.z"))
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await browser.ws_connect(url)
    assert refused.value.status == 403
    mine = await browser.ws_connect(url, headers=cookie(await people.token("ann")))
    for socket in (one, other, mine):
        assert await says(socket, "a") == "a"
    await one.close()
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                third = await browser.ws_connect(url)
                break
            except aiohttp.WSServerHandshakeError:
                await asyncio.sleep(0.01)
    assert await says(third, "a") == "a"
    for socket in (other, mine, third):
        await socket.close()


class Shared(Alone):
    """A bus whose Redis is there as the test says."""

    def watch(self, watcher: Watcher) -> None:
        self.say = watcher.talking


async def test_while_redis_is_away_pages_are_turned_away_and_know(
    browser: aiohttp.ClientSession, services: Services, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resume, "GATHER", 0.01)
    bus, mine = Shared(), cookie(await people.token("ann"))
    sockets = PageSockets(services.accounts, bus)
    await sockets.start()
    async with serve(sockets.around(echo)) as url:
        open_before = [await browser.ws_connect(url, headers=headers) for headers in (mine, {})]
        for socket in open_before:
            assert await says(socket, "a") == "a"
        bus.say(False)
        for socket in open_before:
            assert (await socket.receive(timeout=PATIENCE)).data == COME_BACK
        for headers in (mine, {}):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await browser.ws_connect(url, headers=headers)
            assert refused.value.status == 403
        bus.say(True)
        socket = await browser.ws_connect(url, headers=mine)
        assert await says(socket, "b") == "b"
        await socket.close()
    await sockets.stop()


async def test_a_page_that_does_not_read_keeps_no_other_open(
    services: Services, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_sockets, "CLOSED_WITHIN", 0.05)
    monkeypatch.setattr(resume, "GATHER", 0.01)
    bus, closed = Shared(), asyncio.Event()
    sockets = PageSockets(services.accounts, bus)
    token = await people.token("ann")
    scope = {"type": "websocket", "headers": [(b"cookie", f"chatbeside_session={token}".encode())]}

    async def never(*_: Any) -> Any:
        await asyncio.Event().wait()

    async def told(message: Any) -> None:
        closed.set()

    await sockets.start()
    page = sockets.around(never)
    serving = [asyncio.create_task(page(scope, never, send)) for send in (never, told)]
    async with asyncio.timeout(PATIENCE):
        while sum(map(len, sockets._sockets.values())) < len(serving):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
        bus.say(False)
        await closed.wait()
    for task in serving:
        task.cancel()
    await asyncio.gather(*serving, return_exceptions=True)
    await sockets.stop()


async def test_a_page_that_sends_too_much_waits_for_itself() -> None:
    pauses: list[float] = []

    async def receive() -> Any:
        return {"type": "websocket.receive", "text": "2"}

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    slowly = paced(receive, pause)
    for _ in range(int(EVENTS_AT_ONCE) + 10):
        assert (await slowly())["text"] == "2"
    assert len(pauses) <= 10  # what was refilled meanwhile is free
    for _ in range(int(EVENTS_AT_ONCE)):
        await slowly()
    assert pauses[-1] > 1 / EVENTS_PER_SECOND
