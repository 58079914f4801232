"""python-socketio's server, made strict about what comes in.

Differences to the original: events of one socket are handled one after the other, in their order (so a
client that floods waits for itself); ``connect`` and ``disconnect`` cannot be sent as events; binary
attachments are not taken, because nothing needs them and the original collects them without limit;
whatever is malformed gets an answer and the socket stays up.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import socketio
from socketio import packet as wire

from chatbeside.domain.errors import InvalidInput, TooLarge
from chatbeside.realtime.answers import Answer, refusal
from chatbeside.realtime.packets import NAMESPACE, Packet, answer_unread
from chatbeside.realtime.sockets import Socket

logger = logging.getLogger(__name__)

_CLOSED_ABOVE = 4
"""A frame of more than so many times the limit closes the socket; one in between is refused in words."""

Dispatch = Callable[[str, str, list[Any]], Awaitable[Answer]]


class SocketServer(socketio.AsyncServer):
    """The server side of ``/socket.io``.

    Args:
        manager: Knows the sockets and their rooms.
        dispatch: Called with socket id, event name and arguments; returns the acknowledgement.
        opened: Called with the id and the environment of a socket that opens; returns whether it may.
        closed: Called with the id of a socket that was opened and is closed now.
        connected: Called with the socket id when a client was let in and knows it.
        frame_most: Most bytes in one incoming frame. A larger one is refused, a very large one closes its socket.
        options: Passed on to ``socketio.AsyncServer``.
    """

    def __init__(
        self,
        manager: socketio.AsyncManager,
        *,
        dispatch: Dispatch,
        opened: Callable[[str, dict[str, Any]], Awaitable[bool]],
        closed: Callable[[str], None],
        connected: Callable[[str], Awaitable[None]],
        frame_most: int,
        **options: Any,
    ) -> None:
        super().__init__(
            client_manager=manager,
            serializer=Packet,
            async_mode="asgi",
            async_handlers=False,
            max_http_buffer_size=_CLOSED_ABOVE * frame_most,
            logger=logging.getLogger("chatbeside.socketio"),
            engineio_logger=logging.getLogger("chatbeside.engineio"),
            **options,
        )
        self._dispatch = dispatch
        self._frame_most = frame_most
        self._opened = opened
        self._closed = closed
        self._connected = connected

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> str | None:
        if not await self._opened(eio_sid, environ):
            return "Too many connections from here have not said who they are. Try again in a moment."
        await super()._handle_eio_connect(eio_sid, environ)
        socket = self.eio.sockets[eio_sid]
        # Engine.IO names the class of its sockets in the middle of a long method; nothing was read yet.
        socket.__class__ = Socket
        socket.adopt(environ)
        return None

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self._closed(eio_sid)
        await super()._handle_eio_disconnect(eio_sid, reason)

    async def _handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        if self._is_closed(eio_sid):
            return
        await super()._handle_connect(eio_sid, namespace, data)
        if self._is_closed(eio_sid):
            # It went while it was looked at. Its end has found nothing to end then, and does not come again.
            await self._handle_disconnect(eio_sid, namespace, self.reason.TRANSPORT_CLOSE)
            return
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace or NAMESPACE)
        if sid is not None and self.manager.is_connected(sid, NAMESPACE):
            await self._connected(sid)

    def _is_closed(self, eio_sid: str) -> bool:
        socket = self.eio.sockets.get(eio_sid)
        return socket is None or socket.closed

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        if not isinstance(data, str):
            return  # The attachments of a refused binary event.
        if len(data) > self._frame_most or len(data.encode()) > self._frame_most:
            await self._too_large(eio_sid, data)
            return
        try:
            packet = self.packet_class(encoded_packet=data)
        except (ValueError, TypeError, IndexError, RecursionError):
            logger.info("a packet that cannot be read from socket %s", eio_sid)
            return
        match packet.packet_type:
            case wire.CONNECT:
                await self._handle_connect(eio_sid, packet.namespace, packet.data)
            case wire.DISCONNECT:
                await self._handle_disconnect(eio_sid, packet.namespace, self.reason.CLIENT_DISCONNECT)
            case wire.EVENT:
                await self._handle_event(eio_sid, packet.namespace, packet.id, packet.data)
            case wire.BINARY_EVENT:
                await self._answer(eio_sid, packet.namespace, packet.id, refusal(InvalidInput("Send text, not bytes.")))
            case _:
                logger.info("a packet nobody asked for from socket %s", eio_sid)

    async def _handle_event(self, eio_sid: str, namespace: str | None, id: int | None, data: Any) -> None:  # noqa: A002
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace or NAMESPACE)
        if sid is None or not self.manager.is_connected(sid, NAMESPACE):
            return
        if isinstance(data, list) and data and isinstance(data[0], str):
            answer = await self._dispatch(sid, data[0], data[1:])
        else:
            answer = refusal(InvalidInput("An event is a list that begins with its name."))
        await self._answer(eio_sid, namespace, id, answer)

    async def _too_large(self, eio_sid: str, data: str) -> None:
        """Refuse a frame of which nothing but the beginning is read."""
        logger.info("a frame of %d characters from socket %s", len(data), eio_sid)
        words = f"This is more than {self._frame_most // 1024} kB at once. Send less, or use REST."
        answer = answer_unread(data, refusal(TooLarge(words)))
        if answer is not None:
            await self.eio.send_packet(eio_sid, answer)

    async def _answer(self, eio_sid: str, namespace: str | None, id: int | None, answer: Answer) -> None:  # noqa: A002
        if id is None:
            return
        packet = self.packet_class(wire.ACK, namespace=namespace or NAMESPACE, id=id, data=[answer], binary=False)
        await self._send_packet(eio_sid, packet)
