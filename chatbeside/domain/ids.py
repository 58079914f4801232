"""Identifiers: opaque strings that cannot be guessed."""

import hashlib
import re
import secrets
from datetime import datetime

_ID = re.compile(r"[0-9a-f]{24}")


def new_id() -> str:
    """Return a new identifier: 24 lower-case hex digits, 96 random bits."""
    return secrets.token_hex(12)


def timed_id(at: datetime) -> str:
    """Return a new identifier that sorts after those of earlier milliseconds: 12 digits of time, 48 random bits."""
    return first_id(at)[:12] + secrets.token_hex(6)


def first_id(at: datetime) -> str:
    """Return the lowest identifier that :func:`timed_id` can make for this moment, to compare with."""
    return f"{int(at.timestamp() * 1000):012x}{0:012x}"


def derived_id(*parts: str) -> str:
    """Return the identifier that belongs to ``parts``: always the same one, and no other parts have it."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def is_id(value: str) -> bool:
    """Return whether ``value`` has the form of an identifier made by :func:`new_id`."""
    return _ID.fullmatch(value) is not None


def pair_key(user_a: str, user_b: str) -> str:
    """Return the key of the direct conversation of two people, the same whoever asks.

    Args:
        user_a: A user id.
        user_b: The other user's id; may equal ``user_a`` (notes to oneself).
    """
    return ":".join(sorted((user_a, user_b)))
