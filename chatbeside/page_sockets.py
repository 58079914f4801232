"""The page's own sockets (Reflex, ``/_event``), closed when the session they came with ends.

Every event on such a socket is authenticated by itself, so an open one gives nothing away. Closing it makes the
page see at once what holds, and leaves nothing behind of a device that was logged out.

With several workers what a page knows is in Redis. While that is away nothing here would be answered, without a word:
so the sockets are closed and none is let in until it is back, and the page says that it has no way to the server
(:mod:`chatbeside.ui.components.unanswered`). Reflex forgets then which page is where; when they are back it knows.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any

from starlette.types import ASGIApp as Asgi
from starlette.types import Message, Receive, Scope, Send

from chatbeside.domain.errors import NotSignedIn
from chatbeside.realtime.limits import Bucket
from chatbeside.realtime.resume import Close, Resume
from chatbeside.realtime.strangers import Strangers
from chatbeside.services.accounts import Accounts
from chatbeside.services.background import end
from chatbeside.services.bus import Bus, Watcher
from chatbeside.services.events import Event, SessionEnded
from chatbeside.services.web import token_from_cookies
from chatbeside.store.interfaces import StoreUnavailable

CLOSED = 4401
"""The code with which a socket closes whose session is over (RFC 6455, 7.4.2: for the application to choose)."""
COME_BACK = 1012
"""The same for a page that shall connect anew (IANA's registry: service restart)."""
TRY_LATER = 1013
"""The same for a socket that is not let in now (IANA's registry: try again later)."""
CLOSED_WITHIN = 1.0
"""Seconds that a close may take: a page that does not read keeps nobody else's socket from being closed."""
EVENTS_PER_SECOND = 50.0
EVENTS_AT_ONCE = 500.0
"""What a page may send. Every key that somebody presses in a form is one event."""
_log = logging.getLogger(__name__)


class _Socket:
    """One socket, which can be closed from outside while its application goes on."""

    def __init__(self, token: str, send: Send) -> None:
        self.token = token
        self._send = send
        self._ended = False

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if not self._ended:
            await self._send(message)

    async def close(self, code: int = CLOSED) -> None:
        if not self._ended:
            self._ended = True
            with contextlib.suppress(RuntimeError, OSError, TimeoutError):  # it was closing by itself, or is not read
                async with asyncio.timeout(CLOSED_WITHIN):
                    await self._send({"type": "websocket.close", "code": code})


class PageSockets:
    """Knows the sockets of pages by session. A listener of the publisher.

    Args:
        accounts: Say whether a session holds.
        bus: Says when Redis is away.
        validate: Seconds between two looks at whether they still do: an end may have been told to another process only.
    """

    def __init__(self, accounts: Accounts, bus: Bus, validate: float = 60.0) -> None:
        self._accounts = accounts
        self._validate = validate
        self._sockets: dict[str, set[_Socket]] = {}
        self._strangers = Strangers[_Socket]()
        self._keeper: asyncio.Task[None] | None = None
        self._resume = Resume(self._closers)
        self._reached = True
        bus.watch(Watcher(talking=self._hear_of_redis))

    def around(self, page: Asgi) -> Asgi:
        """Return ``page`` with its sockets under watch."""

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "websocket":
                await self._watch(page, scope, paced(receive), send)
            else:
                await page(scope, receive, send)

        return serve

    async def start(self) -> None:
        """Begin to look whether sessions hold."""
        self._keeper = asyncio.create_task(self._keep(), name="page sockets")
        await self._resume.start()

    async def stop(self) -> None:
        """End that."""
        await self._resume.stop()
        await end(self._keeper)
        self._keeper = None

    async def publish(self, event: Event) -> None:
        """Close the sockets of a session that ended."""
        if isinstance(event, SessionEnded):
            await self._close(event.session_id)

    def _hear_of_redis(self, there: bool) -> None:
        self._reached = there
        if not there:
            self._resume.all()

    async def _watch(self, page: Asgi, scope: Scope, receive: Receive, send: Send) -> None:
        # At once: a browser opens one socket to a server at a time, and that for messages shall not wait for this one.
        if not self._reached:
            await _refuse(receive, send)
            return
        token = token_from_cookies(_cookie(scope))
        session_id = await self._session(token) if token else None
        if token is None or session_id is None:
            # Nobody's: the door's own pages have a socket too, and an old cookie may come with it.
            await self._serve_stranger(page, scope, receive, send)
            return
        socket = _Socket(token, send)
        self._sockets.setdefault(session_id, set()).add(socket)
        try:
            # It may have ended since it was looked at. From here on its end finds this socket.
            if await self._session(token) is None:
                await socket.close()
            else:
                await page(scope, receive, socket.send)
        finally:
            left = self._sockets.get(session_id, set())
            left.discard(socket)
            if not left:
                self._sockets.pop(session_id, None)

    async def _serve_stranger(self, page: Asgi, scope: Scope, receive: Receive, send: Send) -> None:
        address = str((scope.get("client") or ("",))[0])
        if self._strangers.crowded(address):
            await _refuse(receive, send)
            return
        socket = _Socket("", send)
        self._strangers.come(socket, address)
        try:
            await page(scope, receive, socket.send)
        finally:
            self._strangers.gone(socket)

    def _closers(self) -> list[Close]:
        of_people = [socket for sockets in self._sockets.values() for socket in sockets]
        return [partial(socket.close, COME_BACK) for socket in (*of_people, *self._strangers.all())]

    async def _session(self, token: str) -> str | None:
        try:
            return (await self._accounts.authenticate(token)).session.id
        except (NotSignedIn, StoreUnavailable):
            return None

    async def _close(self, session_id: str) -> None:
        for socket in list(self._sockets.get(session_id, ())):
            await socket.close()

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(self._validate)
            for session_id, sockets in list(self._sockets.items()):
                token = next(iter(sockets)).token
                try:
                    await self._accounts.authenticate(token)
                except NotSignedIn:
                    await self._close(session_id)
                except Exception:
                    _log.exception("Looking whether a session holds failed")


def paced(receive: Receive, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> Receive:
    """Return ``receive`` that lets a page wait which sends more than :data:`EVENTS_AT_ONCE`.

    Nothing is refused: while nothing is read, the sending side waits (TCP's flow control).
    """
    bucket = Bucket(EVENTS_PER_SECOND, EVENTS_AT_ONCE)

    async def receive_paced() -> Message:
        message = await receive()
        if message["type"] == "websocket.receive" and (wait := bucket.owe(time.monotonic())):
            await pause(wait)
        return message

    return receive_paced


async def _refuse(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": TRY_LATER})


def _cookie(scope: Scope) -> str | None:
    found = [value.decode("latin-1") for name, value in scope.get("headers", []) if name == b"cookie"]
    return "; ".join(found) or None
