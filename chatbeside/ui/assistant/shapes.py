"""What the assistant's Vars hold. Field names are the keys that its store uses in JavaScript."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Source:
    """A message that an answer rests on; ``gone`` when it was edited or deleted since."""

    n: int
    message: str
    href: str
    text: str
    gone: bool


@dataclass(frozen=True)
class Answer:
    """An answer as its row shows it.

    ``growing`` is the id under which it grows anew, or nothing. ``note`` says why it is not whole, ``footer`` what
    was read for it. ``again`` is whether the reader may ask again, ``mine`` whether the reader asked.
    """

    html: str
    growing: str
    stoppable: bool
    note: str
    again: bool
    mine: bool
    footer: str
    sources: list[Source] = field(default_factory=list)


@dataclass(frozen=True)
class Stream:
    """An answer that grows and has no message yet."""

    id: str
    html: str
    user: str
    name: str
    stoppable: bool


@dataclass(frozen=True)
class Item:
    """A command in the list; ``chosen`` is the one that Tab takes."""

    name: str
    usage: str
    summary: str
    chosen: bool


@dataclass(frozen=True)
class Completion:
    """The list of commands that fit what is typed."""

    open: bool
    chosen: str
    options: list[Item] = field(default_factory=list)


@dataclass(frozen=True)
class Notice:
    """A sentence about the last command, and where it leads."""

    text: str
    href: str


@dataclass(frozen=True)
class Status:
    """Who answers in the open room, in words. ``manages``: the reader may switch the assistant off in this room."""

    known: bool
    member: bool
    on: bool
    outside: bool
    line: str
    used: str
    manages: bool
