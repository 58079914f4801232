"""Several messages in one piece of bytes, as the bus sends them."""

import struct
from collections.abc import Iterator

_HEAD = struct.Struct("!BI")


def framed(topic: str, data: bytes) -> bytes:
    """Return a message: the lengths of its topic and data, and both."""
    name = topic.encode()
    return _HEAD.pack(len(name), len(data)) + name + data


def messages(payload: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield topic and data of every message in ``payload``. Raises ``struct.error`` when it is damaged."""
    place = 0
    while place < len(payload):
        name, size = _HEAD.unpack_from(payload, place)
        place += _HEAD.size
        yield payload[place : place + name].decode(), payload[place + name : place + name + size]
        place += name + size
