"""What the server and the media worker say to each other: one JSON object a line.

The server asks ``{"id": n, "do": "open", "leg": name, "kind": kind, "data": {...}}``,
``{"id": n, "do": "ask", "leg": name, "what": what, "data": {...}}``, ``{"id": n, "do": "close", "leg": name}`` or
``{"id": n, "do": "state"}``; the worker answers ``{"id": n, "data": {...}}`` or ``{"id": n, "error": words}``.
By itself the worker says ``{"leg": name, "event": event, "data": {...}}``, and ``{"ended": name}`` when a leg is over.
"""

import json
from collections.abc import Mapping
from typing import Any

LINE_MOST = 512 * 1024
"""Most bytes of a line."""


def encode(message: Mapping[str, Any]) -> bytes:
    """Return ``message`` as a line. Raises ``ValueError`` when it is too long."""
    line = json.dumps(message, separators=(",", ":")).encode() + b"\n"
    if len(line) > LINE_MOST:
        raise ValueError("A message to or from the media worker is too long.")
    return line


def decode(line: bytes) -> dict[str, Any]:
    """Return what a line says. Raises ``ValueError``."""
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError("A message is an object.")
    return message
