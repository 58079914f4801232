"""Calls of a room: ``active -> ended(reason)``, with seats that are taken and left while it goes on.

Pure: events in, the next call and effects out. Nobody is rung: the members of the room see that there is a call, and
who is in it, and come and go as they like. Everybody has one seat, on one device; coming with another device moves
the seat there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from typing_extensions import TypedDict

from chatbeside.domain.calls import CallKind
from chatbeside.domain.clock import iso
from chatbeside.domain.errors import Conflict

SEATS_MOST = 12
"""Most people in a call."""
PICTURES_MOST = 6
"""Most people who show their camera or screen at a time."""
AWAY = timedelta(seconds=20)
"""How long a device may be gone (a reload, a network that changes) before its seat is free."""
ALONE = timedelta(minutes=5)
"""How long somebody may be alone in a call before it is over."""

FULL_OF_PICTURES = f"{PICTURES_MOST} people show their picture already. You are in with sound only."


class GroupState(StrEnum):
    """Where a call of a room stands."""

    ACTIVE = "active"
    ENDED = "ended"


class GroupEnd(StrEnum):
    """Why a call of a room is over."""

    LEFT = "left"
    ALONE = "alone"
    SERVER_RESTARTED = "server_restarted"
    ROOM_CLOSED = "room_closed"


class CallFull(Conflict):
    """Nobody else fits into the call."""

    code = "full"


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody in a call. ``camera`` and ``screen`` say what of them is shown; both need a place for a picture."""

    user_id: str
    device: str
    muted: bool = False
    camera: bool = False
    screen: bool = False

    @property
    def picture(self) -> bool:
        """Whether there is something to see of them."""
        return self.camera or self.screen


@dataclass(frozen=True, slots=True)
class GroupCall:
    """A call of a room.

    ``kind`` is how it was started, ``people`` everybody who was ever in it, in the order of coming. ``alone_since``
    is set while one person is in it. ``owner`` is the server process that has the media of the call. ``version``
    rises with every change, so that of two changes at the same moment one is seen to be late.
    """

    id: str
    room_id: str
    kind: CallKind
    started_by: str
    started_at: datetime
    owner: str = ""
    state: GroupState = GroupState.ACTIVE
    seats: tuple[Seat, ...] = field(default=())
    people: tuple[str, ...] = ()
    alone_since: datetime | None = None
    ended_at: datetime | None = None
    reason: GroupEnd | None = None
    version: int = 1

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.state is GroupState.ENDED

    @property
    def seconds(self) -> int:
        """For how many whole seconds it has lasted; 0 while it goes on."""
        return max(0, int((self.ended_at - self.started_at).total_seconds())) if self.ended_at else 0

    def seat(self, user_id: str) -> Seat | None:
        """Return somebody's seat."""
        return next((each for each in self.seats if each.user_id == user_id), None)

    def holds(self, user_id: str, device: str) -> bool:
        """Return whether this device of this person is in the call."""
        seat = self.seat(user_id)
        return seat is not None and seat.device == device


@dataclass(frozen=True, slots=True)
class Come:
    """Somebody takes a seat, or comes back to it. ``camera`` is a wish: there may be too many pictures."""

    user_id: str
    device: str
    at: datetime
    camera: bool = False
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Show:
    """Somebody mutes or unmutes, shows or hides camera or screen."""

    user_id: str
    device: str
    at: datetime
    muted: bool
    camera: bool
    screen: bool


