"""The public JSON shapes. One function per noun turns what is stored into what is shown.

End-to-end encrypted conversations would change :func:`message_to_wire` and nothing else on this side.
"""

from collections.abc import Iterable, Mapping

from typing_extensions import TypedDict

from chatbeside.domain.clock import iso
from chatbeside.domain.models import Attachment, Invite, Member, Message, Receipt, Room, RoomHead, RoomKind, User
from chatbeside.domain.search import Part


class UserWire(TypedDict):
    """A person as everybody may see them."""

    _id: str
    username: str
    displayName: str
    avatar: str | None
    bot: bool


class AccountWire(UserWire):
    """A person as they see themselves."""

    email: str | None
    administrator: bool
    preferences: dict[str, object]


class AttachmentWire(TypedDict):
    """A file of a message; ``url`` answers only to those who may see the message."""

    _id: str
    name: str
    mediaType: str
    size: int
    width: int | None
    height: int | None
    duration: float | None
    url: str
    thumbnailUrl: str | None


class MessageWire(TypedDict):
    """A message. ``receiver`` is the other person of a direct conversation, and empty in a group room."""

    _id: str
    room: str
    seq: int
    rev: int
    sender: str
    receiver: list[str]
    messageType: str
    content: str
    timestamp: str
    clientId: str
    editedAt: str | None
    deletedAt: str | None
    replyTo: str | None
    reactions: dict[str, list[str]]
    attachments: list[AttachmentWire]
    mentions: list[str]
    pinnedAt: str | None
    pinnedBy: str | None
    data: dict[str, object]


class ReceiptWire(TypedDict):
    """How far a member has read and received."""

    user: str
    readSeq: int
    deliveredSeq: int


class MemberWire(TypedDict):
    """A member of a room."""

    user: UserWire
    role: str
    joinedAt: str


class RoomWire(TypedDict):
    """A room as one member sees it in the list."""

    room: str
    kind: str
    name: str
    topic: str
    public: bool
    avatar: str | None
    archivedAt: str | None
    peer: UserWire | None
    role: str
    pinned: bool
    muted: bool
    notify: str
    lastSeq: int
    rev: int
    readSeq: int
    unread: int
    mentions: int
    lastMessage: MessageWire | None
    receipts: list[ReceiptWire]
    memberCount: int


class PublicRoomWire(TypedDict):
    """A room as somebody sees it who may come in."""

    room: str
    name: str
    topic: str
    memberCount: int
    joined: bool
    avatar: str | None


class InviteWire(TypedDict):
    """A way into a room. ``code`` is what is given away."""

    code: str
    room: str
    createdBy: str
    createdAt: str
    expiresAt: str | None
    usesLeft: int | None


class PartWire(TypedDict):
    """A piece of an excerpt; ``hit`` when it was searched for."""

    text: str
    hit: bool


class FindWire(TypedDict):
    """A message that was found. ``sender`` is ``null`` when the account is gone."""

    message: MessageWire
    sender: UserWire | None
    excerpt: list[PartWire]


def user_to_wire(user: User) -> UserWire:
    """Return the public fields of ``user``; never the e-mail address."""
    return {
        "_id": user.id,
        "username": user.username,
        "displayName": user.display_name or user.username,
        "avatar": user.avatar,
        "bot": user.bot,
    }


def account_to_wire(user: User) -> AccountWire:
    """Return ``user`` for their own eyes."""
    return {
        **user_to_wire(user),
        "email": user.email,
        "administrator": user.administrator,
        "preferences": dict(user.preferences),
    }


def find_to_wire(message: Message, room: Room, sender: User | None, excerpt: Iterable[Part]) -> FindWire:
    """Return what was found as members of ``room`` see it."""
    return {
        "message": message_to_wire(message, room),
        "sender": user_to_wire(sender) if sender else None,
        "excerpt": [{"text": part.text, "hit": part.hit} for part in excerpt],
    }


def attachment_to_wire(attachment: Attachment) -> AttachmentWire:
    """Return ``attachment`` with the addresses that serve it."""
    url = f"/api/files/{attachment.file_id}"
    return {
        "_id": attachment.file_id,
        "name": attachment.name,
        "mediaType": attachment.media_type,
        "size": attachment.size,
        "width": attachment.width,
        "height": attachment.height,
        "duration": attachment.duration,
        "url": url,
        "thumbnailUrl": f"{url}?thumbnail=1" if attachment.thumbnail else None,
    }


