"""The store's snapshots as typed Vars."""

from typing import Literal

from reflex.vars.base import Var

from chatbeside.ui.live.binding import function, hook_var
from chatbeside.ui.live.shapes import Composer, Connection, Me, MessageGroup, RoomRow, RoomView, Timeline, Totals

RoomFilter = Literal["all", "unread", "rooms", "people"]


def me() -> Var[Me]:
    """Return the account that is signed in."""
    return hook_var("useLiveMe", Me)


def connection() -> Var[Connection]:
    """Return how the store stands to the server."""
    return hook_var("useLiveConnection", Connection)


def current_room() -> Var[str]:
    """Return the id of the open room, or nothing."""
    return hook_var("useLiveCurrentRoom", str)


def rooms(filter: RoomFilter | Var[str] = "all") -> Var[list[RoomRow]]:  # noqa: A002 - the word people use for it
    """Return the rows of the conversation list, pinned first, then by last activity.

    Args:
        filter: Which rooms: ``all``, ``unread``, ``rooms`` (groups) or ``people`` (direct). May be a Var.
    """
    return hook_var("useLiveRooms", list[RoomRow], filter)


def rooms_ready() -> Var[bool]:
    """Return whether the server has told which rooms there are; until then show the skeleton."""
    return hook_var("useLiveRoomsReady", bool)


def room() -> Var[RoomView]:
    """Return the head of the open room."""
    return hook_var("useLiveRoom", RoomView)


def message_groups() -> Var[list[MessageGroup]]:
    """Return the rows of the open room's timeline in groups: at most 300 rows, oldest first, unsent ones last."""
    return hook_var("useLiveMessageGroups", list[MessageGroup])


def timeline() -> Var[Timeline]:
    """Return what there is to know about the open room's timeline beside its rows."""
    return hook_var("useLiveTimeline", Timeline)


def typing() -> Var[list[str]]:
    """Return the names of the others who are typing in the open room."""
    return hook_var("useLiveTyping", list[str])


def typing_text() -> Var[str]:
    """Return who is typing in the open room as words ("Ann and Ben are typing"), or nothing."""
    return hook_var("useLiveTypingText", str)


def draft() -> Var[str]:
    """Return the unsent text of the open room."""
    return hook_var("useLiveDraft", str)


def composer() -> Var[Composer]:
    """Return what is being written in the open room."""
    return hook_var("useLiveComposer", Composer)


def totals() -> Var[Totals]:
    """Return what is unread over all rooms."""
    return hook_var("useLiveTotals", Totals)


def announcement() -> Var[str]:
    """Return the words for a polite announcer: the newest message of another person in the open room."""
    return hook_var("useLiveAnnouncement", str)


def choice(name: str, default: str = "") -> Var[str]:
    """Return a value that only this page in this browser knows, such as which tab of the list is chosen.

    Args:
        name: Which value; anything. Set it with :func:`choose` or :func:`toggle`.
        default: What it is until somebody chooses.
    """
    return hook_var("useLiveChoice", str, name, default)


def avatar_url(user_id: Var[str] | str, picture: Var[str] | str = "") -> Var[str]:
    """Return the address of a person's picture: ``picture`` when they have one, else the drawn one.

    No hook: it may be used inside ``rx.foreach``.
    """
    return function("liveAvatarUrl").call(user_id, picture).to(str)
