"""Who may do what in a room: one table, and the one function that reads it."""

from collections.abc import Mapping
from enum import StrEnum

from chatbeside.domain.models import Role, RoomKind


class Action(StrEnum):
    """What somebody may want to do as a member of a room."""

    READ = "read"
    SEND = "send"
    REACT = "react"
    EDIT_MESSAGE = "edit message"
    DELETE_MESSAGE = "delete message"
    PIN_MESSAGE = "pin message"
    MENTION_ROOM = "mention room"
    LEAVE = "leave"
    SET_OWN = "set own"
    RENAME = "rename"
    SET_TOPIC = "set topic"
    SET_AVATAR = "set avatar"
    SET_PUBLIC = "set public"
    INVITE = "invite"
    ADD_MEMBER = "add member"
    REMOVE_MEMBER = "remove member"
    SET_ROLE = "set role"
    HAND_OVER = "hand over"
    ARCHIVE = "archive"


_RANK: Mapping[Role, int] = {Role.MEMBER: 0, Role.ADMIN: 1, Role.OWNER: 2}

_MEMBER = frozenset({Action.READ, Action.SEND, Action.REACT, Action.LEAVE, Action.SET_OWN})
_ADMIN = _MEMBER | {
    Action.PIN_MESSAGE,
    Action.MENTION_ROOM,
    Action.RENAME,
    Action.SET_TOPIC,
    Action.SET_AVATAR,
    Action.INVITE,
    Action.ADD_MEMBER,
    Action.REMOVE_MEMBER,
    Action.DELETE_MESSAGE,
}
_OWNER = _ADMIN | {Action.SET_PUBLIC, Action.SET_ROLE, Action.HAND_OVER, Action.ARCHIVE}

GROUP: Mapping[Role, frozenset[Action]] = {Role.MEMBER: _MEMBER, Role.ADMIN: _ADMIN, Role.OWNER: _OWNER}
"""In a group room, with things and people that are not one's own."""
DIRECT = frozenset({Action.READ, Action.SEND, Action.REACT, Action.PIN_MESSAGE, Action.SET_OWN})
"""In a direct conversation, for both."""
OWN = frozenset({Action.EDIT_MESSAGE, Action.DELETE_MESSAGE})
"""With one's own message, everywhere. Editing somebody else's message is in no table: nobody puts words in mouths."""
ARCHIVED = frozenset(
    {Action.READ, Action.LEAVE, Action.SET_OWN, Action.REMOVE_MEMBER, Action.HAND_OVER, Action.ARCHIVE}
)
"""What remains in an archived room, for those who may do it at all; ``ARCHIVE`` brings it back."""
ON_PEOPLE = frozenset({Action.REMOVE_MEMBER, Action.SET_ROLE, Action.HAND_OVER})
"""What is done to another member, and only to one of a lower role."""


def allowed(
    role: Role,
    action: Action,
    *,
    kind: RoomKind = RoomKind.GROUP,
    archived: bool = False,
    own: bool = False,
    target: Role | None = None,
) -> bool:
    """Return whether a member may do this.

    Args:
        role: The member's role in the room.
        action: What is to be done.
        kind: What kind of room it is.
        archived: Whether the room is archived.
        own: Whether the message in question is the member's own.
        target: The role of the other member in question; needed for what is in :data:`ON_PEOPLE`.
    """
    if archived and action not in ARCHIVED:
        return False
    if own and action in OWN:
        return True
    if action in ON_PEOPLE and (target is None or _RANK[target] >= _RANK[role]):
        return False
    return action in (DIRECT if kind is RoomKind.DIRECT else GROUP[role])
