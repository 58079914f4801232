"""What rooms may be called, and the lines that tell of changes in them."""

import re
import unicodedata

from chatbeside.domain.errors import InvalidInput

NAME_MOST = 60
TOPIC_MOST = 250
NOTIFY = ("all", "mentions", "none")
"""What a member wants to be notified of."""

_SPACE = re.compile(r"\s+")


def check_room_name(name: str) -> str:
    """Return ``name`` trimmed, on one line and in NFC. Raises :class:`InvalidInput`."""
    return _check_line(name, "name", least=1, most=NAME_MOST)


def check_topic(topic: str) -> str:
    """Return ``topic`` trimmed, on one line and in NFC; it may be empty. Raises :class:`InvalidInput`."""
    return _check_line(topic, "topic", least=0, most=TOPIC_MOST)


def check_notify(notify: str) -> str:
    """Return ``notify`` if it is one of :data:`NOTIFY`. Raises :class:`InvalidInput`."""
    if notify not in NOTIFY:
        raise InvalidInput("Check the setting.", fields={"notify": f"Use one of {', '.join(NOTIFY)}."})
    return notify


def _check_line(text: str, field: str, *, least: int, most: int) -> str:
    line = _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()
    problem = None
    if len(line) > most:
        problem = f"Use at most {most} characters."
    elif any(unicodedata.category(char) in ("Cc", "Cs") for char in line):
        problem = "Use characters that can be typed."
    elif least and all(unicodedata.category(char) in ("Cf", "Zs") for char in line):
        problem = "Give it a name."
    if problem:
        raise InvalidInput(f"Check the {field}.", fields={field: problem})
    return line
