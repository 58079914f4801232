"""What requests and answers look like. Rules about values are the services' own; here is only their form."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from chatbeside.domain.wire import (
    AccountWire,
    AttachmentWire,
    FindWire,
    InviteWire,
    MemberWire,
    MessageWire,
    PublicRoomWire,
    ReceiptWire,
    RoomWire,
    UserWire,
)


class Body(BaseModel):
    """A JSON object: no further fields, no conversion of types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Parameters(BaseModel):
    """A query: no further parameters."""

    model_config = ConfigDict(extra="forbid")


class SignUp(Body):
    """A new account."""

    username: str = Field(description="2 to 32 letters, digits, dots, dashes or underscores; unique in any case.")
    email: str = Field(description="The person's address; never shown to others.")
    password: str = Field(description="8 to 128 characters, not a common one.")


class LogIn(Body):
    """A name or an address, and the password."""

    username: str | None = Field(None, description="The name; an address works as well.")
    email: str | None = Field(None, description="The address, in place of the name.")
    password: str


class Ticket(Body):
    """What a page got for a log-in that was made on the server."""

    ticket: str


class Send(Body):
    """A new message, to a room or to a person."""

    room: str | None = Field(None, description="A room id.")
    receiver: str | None = Field(None, description="In place of the room: the id or name of a person.")
    content: str = Field("", description="The text: plain, with line ends as newlines. May be empty beside files.")
    message_type: str = Field("text", alias="messageType")
    client_id: str | None = Field(
        None,
        alias="clientId",
        description="1 to 64 of A-Z a-z 0-9 _ -; sending again with the same one changes nothing.",
    )
    reply_to: str | None = Field(None, alias="replyTo", description="The id of the message this one answers.")
    attachments: list[str] = Field(default=[], description="Ids of files that the sender has uploaded, at most 10.")


class Edit(Body):
    """The new text of a message."""

    content: str


class Pointers(Body):
    """How far somebody has read or received; at least one of the two."""

    read_seq: int = Field(0, alias="readSeq", description="The highest seq that was read.")
    delivered_seq: int = Field(0, alias="deliveredSeq", description="The highest seq that arrived on a device.")


class NewRoom(Body):
    """A new group room."""

    name: str = Field(description="1 to 60 characters.")
    public: bool = Field(False, description="Whether everybody may find it and join.")
    topic: str = Field("", description="At most 250 characters.")
    members: list[str] = Field(default=[], description="Ids of people to begin with, at most 50.")


class RoomChange(Body):
    """What is to change about a room; what is left out stays."""

    name: str | None = None
    topic: str | None = None
    public: bool | None = None
    archived: bool | None = None


class OwnSettings(Body):
    """What the room is to oneself; what is left out stays."""

    pinned: bool | None = None
    muted: bool | None = None
    notify: str | None = Field(None, description="all, mentions or none.")


class NewMember(Body):
    """Who comes in."""

    user: str = Field(description="A user id.")
    role: str = Field("member", description="member or admin.")


class RoleChange(Body):
    """What a member becomes."""

    role: str = Field(description="member, admin or owner; owner hands the room over.")


class NewInvite(Body):
    """The limits of an invite."""

    days: int | None = Field(7, description="After how many days it ends, 1 to 365; null for never.")
    uses: int | None = Field(None, description="How many people it lets in, 1 to 1000; null for no limit.")


class PublicRoomsQuery(Parameters):
    """Which public rooms."""

    query: str = Field("", description="The beginning of a name, in any case.")
    limit: int = Field(20, description="The most rooms to return, 1 to 50.")
    after: str = Field("", description="The name of the last one of the page before.")
    after_id: str = Field("", alias="afterId", description="The id of that one.")


class MessagesQuery(Parameters):
    """Which messages."""

    room: str | None = Field(None, description="A room id.")
    with_: str | None = Field(None, alias="with", description="In place of the room: the id or name of a person.")
    before: int | None = Field(None, description="Only messages with a seq below this: the newest of them.")
    after: int | None = Field(None, description="Only messages with a seq above this: the oldest of them.")
    limit: int = Field(50, description="The most messages to return.")


