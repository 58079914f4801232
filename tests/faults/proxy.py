"""A bad network on loopback: stands between a client and the server and disturbs what passes, by the dice."""

import asyncio
import contextlib
import random
from collections import Counter

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import WebSocketException

_END = ("42", "43")
"""What Socket.IO events and acknowledgements begin with; only these are doubled or change places."""
HELD = 0.05
"""Seconds that a message waits for the one behind it."""
_End = ServerConnection | ClientConnection


class Network:
    """Passes WebSocket messages on, and now and then delays, doubles, reorders or cuts.

    Args:
        upstream: The server's address, ``http://host:port``.
        seed: Of the dice, so that a schedule can be had again.
        cut: Chance for a message to be the last one of its connection, lost with it.
        delay: Chance to be held for some milliseconds, and all behind it.
        double: Chance for an event to come twice.
        swap: Chance for an event to come after the one behind it.
    """

    def __init__(
        self, upstream: str, seed: int, *, cut: float = 0.0, delay: float = 0.0, double: float = 0.0, swap: float = 0.0
    ) -> None:
        self._upstream = upstream.replace("http", "ws", 1)
        self._chance = random.Random(seed)
        self._cut, self._delay, self._double, self._swap = cut, delay, double, swap
        self._server: Server | None = None
        self.calm = False
        self.done: Counter[str] = Counter()
        self.url = ""

    async def __aenter__(self) -> "Network":
        self._server = await serve(self._pass, "127.0.0.1", 0, compression=None, max_size=None, ping_interval=None)
        self.url = f"http://127.0.0.1:{next(iter(self._server.sockets)).getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()
        await self._server.wait_closed()

    async def _pass(self, client: ServerConnection) -> None:
        assert client.request
        address = f"{self._upstream}{client.request.path}"
        with contextlib.suppress(OSError, WebSocketException):
            async with connect(address, compression=None, max_size=None, ping_interval=None) as server:
                ways = [
                    asyncio.create_task(self._pump(client, server)),
                    asyncio.create_task(self._pump(server, client)),
                ]
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for end in (client, server):
                    end.transport.abort()
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)

    async def _pump(self, source: _End, target: _End) -> None:
        held: str | bytes | None = None
        with contextlib.suppress(WebSocketException):
            while True:
                try:
                    async with asyncio.timeout(None if held is None else HELD):
                        message = await source.recv()
                except TimeoutError:  # nothing came behind it to change places with
                    message, held = held, None
                if self._happens("cut", self._cut):
                    return
                if self._happens("delay", self._delay):
                    await asyncio.sleep(self._chance.uniform(0.001, 0.03))  # the disturbance itself, not a wait
                event = isinstance(message, str) and message.startswith(_END)
                if event and held is None and self._happens("swap", self._swap):
                    held = message
                    continue
                await target.send(message)
                if event and self._happens("double", self._double):
                    await target.send(message)
                if held is not None:
                    await target.send(held)
                    held = None

    def _happens(self, what: str, chance: float) -> bool:
        happens = not self.calm and self._chance.random() < chance
        self.done[what] += happens
        return happens
