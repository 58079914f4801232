"""Whom a text calls by name."""

import re
from dataclasses import dataclass

from chatbeside.domain.names import RESERVED, USERNAME_MAX, username_key

MENTIONS_MOST = 20
"""Names that are looked up for one message; further ones are only text."""
ROOM_WORDS = RESERVED - {"system"}
"""``@room`` and its like: everybody here."""

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
# Not inside an address (ann@example.org) or a path (/@ann). The length is bounded, so that no text is slow to read.
_AT = re.compile(rf"(?<![\w@/.-])@(\w[\w.-]{{0,{2 * USERNAME_MAX}}})")
_SEPARATOR = re.compile(r"[.-]")
_END = re.compile(r"[.-][^.-]*$")


@dataclass(frozen=True, slots=True)
class Called:
    """What was found: per ``@`` the name keys it may mean, longest first, and whether the room was called."""

    names: tuple[tuple[str, ...], ...]
    room: bool


def called(content: str) -> Called:
    """Return whom ``content`` calls. Code is left out; the first :data:`MENTIONS_MOST` different ones count.

    A name may hold dots and dashes, and a sentence may go on with one: ``@ann.`` and ``@ann-and-ben`` may mean
    ``ann``. Which of the readings is somebody's name, only the accounts can tell.
    """
    names: dict[tuple[str, ...], None] = {}
    room = False
    # Each only once: a long text can call the same long name a hundred times.
    for text in dict.fromkeys(found[1].rstrip(".-") for found in _AT.finditer(_CODE.sub(" ", content))):
        shortest = _SEPARATOR.split(text, maxsplit=1)[0]
        if len(shortest) > USERNAME_MAX:
            continue
        if username_key(shortest) in ROOM_WORDS:
            room = True
        elif len(names) < MENTIONS_MOST:
            names[_readings(text)] = None
    return Called(tuple(names), room)


def _readings(text: str) -> tuple[str, ...]:
    readings = []
    while text:
        if len(text) <= USERNAME_MAX:
            readings.append(username_key(text))
        shorter = _END.sub("", text).rstrip(".-")
        if shorter == text:
            break
        text = shorter
    return tuple(readings)
