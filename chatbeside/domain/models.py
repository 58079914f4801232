"""What chatbeside stores, as immutable values. All times are UTC with milliseconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class RoomKind(StrEnum):
    """Whether a room is the conversation of two people or a place for a group."""

    DIRECT = "direct"
    GROUP = "group"


class Role(StrEnum):
    """What a member may do in a room; see :mod:`chatbeside.domain.permissions`."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"


class MessageKind(StrEnum):
    """The known kinds of message. The list is open: a client shows an unknown kind as a quiet line."""

    TEXT = "text"
    SYSTEM = "system"
    CALL = "call"


COUNTABLE_KINDS = frozenset({MessageKind.TEXT.value, MessageKind.CALL.value})
"""Kinds that make a conversation unread."""


@dataclass(frozen=True, slots=True)
class User:
    """An account. ``username_key`` and ``email_key`` are the forms that must be unique."""

    id: str
    username: str
    username_key: str
    created_at: datetime
    email: str | None = None
    email_key: str | None = None
    password_hash: str | None = None
    bot: bool = False
    administrator: bool = False
    display_name: str | None = None
    avatar: str | None = None
    preferences: Mapping[str, object] = field(default_factory=dict)
    deactivated_at: datetime | None = None

    @property
    def deleted(self) -> bool:
        """Whether its owner has deleted it: nothing but the id is left, and nobody can bring it back."""
        return self.username_key == deleted_key(self.id)


def deleted_key(user_id: str) -> str:
    """Return the ``username_key`` of an account that was deleted: no name can be like it."""
    return f"deleted:{user_id}"


@dataclass(frozen=True, slots=True)
class Session:
    """One log-in on one device. A token is worth nothing without its session."""

    id: str
    user_id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    user_agent: str = ""
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """A conversation. ``pair`` is set for direct ones only, see :func:`chatbeside.domain.ids.pair_key`."""

    id: str
    kind: RoomKind
    created_at: datetime
    created_by: str
    name: str = ""
    topic: str = ""
    public: bool = False
    pair: str | None = None
    avatar: str | None = None
    archived_at: datetime | None = None
    preferences: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Member:
    """A person's place in a room, with what the person set for it."""

    room_id: str
    user_id: str
    role: Role
    joined_at: datetime
    pinned: bool = False
    muted: bool = False
    notify: str = "all"


@dataclass(frozen=True, slots=True)
class Invite:
    """A way into a room for whoever has the code, which is its id. ``uses_left`` is ``None`` without a limit."""

    id: str
    room_id: str
    created_by: str
    created_at: datetime
    expires_at: datetime | None = None
    uses_left: int | None = None
    revoked_at: datetime | None = None

    def open(self, at: datetime) -> bool:
        """Return whether it lets somebody in at this moment."""
        used_up = self.uses_left is not None and self.uses_left < 1
        return not (self.revoked_at or used_up or (self.expires_at and self.expires_at <= at))


@dataclass(frozen=True, slots=True)
class Receipt:
    """How far a member has read and received a room. Both pointers only rise; 0 means nothing yet."""

    room_id: str
    user_id: str
    read_seq: int = 0
    delivered_seq: int = 0


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file as a message names it: ``width`` and ``height`` in pixels, ``size`` bytes, ``duration`` seconds."""

    file_id: str
    name: str
    media_type: str
    size: int
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    thumbnail: bool = False


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message before the store gives it its place. ``client_id`` makes sending again harmless."""

    id: str
    room_id: str
    sender_id: str
    client_id: str
    kind: str
    content: str
    created_at: datetime
    reply_to: str | None = None
    attachments: tuple[Attachment, ...] = ()
    mentions: tuple[str, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message.

    ``seq`` is its place in the room: gapless, rising, never changed. ``rev`` is the room's change
    number at its last change. ``reactions`` maps an emoji to the ids of those who gave it, in order.
    ``data`` holds what a kind needs beyond text (a call's length, a system line's subject).
    """

    id: str
    room_id: str
    seq: int
    rev: int
    sender_id: str
    client_id: str
    kind: str
    content: str
    created_at: datetime
    reply_to: str | None = None
    attachments: tuple[Attachment, ...] = ()
    mentions: tuple[str, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    pinned_at: datetime | None = None
    pinned_by: str | None = None
    reactions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoomHead:
    """The newest state of a room's timeline: highest ``seq``, highest ``rev`` and the last message."""

    room_id: str
    last_seq: int
    rev: int
    last_message: Message | None
