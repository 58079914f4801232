"""``python -m bench.reference``: the least that a broadcast costs in Python. Prints its port.

A picows server on uvloop: what one client sends, every client gets, itself included. The frame is built once.
No accounts, no rooms, nothing stored, no acknowledgement.
"""

import asyncio
import struct

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

_connected: set[WSTransport] = set()


class _Client(WSListener):
    def on_ws_connected(self, transport: WSTransport) -> None:
        _connected.add(transport)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        _connected.discard(transport)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            broadcast = _frame(frame.get_payload_as_bytes())
            for each in _connected:
                each.underlying_transport.write(broadcast)
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()


def _frame(payload: bytes) -> bytes:
    """Return an unmasked text frame (RFC 6455, section 5.2) of up to 65,535 bytes."""
    size = len(payload)
    header = struct.pack("!BB", 0x81, size) if size < 126 else struct.pack("!BBH", 0x81, 126, size)
    return header + payload


def _listener(_: WSUpgradeRequest) -> WSListener:
    return _Client()


async def _serve() -> None:
    server = await ws_create_server(_listener, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.Runner(loop_factory=uvloop.new_event_loop).run(_serve())
