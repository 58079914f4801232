"""Clients that cost little, so that the server is what is measured: picows, and the least of Socket.IO by hand."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

_OPEN, _PING, _CONNECTED, _EVENT, _ACK = b"0"[0], b"2"[0], b"40", b"42", b"43"


@dataclass(slots=True)
class Tally:
    """What arrived, over all clients of a measurement. ``began`` holds when each message was sent."""

    began: dict[bytes, float] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    delivered: int = 0
    wanted: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)
    out_of_line: int = 0
    """Deliveries whose number did not follow the one before it on the same socket: lost, doubled or reordered."""

    def take(self, key: bytes) -> None:
        """Count a delivery of the message ``key``."""
        self.delivered += 1
        self.latencies.append(time.perf_counter() - self.began[key])
        if self.delivered >= self.wanted:
            self.done.set()


class Plain(WSListener):  # type: ignore[misc] # picows has no types
    """A client of the reference server. Messages are ``NUMBER|...``."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self._last = 0

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        key = frame.get_payload_as_bytes().partition(b"|")[0]
        number = int(key)
        self.tally.out_of_line += number != self._last + 1
        self._last = number
        self.tally.take(key)


class Person(WSListener):  # type: ignore[misc]
    """A Socket.IO client. ``rev`` is the last change number of the watched room."""

    def __init__(self, token: str, tally: Tally, room: str = "") -> None:
        self._token = token
        self._room = f'"room":"{room}"'.encode()
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._number = 0
        self.tally = tally
        self.rev: int | None = None
        self.ready = asyncio.get_running_loop().create_future()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        payload = frame.get_payload_as_bytes()
        if payload.startswith(b'42["chat message"'):
            self._message(payload)
        elif payload.startswith(_ACK):
            text = payload[2:]
            number = int(text[: text.index(b"[")])
            self._answers.pop(number).set_result(text)
        elif payload.startswith(b'42["ready"'):
            self.ready.set_result(None)
        elif payload[0] == _OPEN:
            transport.send(WSMsgType.TEXT, b"40" + json.dumps({"token": self._token}).encode())
        elif payload[0] == _PING:
            transport.send(WSMsgType.TEXT, b"3")

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        error = ConnectionError("the server closed the socket")
        for answer in [*self._answers.values(), self.ready]:
            if not answer.done():
                answer.set_exception(error)

    async def ask(self, event: str, data: dict[str, Any]) -> bytes:
        """Emit and return the acknowledgement, raw. Raises when it is a refusal."""
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        self.transport.send(WSMsgType.TEXT, f"42{self._number}{json.dumps([event, data])}".encode())
        raw: bytes = await answer
        if b'[{"error":' in raw[:24]:
            raise RuntimeError(raw.decode())
        return raw

    def _message(self, payload: bytes) -> None:
        if self._room not in payload[:120]:
            return
        rev = _number_after(payload, b'"rev":')
        self.tally.out_of_line += self.rev is not None and rev != self.rev + 1
        self.rev = rev
        start = payload.index(b'"clientId":"') + 12
        self.tally.take(payload[start : payload.index(b'"', start)])


def _number_after(payload: bytes, mark: bytes) -> int:
    start = payload.index(mark) + len(mark)
    return int(payload[start : payload.index(b",", start)])


async def connect_plain(url: str, count: int, tally: Tally) -> list[Plain]:
    """Return ``count`` clients of the reference server."""
    clients = []
    for _ in range(count):
        _, client = await ws_connect(lambda: Plain(tally), url.replace("http", "ws", 1) + "/")
        clients.append(client)
    return clients


async def connect_people(url: str, tokens: list[str], tally: Tally, room: str = "") -> list[Person]:
    """Return one client per token, all of them ready."""
    address = url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
    people = []
    for token in tokens:
        _, person = await ws_connect(lambda token=token: Person(token, tally, room), address)
        await person.ready
        people.append(person)
    return people


def close(clients: list[Any]) -> None:
    """Disconnect all."""
    for client in clients:
        client.transport.disconnect()


async def paced(send: Callable[[int], None], count: int, pause: float) -> None:
    """Call ``send(0)``, ``send(1)``, ... every ``pause`` seconds by the clock, not by what it costs."""
    began = time.perf_counter()
    for number in range(count):
        await asyncio.sleep(began + number * pause - time.perf_counter())
        send(number)
