"""A client that keeps to the sync rule: an outbox going out, a cursor coming in, and it always comes back."""

import asyncio
import contextlib
from dataclasses import dataclass
from functools import partial
from typing import Any

from socketio.exceptions import SocketIOError

from chatbeside.domain.sync import Applied, RoomView
from tests.realtime.harness import Client

Wire = dict[str, Any]
COMING = 5.0
"""Seconds until another try to connect: nobody tells a client whose connection was cut while it began."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the sync rule needs of a message, and the message."""

    id: str
    seq: int
    rev: int
    wire: Wire


class Lost(Exception):
    """The connection went away before the answer came."""


class Device:
    """One device in one room."""

    def __init__(self, url: str, token: str, room: str, name: str) -> None:
        self._url, self._token, self._room = url, token, room
        self._wanted = asyncio.Event()
        self._lock = asyncio.Lock()
        self.name = name
        self.outbox: asyncio.Queue[str] = asyncio.Queue()
        self.acknowledged: dict[str, Wire] = {}
        self.view = RoomView()
        self.news = asyncio.Condition()
        self.comings = 0

    async def run(self) -> None:
        """Be connected, whatever happens, until cancelled."""
        while True:
            client = Client(self._url, self.name)
            client.io.on("chat message", partial(self._live, client))
            try:
                async with asyncio.timeout(COMING):
                    await self._or_lost(client, client.connect({"token": self._token}))
                self.comings += 1
                await self._resume(client)
                await self._send_all(client)
            except (SocketIOError, Lost, TimeoutError):
                await asyncio.sleep(0.05)  # the server is away; a real client waits longer
            finally:
                with contextlib.suppress(SocketIOError):
                    await client.close()

    async def _send_all(self, client: Client) -> None:
        """Send what is in the outbox, one at a time; what is not acknowledged stays at its head."""
        waiting: str | None = None
        try:
            while True:
                waiting = waiting or await self._or_lost(client, self.outbox.get())
                answer = await self._ask(
                    client, "chat message", {"room": self._room, "content": waiting, "clientId": waiting}
                )
                self.acknowledged[waiting] = answer["message"]
                waiting = None
                await self._tell()
        finally:
            if waiting is not None:
                self.outbox._queue.appendleft(waiting)  # type: ignore[attr-defined] # back to where it was
                self.outbox._wakeup_next(self.outbox._getters)  # type: ignore[attr-defined]

    async def _live(self, client: Client, wire: Wire) -> None:
        if self.view.apply(_held(wire)) is Applied.GAP:  # type: ignore[arg-type]
            with contextlib.suppress(SocketIOError, Lost):
                await self._resume(client)
        await self._tell()

    async def _resume(self, client: Client) -> None:
        async with self._lock:
            answer = await self._ask(client, "join room", {"room": self._room, "after": self.view.rev})
            assert answer["complete"]
            self.view.resume([_held(wire) for wire in answer["messages"]], answer["rev"])  # type: ignore[misc]
        await self._tell()

    async def _ask(self, client: Client, event: str, data: Wire) -> Wire:
        answer: Wire = await self._or_lost(client, client.ask(event, data))
        assert "error" not in answer, answer
        return answer

    async def _or_lost(self, client: Client, wanted: Any) -> Any:
        """Await ``wanted``, or raise :class:`Lost` when the connection goes away first."""
        task, closed = asyncio.ensure_future(wanted), asyncio.ensure_future(client.closed.wait())
        try:
            await asyncio.wait({task, closed}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise Lost
        finally:
            for each in (task, closed):
                each.cancel()
            await asyncio.gather(task, closed, return_exceptions=True)

    async def _tell(self) -> None:
        async with self.news:
            self.news.notify_all()


def _held(wire: Wire) -> Held:
    return Held(wire["_id"], wire["seq"], wire["rev"], wire)
