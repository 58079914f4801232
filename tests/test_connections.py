"""Connections that ask for nothing, slowly, or at endless length."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest

from chatbeside import connections
from chatbeside.connections import Bounded, Counted
from chatbeside.settings import Settings
from tests.realtime.harness import serve

PATIENCE = 30
ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Say hello, or answer every text on a socket."""
    if scope["type"] == "lifespan":
        for word in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{word}.complete"})
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            await send({"type": "websocket.send", "text": message["text"]})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
        await send({"type": "http.response.body", "body": b"hello"})


class Client:
    """A connection in raw bytes."""

    def __init__(self, reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
        self.reading = reading
        self.writing = writing

    async def answer(self) -> bytes:
        async with asyncio.timeout(PATIENCE):
            return await self.reading.readuntil(b"\r\n\r\nhello")

    async def ended(self) -> bytes:
        """Return what came until the server ended the connection."""
        said = b""
        async with asyncio.timeout(PATIENCE):
            try:
                while more := await self.reading.read(65536):
                    said += more
            except ConnectionError:
                pass
        return said


Connect = Callable[[], Any]


@pytest.fixture(params=[Bounded, Counted])
def protocol(request: pytest.FixtureRequest) -> type[Bounded]:
    return request.param


@pytest.fixture
async def url(protocol: type[Bounded]) -> AsyncIterator[str]:
    async with serve(application, http=protocol) as url:
        yield url


@pytest.fixture
async def connect(url: str) -> AsyncIterator[Connect]:
    opened: list[Client] = []

    async def connect() -> Client:
        host, port = url.removeprefix("http://").split(":")
        opened.append(Client(*await asyncio.open_connection(host, int(port))))
        return opened[-1]

    yield connect
    for client in opened:
        client.writing.close()


@pytest.mark.parametrize("begun", [b"", b"GE", b"GET / HTTP/1.1\r\nHost: x\r\n"])
async def test_a_request_that_does_not_come_is_not_waited_for(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_WITHIN", 0.2)
    client = await connect()
    client.writing.write(begun)
    assert await client.ended() == b""


async def test_nor_is_a_second_one(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_WITHIN", 0.2)
    client = await connect()
    client.writing.write(ASK)
    assert await client.answer()
    client.writing.write(ASK[:-2])
    assert await client.ended() == b""


async def test_a_head_without_end_is_refused(connect: Connect) -> None:
    client = await connect()
    client.writing.write(ASK[:-2] + b"a: " + b"a" * connections.HEAD_MOST)
    assert (await client.ended()).startswith(b"HTTP/1.1 400 ")


async def test_what_follows_a_head_is_no_head(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await connect()
    body = b"a" * connections.HEAD_MOST * 4
    client.writing.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert await client.answer()
    for _ in range(3):
        client.writing.write(ASK[:-2] + b"a: " + b"a" * (connections.HEAD_MOST // 2) + b"\r\n\r\n")
        assert await client.answer()


@pytest.mark.parametrize("protocol", [Counted])
async def test_one_address_does_not_take_all_places(
    url: str, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "CONNECTIONS_MOST", 3)
    async with aiohttp.ClientSession() as browser, browser.ws_connect(url) as socket:
        clients = [await connect() for _ in range(3)]
        assert await (await connect()).ended() == b""
        for client in clients:
            client.writing.write(ASK)
            assert await client.answer()
        await socket.send_str("a")
        assert await socket.receive_str(timeout=PATIENCE) == "a"
        clients[0].writing.close()
        async with asyncio.timeout(PATIENCE):
            while True:
                late = await connect()
                late.writing.write(ASK)
                if await late.reading.read(1):
                    break
    assert sum(Counted._held.values()) <= 3


def test_behind_a_proxy_nobody_is_counted() -> None:
    assert connections.protocol_for(Settings()) == "chatbeside.connections:Counted"
    assert connections.protocol_for(Settings(trusted_hops=1)) == "chatbeside.connections:Bounded"
