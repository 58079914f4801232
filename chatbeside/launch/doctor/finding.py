"""What a check found."""

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """How something is. A note is worth knowing and nothing has to be done."""

    WELL = "well"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for a person.

    Args:
        state: How it is.
        part: What was looked at.
        words: What was found.
        advice: What to do, when there is something to do.
    """

    state: State
    part: str
    words: str
    advice: str = ""


def well(part: str, words: str) -> Finding:
    """Return that ``part`` is as it should be."""
    return Finding(State.WELL, part, words)


def note(part: str, words: str, advice: str = "") -> Finding:
    """Return something that is worth knowing."""
    return Finding(State.NOTE, part, words, advice)


def wrong(part: str, words: str, advice: str) -> Finding:
    """Return something that must be mended, and how."""
    return Finding(State.WRONG, part, words, advice)
