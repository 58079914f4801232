"""uvicorn's HTTP protocol, with bounds on what comes before there is a request that anything else could refuse.

uvicorn waits without end for a request that was begun or never is, and keeps all of its head, however long.
Once the head is there the services count, and sockets have bounds of their own (:mod:`chatbeside.realtime.frames`).
"""

import asyncio
from collections import Counter

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chatbeside.services.limits import address_key
from chatbeside.settings import Settings

HEAD_WITHIN = 20.0
"""Seconds from the beginning of a connection, or of a request on it, until the request's head is there."""
HEAD_MOST = 64 * 1024
"""Bytes of a request's head. Browsers send some hundreds, with cookies of other programs some thousands."""
CONNECTIONS_MOST = 1000
"""Connections of one address in this process, without sockets. A page opens six, which end after 5 idle seconds."""


class Bounded(HttpToolsProtocol):
    """Cuts a connection whose request does not come, or does not end to begin."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._in_head = 0
        self._late: asyncio.TimerHandle | None = None
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        super().data_received(data)
        if self._late is not None and not self.transport.is_closing():
            self._in_head += len(data)
            if self._in_head > HEAD_MOST:
                self._wait_no_more()
                self.send_400_response("The head of this request is too long.")

    def on_message_begin(self) -> None:
        """Begin a request: the first on its connection, or a further one."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """Hand the request on."""
        self._wait_no_more()
        super().on_headers_complete()

    def _wait(self) -> None:
        if self._late is None:
            self._in_head = 0
            self._late = self.loop.call_later(HEAD_WITHIN, self.transport.abort)

    def _wait_no_more(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


class Counted(Bounded):
    """Also lets no address have very many connections. For a server without a proxy, which would have them all."""

    _held: Counter[str] = Counter()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place of this address, or cut the connection when it has none left."""
        super().connection_made(transport)
        self._place = address_key(self.client[0]) if self.client else ""
        self._held[self._place] += 1
        if self._held[self._place] > CONNECTIONS_MOST:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back."""
        self._leave()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """Give the place back: sockets are counted by who they are of."""
        self._leave()
        super().handle_websocket_upgrade()

    def _leave(self) -> None:
        place, self._place = self._place, ""
        if place:
            self._held[place] -= 1
            if not self._held[place]:
                del self._held[place]


def protocol_for(settings: Settings) -> str:
    """Return the protocol's name, as uvicorn wants it."""
    return f"{__name__}:{(Bounded if settings.trusted_hops else Counted).__name__}"
