"""Somebody who sends as fast as the socket takes it, in a process of its own, and a sink to do the same to.

``python -m bench.flood`` reads lines ``URL TOKEN ROOM RATE`` and sends at most so many events a second there, until an
empty line; then it prints what it did as JSON. Whenever it is disconnected or refused, it connects again at once.
``python -m bench.flood sink`` is a server that refuses everything in the same words and does nothing else.
It prints its port.
"""

import asyncio
import contextlib
import json
import sys
import time
from dataclasses import asdict, dataclass

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect, ws_create_server

from bench.seed import TEXT

_BATCH = 20
_BUFFER_MOST = 64 * 1024
_REFUSED = b'{"error":{"code":"too_many","message":"That was too much at once. Wait a moment.","retryAfter":0.01}}'


@dataclass(slots=True)
class Done:
    """What a flood did."""

    sent: int = 0
    answered: int = 0
    connected: int = 0
    refused: int = 0


class _Flooder(WSListener):  # type: ignore[misc] # picows has no types
    def __init__(self, token: str, done: Done) -> None:
        self._token = token
        self._done = done
        self.ready: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.closed = False

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        payload = frame.get_payload_as_bytes()
        if payload.startswith(b"43"):
            self._done.answered += 1
        elif payload.startswith(b"0"):
            transport.send(WSMsgType.TEXT, b"40" + json.dumps({"token": self._token}).encode())
        elif payload.startswith((b'42["ready"', b"44")) and not self.ready.done():
            self.ready.set_result(payload.startswith(b"42"))
        elif payload == b"2":
            transport.send(WSMsgType.TEXT, b"3")

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.closed = True
        if not self.ready.done():
            self.ready.set_result(False)


async def _flood(url: str, token: str, room: str, rate: float, done: Done) -> None:
    address = url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
    name = token[-8:]
    while True:
        try:
            _, flooder = await ws_connect(lambda: _Flooder(token, done), address)
        except Exception:  # refused before it was a WebSocket
            done.refused += 1
            continue
        done.connected += 1
        try:
            if await flooder.ready:
                await _send(flooder, room, name, rate, done)
            else:
                done.refused += 1
        finally:
            flooder.transport.disconnect()


async def _send(flooder: _Flooder, room: str, name: str, rate: float, done: Done) -> None:
    began, first = time.perf_counter(), done.sent
    while not flooder.closed:
        ahead = began + (done.sent - first) / rate - time.perf_counter()
        if ahead > 0 or flooder.transport.underlying_transport.get_write_buffer_size() > _BUFFER_MOST:
            await asyncio.sleep(max(ahead, 0.002))
            continue
        for _ in range(_BATCH):
            done.sent += 1
            data = f'{{"room":"{room}","content":"{TEXT}","clientId":"{name}-{done.sent}"}}'
            flooder.transport.send(WSMsgType.TEXT, f'42{done.sent}["chat message",{data}]'.encode())
        await asyncio.sleep(0)


async def _obey() -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        url, token, room, rate = line.decode().split()
        done = Done()
        flood = asyncio.create_task(_flood(url, token, room, float(rate), done))
        await reader.readline()
        flood.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await flood
        print(json.dumps(asdict(done)), flush=True)


class _Sink(WSListener):  # type: ignore[misc]
    def on_ws_connected(self, transport: WSTransport) -> None:
        transport.send(WSMsgType.TEXT, b"0{}")

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
            return
        payload = frame.get_payload_as_bytes()
        if payload.startswith(b"42"):
            transport.send(WSMsgType.TEXT, b"43" + payload[2 : payload.index(b"[")] + b"[" + _REFUSED + b"]")
        elif payload.startswith(b"40"):
            transport.send(WSMsgType.TEXT, b'42["ready",{}]')


async def _sink() -> None:
    server = await ws_create_server(lambda _: _Sink(), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_sink() if sys.argv[1:] == ["sink"] else _obey())


if __name__ == "__main__":
    main()
