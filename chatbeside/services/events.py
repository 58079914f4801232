"""What happened, told to whoever listens. Services publish after a change is stored; the realtime hub delivers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from chatbeside.domain.calls import Call
from chatbeside.domain.group_calls import GroupCall
from chatbeside.domain.models import Message, Receipt, Room


@dataclass(frozen=True, slots=True)
class MessageStored:
    """A new message has its place in the room."""

    room: Room
    message: Message


@dataclass(frozen=True, slots=True)
class MessageChanged:
    """A message was edited, deleted, reacted to or pinned."""

    room: Room
    message: Message


@dataclass(frozen=True, slots=True)
class ReceiptAdvanced:
    """Somebody read or received more of a room.

    Only the person's own devices hear of it when it is not ``shared``: in a large room, and when the others learn it
    from a message. ``socket`` knows it already.
    """

    room: Room
    receipt: Receipt
    shared: bool = True
    socket: str = ""


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """A room was made, renamed or archived, or its members changed.

    ``added`` and ``removed`` are user ids: from now on the added hear of the room, the removed do not.
    A direct conversation is made known to the other person with its first message.
    """

    room: Room
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MembershipChanged:
    """A person's own view of a room changed (pinned, muted, notification level)."""

    room: Room
    user_id: str


@dataclass(frozen=True, slots=True)
class AccountMade:
    """Somebody signed up. Told before the sign-up is answered."""

    user_id: str


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """A person's public face or own settings changed."""

    user_id: str


@dataclass(frozen=True, slots=True)
class BlocksChanged:
    """Somebody has blocked or unblocked a person; for their own devices alone."""

    user_id: str


@dataclass(frozen=True, slots=True)
class TypingShown:
    """Somebody who has no socket (the assistant) begins or ends to write."""

    room: Room
    user_id: str
    on: bool


@dataclass(frozen=True, slots=True)
class AnswerGrown:
    """An answer of the assistant has grown; nothing of it is stored before it is done.

    Args:
        room: Where it will stand.
        answer_id: The client id that the stored message will have.
        user_id: The assistant's.
        question_id: The message that it answers.
        asker_id: Who asked.
        at: Up to this character what was told before still holds.
        text: What follows from there.
        n: Counts the pieces of one answer from 1, without gaps.
        done: Nothing follows: the message is stored, or will never be.
    """

    room: Room
    answer_id: str
    user_id: str
    question_id: str
    asker_id: str
    at: int
    text: str
    n: int
    done: bool = False


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """A session is over; its sockets and pages close.

    ``reason`` says why, for the words on those pages: ``revoked`` (from another device), ``password`` (it was changed),
    ``closed`` (the account), ``over`` (it ran out); nothing when somebody logged out.
    """

    session_id: str
    user_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CallChanged:
    """A call began, was answered, connected or ended: for all devices of both sides."""

    call: Call


@dataclass(frozen=True, slots=True)
class RecordingChanged:
    """Somebody asks to record a call, or it is recorded, or not any more.

    ``state`` is ``asked``, ``on`` or ``off``, ``by`` who asked, ``why`` the reason of an end: ``declined``,
    ``withdrawn``, ``stopped``, ``ended``, ``failed``, ``time``, ``size``, ``disk``, ``broken`` or ``restart``.
    """

    call: Call
    state: str
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class CallSignalled:
    """One browser of a call sends the other something: for ``device`` of the other side alone."""

    call: Call
    sender_id: str
    device: str
    n: int
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class GroupCallChanged:
    """A call of a room began, somebody came or left or showed something else, or it ended: for the room's members."""

    call: GroupCall


@dataclass(frozen=True, slots=True)
class GroupMedia:
    """For one device in a call of a room: what its connection carries, that it is lost, or that the seat is gone."""

    call: GroupCall
    user_id: str
    device: str
    session: str
    data: Mapping[str, object]


Event = (
    MessageStored
    | MessageChanged
    | ReceiptAdvanced
    | RoomChanged
    | MembershipChanged
    | AccountMade
    | AccountChanged
    | BlocksChanged
    | TypingShown
    | AnswerGrown
    | CallChanged
    | CallSignalled
    | GroupCallChanged
    | GroupMedia
    | RecordingChanged
    | SessionEnded
)


class Publisher(Protocol):
    """Delivers events to those they concern. Never raises for a listener's failure."""

    async def publish(self, event: Event) -> None:
        """Tell everyone whom ``event`` concerns."""


class Silent:
    """A publisher that nobody listens to, for commands that run without a server."""

    async def publish(self, event: Event) -> None:
        """Do nothing."""


class Relay:
    """Passes events on to listeners that come later: the hub needs the services, and the services a publisher."""

    def __init__(self) -> None:
        self._listeners: list[Publisher] = []

    def listen(self, publisher: Publisher) -> None:
        """Tell ``publisher`` of everything from now on."""
        self._listeners.append(publisher)

    async def publish(self, event: Event) -> None:
        """Tell every listener, in the order in which they came."""
        for listener in self._listeners:
            await listener.publish(event)
