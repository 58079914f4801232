"""The search pane's values and actions: the module ``assets/live/searchhooks.js``."""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from reflex.vars import FunctionVar
from reflex.vars.base import Var

from chatbeside.ui.live.binding import action, hook_var

_MODULE: Final = "$/public/live/searchhooks.js"
SEARCH_PANE: Final = "search"
"""Choice: ``open`` while the pane lies over the sheet."""

Wish = Literal["query", "room", "sender", "days", "first", "last"]


@dataclass(frozen=True)
class FoundPart:
    """A piece of a line; ``hit`` when it was searched for."""

    text: str
    hit: bool


@dataclass(frozen=True)
class Found:
    """A message that was found, as its row shows it."""

    id: str
    room: str
    href: str
    sender_id: str
    sender_name: str
    avatar_url: str
    bot: bool
    room_name: str
    time: str
    full_time: str
    iso: str
    parts: list[FoundPart] = field(default_factory=list)


@dataclass(frozen=True)
class Choice:
    """What a filter offers."""

    id: str
    name: str


@dataclass(frozen=True)
class SearchView:
    """What is searched for and what was found. ``status`` says how many, or that there is nothing."""

    query: str
    room: str
    sender: str
    days: str  # "" | how many | dates
    first: str
    last: str
    file: bool
    more: bool
    busy: bool
    status: str
    trouble: str
    finds: list[Found] = field(default_factory=list)
    rooms: list[Choice] = field(default_factory=list)
    writers: list[Choice] = field(default_factory=list)


def search() -> Var[SearchView]:
    """Return what the pane shows."""
    return hook_var("useLiveSearch", SearchView, module=_MODULE)


def open_search(room: str | Var[str] = "", query: str | Var[str] = "") -> FunctionVar[Any]:
    """Show the pane, for one room or all of them."""
    return action("liveSearchOpen", room, query, module=_MODULE)


def open_files(room: str | Var[str]) -> FunctionVar[Any]:
    """Show the pane with all files of a room."""
    return action("liveSearchFiles", room, module=_MODULE)


def close_search() -> FunctionVar[Any]:
    """Put the pane away and forget what was found."""
    return action("liveSearchClose", module=_MODULE)


def wish(name: Wish) -> FunctionVar[Any]:
    """Search with the trigger's own value as this part of the question."""
    return action("liveSearchWish", name, module=_MODULE)


def toggle_file() -> FunctionVar[Any]:
    """Search among messages with a file only, or no more."""
    return action("liveSearchFile", module=_MODULE)


def more() -> FunctionVar[Any]:
    """Show further finds."""
    return action("liveSearchMore", module=_MODULE)


def again() -> FunctionVar[Any]:
    """Ask once more, after a failure."""
    return action("liveSearchAgain", module=_MODULE)


def go(room: str | Var[str], message: str | Var[str]) -> FunctionVar[Any]:
    """Leave the pane for a message."""
    return action("liveSearchGo", room, message, module=_MODULE)


def beside() -> Var[str]:
    """Return the id of the conversation with the assistant, or nothing where there is none."""
    return hook_var("useLiveBeside", str, module=_MODULE)


def ask_beside(text: str | Var[str]) -> FunctionVar[Any]:
    """Go to the assistant with a question about ``text`` begun."""
    return action("liveAskBeside", text, module=_MODULE)
