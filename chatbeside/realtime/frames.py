"""uvicorn's WebSocket protocol, with bounds on what reaches no application.

An application that stops reading makes its client wait; see :mod:`chatbeside.realtime.limits`. But pings, pongs and
pieces of messages (RFC 6455, sections 5.4 and 5.5) are taken before that, and a read takes all that has arrived.
"""

import asyncio
import socket
import time

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from chatbeside.realtime.limits import Bucket

EXTRA_PER_SECOND = 10.0
EXTRA_AT_ONCE = 100.0
"""Pings, pongs and pieces of messages: libraries send one in some seconds, and no message needs many pieces."""
RECEIVE_BUFFER = 32 * 1024
"""Bytes that the kernel should keep for a socket: what one read brings holds the loop up until it is parsed."""


class Frames(WebSocketsSansIOProtocol):
    """Cuts a client that sends very many frames that are no messages."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        super().connection_made(transport)
        self._extra = Bucket(EXTRA_PER_SECOND, EXTRA_AT_ONCE)
        own = transport.get_extra_info("socket")
        if own is not None:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)

    def handle_ping(self) -> None:
        """Answer a ping."""
        if self._bearable():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        """Note a pong."""
        if self._bearable():
            super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        """Take a piece of a message."""
        if self._bearable():
            super().handle_cont(event)

    def _bearable(self) -> bool:
        if self.transport.is_closing():
            return False
        if self._extra.take(time.monotonic()):
            self.transport.abort()
            return False
        return True