@dataclass(frozen=True, slots=True)
class Go:
    """A seat gets free: the person left, lost the connection for too long, or (no ``device``) may not be there."""

    user_id: str
    at: datetime
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """Nothing happened; it is now ``at``."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Close:
    """The server ends the call: it was restarted, or the room was closed."""

    at: datetime
    reason: GroupEnd


GroupHappening = Come | Show | Go | Tick | Close


class GroupEffect(StrEnum):
    """What is to be done after a change was stored."""

    TELL = "tell"
    """Tell the members of the room."""
    WRITE_ENTRY = "write_entry"
    """Write the call into the timeline."""


@dataclass(frozen=True, slots=True)
class GroupStep:
    """The call after something happened, and what follows from it; no effects when nothing changed."""

    call: GroupCall
    effects: tuple[GroupEffect, ...] = ()


def step(call: GroupCall, happening: GroupHappening) -> GroupStep:
    """Return what becomes of ``call``. What comes late changes nothing: a call that is over stays as it is.

    Raises:
        CallFull: Somebody wants to come, and all seats are taken.
        Conflict: Somebody wants to come, and the call is over; or to show a picture, and there are too many.
    """
    if call.ended:
        if isinstance(happening, Come):
            raise Conflict("This call is over.")
        return GroupStep(call)
    match happening:
        case Come():
            return _come(call, happening)
        case Show():
            return _show(call, happening)
        case Go():
            return _go(call, happening)
        case Close():
            return _end(call, happening.reason, happening.at)
        case Tick():
            due = deadline(call)
            return _end(call, GroupEnd.ALONE, happening.at) if due and due <= happening.at else GroupStep(call)


def deadline(call: GroupCall) -> datetime | None:
    """Return when time alone ends the call: somebody is alone in it."""
    return call.alone_since + ALONE if call.alone_since and not call.ended else None


def pictures(seats: Sequence[Seat], but: str) -> int:
    """Return how many others than ``but`` show a picture."""
    return sum(seat.picture for seat in seats if seat.user_id != but)


def _come(call: GroupCall, come: Come) -> GroupStep:
    known = call.seat(come.user_id)
    if known is None and len(call.seats) >= SEATS_MOST:
        raise CallFull(f"{SEATS_MOST} people are in this call already, and no more fit. Try again when somebody left.")
    fits = pictures(call.seats, come.user_id) < PICTURES_MOST
    seat = Seat(come.user_id, come.device, muted=come.muted, camera=come.camera and fits)
    if seat == known:
        return GroupStep(call)
    others = tuple(each for each in call.seats if each.user_id != come.user_id)
    seats = tuple(seat if each == known else each for each in call.seats) if known else (*others, seat)
    people = call.people if come.user_id in call.people else (*call.people, come.user_id)
    return _changed(replace(call, people=people), seats, come.at)


def _show(call: GroupCall, show: Show) -> GroupStep:
    known = call.seat(show.user_id)
    if known is None or known.device != show.device:
        return GroupStep(call)
    seat = replace(known, muted=show.muted, camera=show.camera, screen=show.screen)
    if seat.picture and not known.picture and pictures(call.seats, show.user_id) >= PICTURES_MOST:
        raise Conflict(f"{PICTURES_MOST} people show their picture already. Somebody has to turn theirs off first.")
    if seat == known:
        return GroupStep(call)
    return _changed(call, tuple(seat if each == known else each for each in call.seats), show.at)


def _go(call: GroupCall, go: Go) -> GroupStep:
    seat = call.seat(go.user_id)
    if seat is None or go.device not in {None, seat.device}:
        return GroupStep(call)
    left = tuple(each for each in call.seats if each.user_id != go.user_id)
    if not left:
        return _end(call, GroupEnd.LEFT, go.at)
    return _changed(call, left, go.at)


def _changed(call: GroupCall, seats: tuple[Seat, ...], at: datetime) -> GroupStep:
    alone = (call.alone_since or at) if len(seats) == 1 else None
    changed = replace(call, seats=seats, alone_since=alone, version=call.version + 1)
    return GroupStep(changed, (GroupEffect.TELL,))


def _end(call: GroupCall, reason: GroupEnd, at: datetime) -> GroupStep:
    ended = replace(
        call,
        state=GroupState.ENDED,
        reason=reason,
        seats=(),
        alone_since=None,
        ended_at=at,
        version=call.version + 1,
    )
    return GroupStep(ended, (GroupEffect.TELL, GroupEffect.WRITE_ENTRY))


class SeatWire(TypedDict):
    """Somebody in a call of a room."""

    user: str
    device: str
    muted: bool
    camera: bool
    screen: bool


class GroupCallWire(TypedDict):
    """A call of a room as its members see it. A device finds its own name among the seats, or is not in the call."""

    _id: str
    room: str
    kind: str
    state: str
    reason: str | None
    startedBy: str
    startedAt: str
    endedAt: str | None
    seats: list[SeatWire]
    people: list[str]
    seatsMost: int
    version: int


def group_call_to_wire(call: GroupCall) -> GroupCallWire:
    """Return ``call`` as the members of its room see it."""
    return {
        "_id": call.id,
        "room": call.room_id,
        "kind": call.kind.value,
        "state": call.state.value,
        "reason": call.reason.value if call.reason else None,
        "startedBy": call.started_by,
        "startedAt": iso(call.started_at),
        "endedAt": iso(call.ended_at) if call.ended_at else None,
        "seats": [
            {
                "user": seat.user_id,
                "device": seat.device,
                "muted": seat.muted,
                "camera": seat.camera,
                "screen": seat.screen,
            }
            for seat in call.seats
        ],
        "people": list(call.people),
        "seatsMost": SEATS_MOST,
        "version": call.version,
    }


def group_call_entry(call: GroupCall) -> dict[str, object]:
    """Return the ``data`` of the timeline entry of a call: ``{call, kind, reason, seconds, people}``."""
    return {
        "call": call.id,
        "kind": call.kind.value,
        "reason": call.reason.value if call.reason else GroupEnd.LEFT.value,
        "seconds": call.seconds,
        "people": list(call.people),
    }


def group_call_text(call: GroupCall) -> str:
    """Return what the timeline says of a call that is over, for clients that do not know the kind of message."""
    minutes, seconds = divmod(call.seconds, 60)
    length = f"{minutes} min" if minutes else f"{seconds} s"
    kind = "Call with picture" if call.kind is CallKind.VIDEO else "Call with sound"
    people = len(call.people)
    return f"{kind}, {length}, {people} {'person' if people == 1 else 'people'}"
