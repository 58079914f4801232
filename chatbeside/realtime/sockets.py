"""One client's socket: what may come in, what waits to go out, and how it ends.

Engine.IO's own, with a bounded queue and a gate. What it takes for granted about python-engineio is held by
``tests/realtime/test_canary.py``.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from engineio.async_socket import AsyncSocket
from engineio.exceptions import EngineIOError
from engineio.packet import CLOSE, MESSAGE, PONG

from chatbeside.domain.errors import TooMany
from chatbeside.realtime import limits, outgoing, packets
from chatbeside.realtime.answers import refusal
from chatbeside.realtime.direct import direct_writer
from chatbeside.realtime.outgoing import Outgoing

_KINDS = frozenset("123456")
"""What a client's frame can begin with (Engine.IO protocol 4)."""
_CLOSE, _MESSAGE, _PONG = str(CLOSE), str(MESSAGE), str(PONG)
_DISCONNECT = "1"
"""The end of a connection in Socket.IO, which goes as a message of Engine.IO."""
_SHORTEST = 0.1
"""Seconds that are worth a pause; less is saved up."""
_LINGER = 5.0
"""Seconds in which last words must be read."""


class Flooded(EngineIOError):
    """A client sent so much that it was disconnected."""


class Socket(AsyncSocket):
    """Engine.IO's socket with a gate, and a bounded queue that is read without a timer and a task per packet."""

    queue: Outgoing
    born: float
    """When it was opened, in monotonic seconds."""
    gate: limits.Gate
    flooded: Callable[[], None] | None
    """Called when the client is disconnected because of how much it sends."""
    _environ: dict[str, Any]
    _looked_for_direct: bool
    _closing_task: Any

    def adopt(self, environ: dict[str, Any]) -> None:
        """Take over from the plain socket: what waits already is kept."""
        waiting: Any = self.queue
        self.queue, self._environ = Outgoing(self.drop, outgoing.MAX_PACKETS, outgoing.MAX_CHARACTERS), environ
        self.born = time.monotonic()
        self.gate, self.flooded = limits.stranger(), None
        self._looked_for_direct = False
        while not waiting.empty():
            self.queue.put_nowait(waiting.get_nowait())

    # ------------------------------------------------------------ in

    async def admitted(self, frame: str | bytes) -> bool:
        """Return whether a frame may be looked at. One that may not is answered, and it is waited before the next.

        Raises:
            Flooded: The client was disconnected.
        """
        if (frame == _PONG and self.last_ping) or frame == _CLOSE:
            return True  # who goes may go, however much it has sent
        now = time.monotonic()
        wait = self.gate.take(now, len(frame))
        if not wait:
            return True
        if isinstance(frame, str) and frame.startswith(_MESSAGE):
            self._refuse(frame, wait)
        pause = self.gate.pressure.refuse(now)
        if pause is None:
            self._end_flood()
            raise Flooded
        # Whatever else is to be done goes before the next frame, however many wait.
        await asyncio.sleep(pause if pause >= _SHORTEST else 0)
        return False

    async def receive(self, pkt: Any) -> None:
        """Take a packet. What comes by POST has met no gate before."""
        if self.upgraded or await self.admitted(pkt.encode(b64=True)):
            await super().receive(pkt)

    def _refuse(self, frame: str, wait: float) -> None:
        words = "That was too much at once. Wait a moment."
        answer = packets.answer_unread(frame, refusal(TooMany(words, retry_after=wait)), start=len(_MESSAGE))
        if answer is not None:
            self.queue.put_nowait(answer)

    def _end_flood(self) -> None:
        """Say ``too many`` and read nothing more."""
        if self.flooded is not None:
            self.flooded()
        self.queue.put_nowait(packets.event("too many", {"retryAfter": limits.BARRED}))
        self.queue.put_nowait(packets.written(_DISCONNECT))
        transport = self._transport()
        if transport is not None:
            # Not by a closing handshake: what the client still sends would be read while it is waited for.
            transport.close()
            asyncio.get_running_loop().call_later(_LINGER, transport.abort)

    # ------------------------------------------------------------ out

    async def poll(self) -> list[Any]:
        """Wait for packets to write. Empty when the socket is closed.

        The original gives up after a while without packets. Here :meth:`close` and the reader, which
        has the same limit, end the wait.
        """
        if self.upgraded and not self._looked_for_direct:
            # Only now is the writer the one who reads the queue; before, a waiting GET request may be.
            self._looked_for_direct = True
            self.queue.direct = direct_writer(self._environ.get("asgi.send"))
        return await self.queue.take_all()

    async def _upgrade_websocket(self, environ: dict[str, Any]) -> Any:
        self._environ = environ
        return await super()._upgrade_websocket(environ)

    async def _websocket_handler(self, ws: Any) -> None:
        await super()._websocket_handler(_Gated(ws, self))

    # ------------------------------------------------------------ end

    async def close(self, wait: bool = True, abort: bool = False, reason: Any = None) -> None:
        """Close, and let the writer finish with what waits."""
        await super().close(wait=wait, abort=abort, reason=reason)
        self.queue.put_nowait(None)

    def drop(self) -> None:
        """Cut the connection without a word; for a client that does not read.

        ASGI has no way to say this, and a polite close waits behind the bytes that nobody reads. So
        this goes to the server's transport where there is one to be found (uvicorn).
        """
        reason = self.server.reason.TRANSPORT_ERROR
        self._closing_task = asyncio.create_task(self.close(wait=False, abort=True, reason=reason))
        transport = self._transport()
        if transport is not None:
            transport.abort()

    def _transport(self) -> Any:
        return getattr(getattr(self._environ.get("asgi.send"), "__self__", None), "transport", None)


class _Gated:
    """A WebSocket as Engine.IO wants it, behind the gate of its socket: what is refused costs no task and no packet."""

    __slots__ = ("_socket", "_ws", "close", "send")

    def __init__(self, ws: Any, socket: Socket) -> None:
        self._ws, self._socket = ws, socket
        self.send, self.close = ws.send, ws.close

    async def wait(self) -> Any:
        """Return the next frame that may come in and can be one of Engine.IO."""
        while True:
            frame = await self._ws.wait()
            if await self._socket.admitted(frame) and (isinstance(frame, bytes) or frame[:1] in _KINDS):
                return frame
