"""The call machine: ``ringing -> connecting -> active -> ended(reason)``.

Pure: events in, the next call and effects out.

The server owns the state of every call; browsers show it. Which *devices* are in a call matters as much as
which people: a call rings on all devices of the callee, one of them answers, and for the others it is over
("answered elsewhere"). A device is one page of one client, named by the client; it keeps its name over a
reload, so that it can come back into its call.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, get_args

from typing_extensions import TypedDict

from chatbeside.domain.clock import iso
from chatbeside.domain.errors import Conflict, NotAllowed

RING_SECONDS = 45
"""How long a call rings at most."""
CONNECT = timedelta(seconds=40)
"""How long two devices may take to reach each other after the answer."""
AWAY = timedelta(seconds=20)
"""How long a device of a call may be gone (a reload, a network that changes) before the call is over."""


class CallKind(StrEnum):
    """What the caller offers; the callee may answer a call with picture by sound only."""

    AUDIO = "audio"
    VIDEO = "video"


class CallState(StrEnum):
    """Where a call stands."""

    RINGING = "ringing"
    CONNECTING = "connecting"
    ACTIVE = "active"
    ENDED = "ended"


class EndReason(StrEnum):
    """Why a call is over."""

    HUNG_UP = "hung_up"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    MISSED = "missed"
    BUSY = "busy"
    FAILED = "failed"
    CALLER_GONE = "caller_gone"
    CALLEE_GONE = "callee_gone"
    SERVER_RESTARTED = "server_restarted"


class Busy(Conflict):
    """One of the two is in a call already."""

    code = "busy"


@dataclass(frozen=True, slots=True)
class Call:
    """A call of two people.

    ``caller_device`` is in the call from the start, ``callee_device`` from the answer on. ``version`` rises with
    every change, so that of two changes at the same moment one is seen to be late. ``started_at`` is when it began
    to ring, ``answered_at`` when it was accepted, ``active_at`` when sound first flowed. ``ended_by`` is the person
    who ended it, if a person did. ``captions`` has, for each person whose words are written down now, the name of the
    connection that hears them (:mod:`chatbeside.domain.captions`).
    """

    id: str
    kind: CallKind
    room_id: str
    caller_id: str
    callee_id: str
    caller_device: str
    started_at: datetime
    state: CallState = CallState.RINGING
    reason: EndReason | None = None
    callee_device: str | None = None
    answered_at: datetime | None = None
    active_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    version: int = 1
    ring_seconds: int = RING_SECONDS
    captions: Mapping[str, str] = field(default_factory=dict)

    @property
    def rings_until(self) -> datetime:
        """When the ring runs out."""
        return self.started_at + timedelta(seconds=self.ring_seconds)

    @property
    def people(self) -> tuple[str, str]:
        """The user ids of both sides."""
        return (self.caller_id, self.callee_id)

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.state is CallState.ENDED

    @property
    def seconds(self) -> int:
        """For how many whole seconds they could talk; 0 when they never could."""
        if self.active_at is None or self.ended_at is None:
            return 0
        return max(0, int((self.ended_at - self.active_at).total_seconds()))

    def has(self, user_id: str) -> bool:
        """Return whether ``user_id`` is one of the two sides."""
        return user_id in self.people

    def other(self, user_id: str) -> str:
        """Return the id of the other side."""
        return self.callee_id if user_id == self.caller_id else self.caller_id

    def device_of(self, user_id: str) -> str | None:
        """Return the device with which a side is in the call; ``None`` for a callee who has not answered."""
        return self.caller_device if user_id == self.caller_id else self.callee_device

    def holds(self, user_id: str, device: str) -> bool:
        """Return whether this device of this person is in the call."""
        return self.has(user_id) and self.device_of(user_id) == device


@dataclass(frozen=True, slots=True)
class Accept:
    """The callee answers on one device."""

    user_id: str
    device: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Decline:
    """The callee does not want the call; for all their devices."""

    user_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HangUp:
    """Somebody ends the call: a caller who gives up, a callee who declines late, either of them when they talked."""

    user_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Connected:
    """A device of the call says that sound flows."""

    user_id: str
    device: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CannotConnect:
    """A device of the call says that it cannot reach the other one, or not any more."""

    user_id: str
    device: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Gone:
    """A device has been away for longer than :data:`AWAY`."""

    user_id: str
    device: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Nothing happened; it is now ``at``."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Restarted:
    """The server was started and finds this call unfinished."""

    at: datetime


Happening = Accept | Decline | HangUp | Connected | CannotConnect | Gone | TimePassed | Restarted


def happening_to_json(happening: Happening) -> dict[str, str]:
    """Return what happened in a form for another worker."""
    values = {each.name: getattr(happening, each.name) for each in fields(happening)}
    return {**values, "at": happening.at.isoformat(), "what": type(happening).__name__}


def happening_from_json(told: Mapping[str, str]) -> Happening:
    """Return what :func:`happening_to_json` told of. Raises ``KeyError`` when there is no such thing."""
    values: dict[str, Any] = {name: value for name, value in told.items() if name != "what"}
    values["at"] = datetime.fromisoformat(told["at"])
    kinds = {each.__name__: each for each in get_args(Happening)}
    happening: Happening = kinds[told["what"]](**values)
    return happening


class Effect(StrEnum):
    """What is to be done after a change was stored."""

    TELL = "tell"
    """Tell all devices of both sides."""
    FORGET_SIGNALS = "forget_signals"
    """Throw away what the two browsers sent each other."""
    WRITE_ENTRY = "write_entry"
    """Write the call into the timeline."""
    CAPTION = "caption"
    """Write down what one of them says, or no more."""


@dataclass(frozen=True, slots=True)
class Step:
    """The call after something happened, and what follows from it; no effects when nothing changed."""

    call: Call
    effects: tuple[Effect, ...] = ()


def step(call: Call, happening: Happening) -> Step:
    """Return what becomes of ``call``.

    What comes late changes nothing: a call that is over stays as it is, and saying the same twice is fine.

    Raises:
        Conflict: An answer that comes too late: the call is over, or another device answered it.
        NotAllowed: An answer by somebody who was not called.
    """
    match happening:
        case Accept():
            return _accept(call, happening)
        case _ if call.ended:
            return Step(call)
        case Connected():
            return _connected(call, happening)
        case Decline() | HangUp():
            return _end_or_stay(call, _reason_of_a_person(call, happening), happening)
        case CannotConnect() | Gone():
            return _end_or_stay(call, _reason_of_a_device(call, happening), happening)
        case TimePassed() | Restarted():
            return _end_or_stay(call, _reason_of_the_server(call, happening), happening)


def deadline(call: Call) -> datetime | None:
    """Return when time alone changes ``call``: the ring runs out, or the two did not reach each other."""
    if call.state is CallState.RINGING:
        return call.rings_until
    if call.state is CallState.CONNECTING and call.answered_at is not None:
        return call.answered_at + CONNECT
    return None


def refused_busy(call: Call, at: datetime) -> Step:
    """Return ``call``, which never rang, as ended because the callee is in another one."""
    return _end(replace(call, version=0), EndReason.BUSY, at)


def _accept(call: Call, answer: Accept) -> Step:
    if answer.user_id != call.callee_id:
        raise NotAllowed("Only the person who is called can answer.")
    if call.callee_device == answer.device and not call.ended:
        return Step(call)
    if call.ended:
        raise Conflict("This call is over.")
    if call.state is not CallState.RINGING:
        raise Conflict("This call was answered on another device.")
    accepted = replace(
        call,
        state=CallState.CONNECTING,
        callee_device=answer.device,
        answered_at=answer.at,
        version=call.version + 1,
    )
    return Step(accepted, (Effect.TELL,))


def _connected(call: Call, connected: Connected) -> Step:
    if call.state is not CallState.CONNECTING or not call.holds(connected.user_id, connected.device):
        return Step(call)
    active = replace(call, state=CallState.ACTIVE, active_at=connected.at, version=call.version + 1)
    return Step(active, (Effect.TELL,))


def _reason_of_a_person(call: Call, said: Decline | HangUp) -> EndReason | None:
    if not call.has(said.user_id):
        return None
    if call.state is not CallState.RINGING:
        return EndReason.HUNG_UP if isinstance(said, HangUp) else None
    if said.user_id == call.callee_id:
        return EndReason.DECLINED
    return EndReason.CANCELLED if isinstance(said, HangUp) else None


def _reason_of_a_device(call: Call, said: CannotConnect | Gone) -> EndReason | None:
    if not call.holds(said.user_id, said.device):
        return None
    if isinstance(said, CannotConnect):
        return None if call.state is CallState.RINGING else EndReason.FAILED
    return EndReason.CALLER_GONE if said.user_id == call.caller_id else EndReason.CALLEE_GONE


def _reason_of_the_server(call: Call, said: TimePassed | Restarted) -> EndReason | None:
    if isinstance(said, Restarted):
        return EndReason.SERVER_RESTARTED
    due = deadline(call)
    if due is None or said.at < due:
        return None
    return EndReason.MISSED if call.state is CallState.RINGING else EndReason.FAILED


def _end_or_stay(call: Call, reason: EndReason | None, happening: Happening) -> Step:
    if reason is None:
        return Step(call)
    by = happening.user_id if isinstance(happening, Decline | HangUp) else None
    return _end(call, reason, happening.at, by=by)


def _end(call: Call, reason: EndReason, at: datetime, *, by: str | None = None) -> Step:
    ended = replace(call, state=CallState.ENDED, reason=reason, ended_at=at, ended_by=by, version=call.version + 1)
    return Step(ended, (Effect.TELL, Effect.FORGET_SIGNALS, Effect.WRITE_ENTRY))


class CallWire(TypedDict):
    """A call as both sides see it. A device compares its own name with ``callerDevice`` and ``calleeDevice``."""

    _id: str
    kind: str
    room: str
    caller: str
    callee: str
    callerDevice: str
    calleeDevice: str | None
    state: str
    reason: str | None
    startedAt: str
    answeredAt: str | None
    activeAt: str | None
    endedAt: str | None
    endedBy: str | None
    ringsUntil: str
    version: int


def call_to_wire(call: Call) -> CallWire:
    """Return ``call`` as the two sides see it."""

    def when(moment: datetime | None) -> str | None:
        return iso(moment) if moment else None

    return {
        "_id": call.id,
        "kind": call.kind.value,
        "room": call.room_id,
        "caller": call.caller_id,
        "callee": call.callee_id,
        "callerDevice": call.caller_device,
        "calleeDevice": call.callee_device,
        "state": call.state.value,
        "reason": call.reason.value if call.reason else None,
        "startedAt": iso(call.started_at),
        "answeredAt": when(call.answered_at),
        "activeAt": when(call.active_at),
        "endedAt": when(call.ended_at),
        "endedBy": call.ended_by,
        "ringsUntil": iso(call.rings_until),
        "version": call.version,
    }


def call_entry(call: Call) -> dict[str, object]:
    """Return the ``data`` of the timeline entry of a call that is over: ``{call, kind, reason, seconds}``."""
    return {
        "call": call.id,
        "kind": call.kind.value,
        "reason": call.reason.value if call.reason else EndReason.FAILED.value,
        "seconds": call.seconds,
    }


def was_missed(entry: Mapping[str, object]) -> bool:
    """Return whether the ``data`` of a timeline entry is of a call that the one who was called has missed."""
    return entry.get("reason") in _MISSED and not entry.get("seconds")


_MISSED = frozenset({EndReason.MISSED.value, EndReason.CANCELLED.value, EndReason.BUSY.value})
