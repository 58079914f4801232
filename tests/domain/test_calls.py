"""The call machine: every state with every event, and random stories with late and doubled events."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chatbeside.domain import calls
from chatbeside.domain.calls import (
    Accept,
    Call,
    CallKind,
    CallState,
    CannotConnect,
    Connected,
    Decline,
    Effect,
    EndReason,
    Gone,
    HangUp,
    Happening,
    Restarted,
    TimePassed,
    call_entry,
    call_to_wire,
    deadline,
    refused_busy,
    step,
)
from chatbeside.domain.errors import Conflict, NotAllowed

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = START + timedelta(seconds=5)
FAR = START + timedelta(hours=1)

RINGING = Call("c", CallKind.VIDEO, "r", "ann", "ben", "ann-1", START)
CONNECTING = step(RINGING, Accept("ben", "ben-1", START)).call
ACTIVE = step(CONNECTING, Connected("ann", "ann-1", START)).call
ENDED = step(ACTIVE, HangUp("ann", START)).call
STATES = {"ringing": RINGING, "connecting": CONNECTING, "active": ACTIVE, "ended": ENDED}

OVER = (Effect.TELL, Effect.FORGET_SIGNALS, Effect.WRITE_ENTRY)
SAME = "same"

# For every happening what each state becomes: a state, a reason (the call ends), SAME, or the error that comes out.
TABLE: list[tuple[Happening, dict[str, object]]] = [
    (
        Accept("ben", "ben-1", LATER),
        {"ringing": CallState.CONNECTING, "connecting": SAME, "active": SAME, "ended": Conflict},
    ),
    (
        Accept("ben", "ben-2", LATER),
        {"ringing": CallState.CONNECTING, "connecting": Conflict, "active": Conflict, "ended": Conflict},
    ),
    (Accept("ann", "ann-1", LATER), dict.fromkeys(STATES, NotAllowed)),
    (Accept("eve", "eve-1", LATER), dict.fromkeys(STATES, NotAllowed)),
    (
        Decline("ben", LATER),
        {"ringing": EndReason.DECLINED, "connecting": SAME, "active": SAME, "ended": SAME},
    ),
    (Decline("ann", LATER), dict.fromkeys(STATES, SAME)),
    (Decline("eve", LATER), dict.fromkeys(STATES, SAME)),
    (
        HangUp("ann", LATER),
        {
            "ringing": EndReason.CANCELLED,
            "connecting": EndReason.HUNG_UP,
            "active": EndReason.HUNG_UP,
            "ended": SAME,
        },
    ),
    (
        HangUp("ben", LATER),
        {
            "ringing": EndReason.DECLINED,
            "connecting": EndReason.HUNG_UP,
            "active": EndReason.HUNG_UP,
            "ended": SAME,
        },
    ),
    (HangUp("eve", LATER), dict.fromkeys(STATES, SAME)),
    (
        Connected("ann", "ann-1", LATER),
        {"ringing": SAME, "connecting": CallState.ACTIVE, "active": SAME, "ended": SAME},
    ),
    (
        Connected("ben", "ben-1", LATER),
        {"ringing": SAME, "connecting": CallState.ACTIVE, "active": SAME, "ended": SAME},
    ),
    (Connected("ben", "ben-2", LATER), dict.fromkeys(STATES, SAME)),
    (Connected("eve", "ann-1", LATER), dict.fromkeys(STATES, SAME)),
    (
        CannotConnect("ann", "ann-1", LATER),
        {"ringing": SAME, "connecting": EndReason.FAILED, "active": EndReason.FAILED, "ended": SAME},
    ),
    (CannotConnect("ben", "ben-2", LATER), dict.fromkeys(STATES, SAME)),
    (CannotConnect("eve", "ben-1", LATER), dict.fromkeys(STATES, SAME)),
    (
        Gone("ann", "ann-1", LATER),
        {
            "ringing": EndReason.CALLER_GONE,
            "connecting": EndReason.CALLER_GONE,
            "active": EndReason.CALLER_GONE,
            "ended": SAME,
        },
    ),
    (
        Gone("ben", "ben-1", LATER),
        {
            "ringing": SAME,
            "connecting": EndReason.CALLEE_GONE,
            "active": EndReason.CALLEE_GONE,
            "ended": SAME,
        },
    ),
    (Gone("ann", "ann-2", LATER), dict.fromkeys(STATES, SAME)),
    (Gone("eve", "ann-1", LATER), dict.fromkeys(STATES, SAME)),
    (TimePassed(LATER), dict.fromkeys(STATES, SAME)),
    (
        TimePassed(FAR),
        {"ringing": EndReason.MISSED, "connecting": EndReason.FAILED, "active": SAME, "ended": SAME},
    ),
    (
        Restarted(LATER),
        {
            "ringing": EndReason.SERVER_RESTARTED,
            "connecting": EndReason.SERVER_RESTARTED,
            "active": EndReason.SERVER_RESTARTED,
            "ended": SAME,
        },
    ),
]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("happening", "outcome"), TABLE, ids=lambda value: type(value).__name__)
def test_every_state_with_every_event(state: str, happening: Happening, outcome: dict[str, object]) -> None:
    call, expected = STATES[state], outcome[state]
    if isinstance(expected, type):
        with pytest.raises(expected):
            step(call, happening)
        return
    after = step(call, happening)
    if expected == SAME:
        assert after.call is call
        assert after.effects == ()
        return
    assert after.call.version == call.version + 1
    if isinstance(expected, CallState):
        assert after.call.state is expected
        assert after.call.reason is None
        assert after.effects == (Effect.TELL,)
    else:
        assert after.call.state is CallState.ENDED
        assert after.call.reason is expected
        assert after.call.ended_at == happening.at
        assert after.effects == OVER


def test_the_table_has_every_event() -> None:
    assert {type(happening) for happening, _ in TABLE} == set(Happening.__args__)


def test_ringing_lasts_45_seconds_to_the_millisecond() -> None:
    moment = timedelta(milliseconds=1)
    assert step(RINGING, TimePassed(START + timedelta(seconds=45) - moment)).call.state is CallState.RINGING
    assert step(RINGING, TimePassed(START + timedelta(seconds=45))).call.reason is EndReason.MISSED
    assert deadline(RINGING) == START + timedelta(seconds=45)
    assert deadline(CONNECTING) == START + calls.CONNECT
    assert deadline(ACTIVE) is None
    assert deadline(ENDED) is None


def test_length_counts_from_the_first_sound() -> None:
    active = step(CONNECTING, Connected("ben", "ben-1", START + timedelta(seconds=3))).call
    over = step(active, HangUp("ben", START + timedelta(seconds=64, milliseconds=900))).call
    assert over.seconds == 61
    assert over.ended_by == "ben"
    assert call_entry(over) == {"call": "c", "kind": "video", "reason": "hung_up", "seconds": 61}
    assert step(RINGING, Decline("ben", LATER)).call.seconds == 0


def test_busy_never_rings() -> None:
    busy = refused_busy(RINGING, LATER)
    assert (busy.call.state, busy.call.reason, busy.call.version) == (CallState.ENDED, EndReason.BUSY, 1)
    assert busy.effects == OVER


def test_on_the_wire() -> None:
    assert call_to_wire(ENDED) == {
        "_id": "c",
        "kind": "video",
        "room": "r",
        "caller": "ann",
        "callee": "ben",
        "callerDevice": "ann-1",
        "calleeDevice": "ben-1",
        "state": "ended",
        "reason": "hung_up",
        "startedAt": "2026-01-01T12:00:00.000Z",
        "answeredAt": "2026-01-01T12:00:00.000Z",
        "activeAt": "2026-01-01T12:00:00.000Z",
        "endedAt": "2026-01-01T12:00:00.000Z",
        "endedBy": "ann",
        "ringsUntil": "2026-01-01T12:00:45.000Z",
        "version": 4,
    }
    assert call_to_wire(RINGING)["endedAt"] is None


people = st.sampled_from(["ann", "ben", "eve"])
devices = st.sampled_from(["ann-1", "ann-2", "ben-1", "ben-2", "eve-1"])
ORDER = [CallState.RINGING, CallState.CONNECTING, CallState.ACTIVE, CallState.ENDED]


class Story(RuleBasedStateMachine):
    """Events in any order, doubled and late. Two accepts that both saw the ringing call are in it as well."""

    @initialize()
    def begin(self) -> None:
        self.now = START
        self.call = RINGING
        self.seen = [RINGING]
        self.entries = 0

    @rule(seconds=st.integers(0, 60))
    def time(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.take(TimePassed(self.now))

    @rule(user=people, device=devices)
    def accept(self, user: str, device: str) -> None:
        self.take(Accept(user, device, self.now))

    @rule(user=people)
    def decline(self, user: str) -> None:
        self.take(Decline(user, self.now))

    @rule(user=people)
    def hang_up(self, user: str) -> None:
        self.take(HangUp(user, self.now))

    @rule(user=people, device=devices)
    def connected(self, user: str, device: str) -> None:
        self.take(Connected(user, device, self.now))

    @rule(user=people, device=devices)
    def cannot(self, user: str, device: str) -> None:
        self.take(CannotConnect(user, device, self.now))

    @rule(user=people, device=devices)
    def gone(self, user: str, device: str) -> None:
        self.take(Gone(user, device, self.now))

    @rule()
    def restart(self) -> None:
        self.take(Restarted(self.now))

    @rule(first=devices, second=devices)
    def two_accepts_at_once(self, first: str, second: str) -> None:
        """Both read the same call; the store keeps the change that fits the stored version, the other reads again."""
        before = self.call
        self.take(Accept("ben", first, self.now))
        if self.call is not before:
            try:
                stale = step(before, Accept("ben", second, self.now)).call
            except (Conflict, NotAllowed):
                return
            assert stale.version == self.call.version, "a compare-and-set on the version must refuse it"
            self.take(Accept("ben", second, self.now))
            assert self.call.callee_device == first

    def take(self, happening: Happening) -> None:
        try:
            after = step(self.call, happening)
        except (Conflict, NotAllowed):
            assert isinstance(happening, Accept)
            return
        if after.call != self.call:
            assert not self.call.ended
            assert getattr(happening, "user_id", "ann") != "eve"
            assert after.call.version == self.call.version + 1
            assert Effect.TELL in after.effects
            self.entries += Effect.WRITE_ENTRY in after.effects
        else:
            assert after.effects == ()
        self.call = after.call
        self.seen.append(self.call)

    @invariant()
    def only_forward(self) -> None:
        ranks = [ORDER.index(call.state) for call in self.seen]
        assert ranks == sorted(ranks)

    @invariant()
    def one_entry_at_the_end(self) -> None:
        assert self.entries == (1 if self.call.ended else 0)
        assert (self.call.reason is not None) == self.call.ended

    @invariant()
    def never_two_devices(self) -> None:
        answered = {call.callee_device for call in self.seen} - {None}
        assert len(answered) <= 1
        if self.call.callee_device:
            assert self.call.answered_at is not None
            assert self.call == replace(self.call, callee_device=next(iter(answered)))


TestStory = Story.TestCase
