"""Names for requests, so that the lines of a log that belong together can be found together."""

import logging
import re
import secrets
from contextvars import ContextVar

_GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")
_current: ContextVar[str] = ContextVar("request", default="")


def begin(given: str | None = None) -> str:
    """Name the request or event that begins here, and everything that it starts.

    Args:
        given: A name that a proxy in front gave it; taken when it looks like one.
    """
    name = given if given is not None and _GIVEN.fullmatch(given) else secrets.token_hex(8)
    _current.set(name)
    return name


class RequestNames(logging.Filter):
    """Adds ``request`` to every record: the name of what the server was doing, or ``-``."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Name ``record``; keep it."""
        record.request = _current.get() or "-"
        return True
