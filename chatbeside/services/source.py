"""Where the request that is being worked on came from. Each door says so before it calls a service.

It is kept beside the call and not in its arguments, because only the audit log asks for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """An address, and what the program there says of itself (its ``User-Agent``). Both empty for the server's own."""

    address: str = ""
    user_agent: str = ""


NOWHERE = Source()
"""What the server does by itself."""

_current: ContextVar[Source] = ContextVar("source", default=NOWHERE)


def current() -> Source:
    """Return where the request came from."""
    return _current.get()


@contextmanager
def coming_from(source: Source) -> Iterator[None]:
    """Say where a request comes from, while it is worked on."""
    token = _current.set(source)
    try:
        yield
    finally:
        _current.reset(token)