def message_to_wire(message: Message, room: Room) -> MessageWire:
    """Return ``message`` as members of ``room`` see it. A deleted message keeps its place and nothing else."""
    gone = message.deleted_at is not None
    return {
        "_id": message.id,
        "room": message.room_id,
        "seq": message.seq,
        "rev": message.rev,
        "sender": message.sender_id,
        "receiver": _receivers(message.sender_id, room),
        "messageType": message.kind,
        "content": "" if gone else message.content,
        "timestamp": iso(message.created_at),
        "clientId": message.client_id,
        "editedAt": iso(message.edited_at) if message.edited_at else None,
        "deletedAt": iso(message.deleted_at) if message.deleted_at else None,
        "replyTo": None if gone else message.reply_to,
        "reactions": {} if gone else {emoji: list(people) for emoji, people in message.reactions.items()},
        "attachments": [] if gone else [attachment_to_wire(a) for a in message.attachments],
        "mentions": [] if gone else list(message.mentions),
        "pinnedAt": iso(message.pinned_at) if message.pinned_at and not gone else None,
        "pinnedBy": None if gone else message.pinned_by,
        "data": {} if gone else dict(message.data),
    }


def _receivers(sender_id: str, room: Room) -> list[str]:
    if room.kind is not RoomKind.DIRECT or room.pair is None:
        return []
    people = list(dict.fromkeys(room.pair.split(":")))
    return [person for person in people if person != sender_id] or people[:1]


def receipt_to_wire(receipt: Receipt) -> ReceiptWire:
    """Return ``receipt`` as the members of its room see it."""
    return {"user": receipt.user_id, "readSeq": receipt.read_seq, "deliveredSeq": receipt.delivered_seq}


def member_to_wire(member: Member, user: User) -> MemberWire:
    """Return ``member`` with their public face."""
    return {"user": user_to_wire(user), "role": member.role.value, "joinedAt": iso(member.joined_at)}


def public_room_to_wire(room: Room, *, member_count: int, joined: bool) -> PublicRoomWire:
    """Return ``room`` for somebody who may come in."""
    return {
        "room": room.id,
        "name": room.name,
        "topic": room.topic,
        "memberCount": member_count,
        "joined": joined,
        "avatar": room.avatar,
    }


def invite_to_wire(invite: Invite) -> InviteWire:
    """Return ``invite`` for those who may invite."""
    return {
        "code": invite.id,
        "room": invite.room_id,
        "createdBy": invite.created_by,
        "createdAt": iso(invite.created_at),
        "expiresAt": iso(invite.expires_at) if invite.expires_at else None,
        "usesLeft": invite.uses_left,
    }


def room_to_wire(
    room: Room,
    member: Member,
    head: RoomHead,
    receipts: Iterable[Receipt],
    *,
    peer: User | None,
    unread: int,
    mentions: int,
    member_count: int,
) -> RoomWire:
    """Return ``room`` as ``member`` sees it in the list.

    Args:
        room: The room.
        member: The asker's own membership.
        head: The newest state of its timeline.
        receipts: The pointers of all members (of a large room: of the asker only).
        peer: In a direct conversation the other person.
        unread: Countable messages of others after the asker's pointer.
        mentions: Those of them that mention the asker.
        member_count: How many members the room has.
    """
    by_user: Mapping[str, Receipt] = {receipt.user_id: receipt for receipt in receipts}
    own = by_user.get(member.user_id)
    return {
        "room": room.id,
        "kind": room.kind.value,
        "name": room.name,
        "topic": room.topic,
        "public": room.public,
        "avatar": room.avatar,
        "archivedAt": iso(room.archived_at) if room.archived_at else None,
        "peer": user_to_wire(peer) if peer else None,
        "role": member.role.value,
        "pinned": member.pinned,
        "muted": member.muted,
        "notify": member.notify,
        "lastSeq": head.last_seq,
        "rev": head.rev,
        "readSeq": own.read_seq if own else 0,
        "unread": unread,
        "mentions": mentions,
        "lastMessage": message_to_wire(head.last_message, room) if head.last_message else None,
        "receipts": [receipt_to_wire(receipt) for receipt in by_user.values()],
        "memberCount": member_count,
    }
