"""How events become text.

python-socketio keeps its JSON module on the packet class, for the whole process, and Reflex sets it for its
own sockets. So the sockets here have a class of their own.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from engineio import packet as engineio_packet
from socketio import packet as socketio_packet

from chatbeside.services import long_json

NAMESPACE = "/"

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_encode_ascii = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


_HEAD = re.compile(r"[25](?:[0-9]*-)?(?:(/[^,]{0,64}),)?([0-9]{1,15})")
"""The beginning of an event that wants an answer: kind, namespace, number (Socket.IO protocol 5)."""


class Json:
    """The JSON of the wire: UTF-8 as it is, half the size of escapes for most of the world's writing."""

    @staticmethod
    def dumps(value: Any, **_: Any) -> str:
        """Return ``value`` as text. Half a surrogate pair, which no encoder could send, is escaped."""
        text = _encode(value)
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError:
                return _encode_ascii(value)
        return text

    @staticmethod
    def loads(text: str) -> Any:
        """Return what ``text`` says. Raises ``ValueError`` and, when it is nested too deeply, ``RecursionError``."""
        return json.loads(text)


class Packet(socketio_packet.Packet):
    """A Socket.IO packet of this server."""

    json = Json


def event(name: str, *arguments: Any, namespace: str = NAMESPACE) -> engineio_packet.Packet:
    """Return an event, ready for any number of sockets: its bytes are made once."""
    packet = Packet(socketio_packet.EVENT, data=[name, *arguments], namespace=namespace, binary=False)
    return written(packet.encode())


def answer_unread(text: str, answer: Any, *, start: int = 0) -> engineio_packet.Packet | None:
    """Return ``answer`` to the event ``text`` of which nothing but the beginning is read; ``None`` if it wants none.

    Args:
        text: The event as it came.
        answer: One JSON value.
        start: Where in ``text`` the event begins.
    """
    head = _HEAD.match(text, start)
    if head is None:
        return None
    namespace = f"{head[1]}," if head[1] else ""
    return written(f"{socketio_packet.ACK}{namespace}{head[2]}[{Json.dumps(answer)}]")


async def long_event(name: str, data: Mapping[str, Any]) -> engineio_packet.Packet:
    """Return the same event as :func:`event`, made in pieces: see :mod:`chatbeside.services.long_json`."""
    return written(f"{socketio_packet.EVENT}[{Json.dumps(name)},{await long_json.encode(data, Json.dumps)}]")


def written(text: str) -> engineio_packet.Packet:
    """Return an event that is text already, as :func:`event` made it here or at another worker."""
    return engineio_packet.Packet(engineio_packet.MESSAGE, text)
