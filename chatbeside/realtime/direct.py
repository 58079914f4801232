"""A short way to the wire for a client that keeps up.

The long way, through a writer task, the ASGI message and a frame made per client, made a delivery cost about half
as much again (docs/decisions, 8). A server's frames are not masked (RFC 6455, section 5.1), so the frame of an
event is the same for every client and can be made once. Under uvicorn's ``websockets-sansio`` protocol without
compression it can be handed to the transport as it is, in the same moment and in the same order as everything else.
Wherever that is not what is found, :func:`direct_writer` returns ``None`` and everything goes the long way.
"""

import struct
from collections.abc import Callable
from typing import Any

from engineio import packet as engineio_packet

try:
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
    from websockets.protocol import State
except ImportError:  # another server, or another WebSocket library under it
    WebSocketsSansIOProtocol = State = None  # type: ignore[assignment,misc]

Write = Callable[[Any], bool]
"""Writes an Engine.IO packet at once and returns ``True``, or does nothing and returns ``False``."""

_LARGEST = 2**16 - 1


def direct_writer(send: object) -> Write | None:
    """Return the short way for the connection that the ASGI ``send`` belongs to, if it has one."""
    protocol: Any = getattr(send, "__self__", None)
    if WebSocketsSansIOProtocol is None or not isinstance(protocol, WebSocketsSansIOProtocol):
        return None
    if protocol.conn.extensions:
        return None
    conn, writable, transport, is_open = protocol.conn, protocol.writable, protocol.transport, State.OPEN

    def write(packet: Any) -> bool:
        if not writable.is_set() or conn.state is not is_open or protocol.close_sent or transport.is_closing():
            return False
        frame = _frame(packet)
        if frame is None:
            return False
        transport.write(frame)
        return True

    return write


def _frame(packet: engineio_packet.Packet) -> bytes | None:
    """Return the packet as an unmasked text frame, made once; ``None`` when it is bytes or very large."""
    frame: bytes | None = getattr(packet, "frame", None)
    if frame is None:
        if packet.binary:
            return None
        payload = packet.encode().encode()
        size = len(payload)
        if size > _LARGEST:
            return None
        header = struct.pack("!BB", 0x81, size) if size < 126 else struct.pack("!BBH", 0x81, 126, size)
        frame = packet.frame = header + payload
    return frame