class SearchQuery(Parameters):
    """What is searched for."""

    q: str = Field(
        "",
        description="Words, at most 12 and 200 characters; each may be the beginning of a word. Not needed with `has`.",
    )
    room: str | None = Field(None, description="A room id; else all of one's rooms.")
    from_: str | None = Field(None, alias="from", description="The id or name of who wrote it.")
    since: datetime | None = Field(None, description="The first moment, with its zone.")
    until: datetime | None = Field(None, description="The first moment that is too late.")
    has: Literal["file"] | None = Field(None, description="`file`: only messages with a file.")
    before: str | None = Field(None, description="What the answer before gave as `next`.")
    limit: int = Field(20, description="The most finds to return, 1 to 50.")


class UploadQuery(Parameters):
    """What the sender says about sound or film; pictures are measured."""

    width: int | None = Field(None, ge=1, le=16_384, description="Pixels.")
    height: int | None = Field(None, ge=1, le=16_384, description="Pixels.")
    duration: float | None = Field(None, ge=0, le=360_000, allow_inf_nan=False, description="Seconds.")


class FileQuery(Parameters):
    """In which form."""

    thumbnail: bool = Field(False, description="The small picture in place of the file.")
    download: bool = Field(False, description="To be saved, also when it could be shown in place.")


class UsersQuery(Parameters):
    """Which people."""

    query: str = Field("", description="The beginning of a name, in any case; empty for everybody.")
    after: str = Field("", description="The name of the last one of the page before.")
    limit: int = Field(20, description="The most people to return, 1 to 50.")


class MembersQuery(Parameters):
    """Which members."""

    after: str = Field("", description="The user id of the last one of the page before.")


class SignedInAnswer(TypedDict):
    """A fresh log-in."""

    token: str
    user: AccountWire


class MeAnswer(TypedDict):
    """Who asks."""

    user: AccountWire


class SessionShape(TypedDict):
    """A log-in. ``kind`` is ``computer``, ``phone`` or ``program``; ``current`` the one that asks."""

    _id: str
    device: str
    kind: str
    createdAt: str
    lastSeenAt: str
    current: bool


class SessionsAnswer(TypedDict):
    """Where somebody is logged in: the asking session first, then those seen last."""

    sessions: list[SessionShape]


class EndedAnswer(TypedDict):
    """How many log-ins ended."""

    ended: int


class UserAnswer(TypedDict):
    """One person."""

    user: UserWire


class UsersAnswer(TypedDict):
    """People, by name."""

    users: list[UserWire]


class RoomAnswer(TypedDict):
    """One room."""

    room: RoomWire


class PublicRoomsAnswer(TypedDict):
    """Public rooms, by name."""

    rooms: list[PublicRoomWire]


class InviteAnswer(TypedDict):
    """One invite."""

    invite: InviteWire


class InvitesAnswer(TypedDict):
    """A room's open invites, oldest first."""

    invites: list[InviteWire]


class InvitedAnswer(TypedDict):
    """What an invite leads to."""

    room: PublicRoomWire


class RoomsAnswer(TypedDict):
    """The asker's rooms."""

    rooms: list[RoomWire]


class MembersAnswer(TypedDict):
    """Members of a room, by user id."""

    members: list[MemberWire]


class MessageAnswer(TypedDict):
    """One message."""

    message: MessageWire


class FileAnswer(TypedDict):
    """A stored file, as a message would name it."""

    file: AttachmentWire


class MessagesAnswer(TypedDict):
    """Messages by rising seq, and whether there are further ones in the direction that was asked for."""

    messages: list[MessageWire]
    hasMore: bool


class SearchAnswer(TypedDict):
    """Finds, newest first; with ``next`` as ``before`` it goes on, unless that is null."""

    finds: list[FindWire]
    next: str | None


class PinsAnswer(TypedDict):
    """Pinned messages, the one pinned last first."""

    messages: list[MessageWire]


class ReceiptAnswer(TypedDict):
    """The asker's pointers as they are now."""

    receipt: ReceiptWire


class PartState(TypedDict):
    """The state of one part."""

    state: str


class LiveAnswer(TypedDict):
    """The process answers."""

    status: str
    version: str


class HealthAnswer(TypedDict):
    """The state of the server."""

    status: str
    version: str
    parts: dict[str, PartState]
