"""The machine of calls of rooms: every happening in every state, and the limits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chatbeside.domain.calls import CallKind
from chatbeside.domain.errors import Conflict
from chatbeside.domain.group_calls import (
    ALONE,
    PICTURES_MOST,
    SEATS_MOST,
    CallFull,
    Close,
    Come,
    Go,
    GroupCall,
    GroupEffect,
    GroupEnd,
    GroupHappening,
    GroupState,
    Seat,
    Show,
    Tick,
    deadline,
    group_call_entry,
    group_call_to_wire,
    step,
)

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def with_people(*names: str, camera: bool = False) -> GroupCall:
    call = GroupCall("call", "room", CallKind.VIDEO, names[0] if names else "ann", START)
    for name in names:
        call = step(call, Come(name, f"{name}-1", at(1), camera=camera)).call
    return call


ENDED = step(with_people("ann"), Go("ann", at(9))).call


def test_people_come_and_go() -> None:
    one = with_people("ann")
    assert one.alone_since == at(1)
    two = step(one, Come("ben", "ben-1", at(2), muted=True))
    assert two.effects == (GroupEffect.TELL,)
    assert two.call.seats == (Seat("ann", "ann-1"), Seat("ben", "ben-1", muted=True))
    assert (two.call.alone_since, two.call.version) == (None, one.version + 1)
    left = step(two.call, Go("ann", at(5), "ann-1")).call
    assert (left.seats, left.people, left.alone_since) == ((Seat("ben", "ben-1", muted=True),), ("ann", "ben"), at(5))
    over = step(left, Go("ben", at(65)))
    assert over.effects == (GroupEffect.TELL, GroupEffect.WRITE_ENTRY)
    assert (over.call.state, over.call.reason, over.call.seconds) == (GroupState.ENDED, GroupEnd.LEFT, 65)
    assert over.call.seats == ()
    assert group_call_entry(over.call) == {
        "call": "call",
        "kind": "video",
        "reason": "left",
        "seconds": 65,
        "people": ["ann", "ben"],
    }


def test_coming_again_moves_the_seat_and_keeps_its_place() -> None:
    call = with_people("ann", "ben")
    same = step(call, Come("ann", "ann-1", at(9)))
    assert (same.call, same.effects) == (call, ())
    moved = step(call, Come("ann", "ann-2", at(9))).call
    assert [seat.device for seat in moved.seats] == ["ann-2", "ben-1"]
    assert moved.people == ("ann", "ben")
    assert not moved.holds("ann", "ann-1")
    late = step(moved, Go("ann", at(10), "ann-1"))
    assert late.effects == (), "the device that is not in it any more cannot leave"


def test_the_thirteenth_is_told() -> None:
    call = with_people(*(f"p{number}" for number in range(SEATS_MOST)))
    with pytest.raises(CallFull, match="12 people"):
        step(call, Come("late", "d", at(3)))
    assert step(call, Come("p3", "other", at(3))).call.holds("p3", "other"), "who is in it can come back"
    free = step(call, Go("p0", at(4))).call
    assert step(free, Come("late", "d", at(5))).call.holds("late", "d")


def test_the_seventh_picture_comes_as_sound() -> None:
    call = with_people(*(f"p{number}" for number in range(PICTURES_MOST)), camera=True)
    seventh = step(call, Come("late", "d", at(3), camera=True)).call
    assert seventh.seat("late") == Seat("late", "d")
    with pytest.raises(Conflict, match="turn theirs off"):
        step(seventh, Show("late", "d", at(4), muted=False, camera=False, screen=True))
    muted = step(seventh, Show("late", "d", at(4), muted=True, camera=False, screen=False)).call
    hidden = step(muted, Show("p0", "p0-1", at(5), muted=False, camera=False, screen=False)).call
    shown = step(hidden, Show("late", "d", at(6), muted=True, camera=True, screen=True)).call
    assert shown.seat("late") == Seat("late", "d", muted=True, camera=True, screen=True)
    with pytest.raises(Conflict):
        step(shown, Show("p0", "p0-1", at(7), muted=False, camera=True, screen=False))
    back = step(shown, Come("late", "d2", at(8), camera=True)).call
    assert back.seat("late") == Seat("late", "d2", camera=True), "a reload keeps the own place"


def test_who_is_alone_for_long_is_let_go() -> None:
    call = with_people("ann", "ben")
    assert deadline(call) is None
    alone = step(call, Go("ben", at(10))).call
    assert deadline(alone) == at(10) + ALONE
    muted = step(alone, Show("ann", "ann-1", at(20), muted=True, camera=False, screen=False)).call
    assert deadline(muted) == at(10) + ALONE, "what one does alone does not begin it anew"
    early = step(muted, Tick(at(10) + ALONE - timedelta(seconds=1)))
    assert early.effects == ()
    over = step(muted, Tick(at(10) + ALONE)).call
    assert over.reason is GroupEnd.ALONE
    assert deadline(over) is None


@pytest.mark.parametrize("reason", [GroupEnd.SERVER_RESTARTED, GroupEnd.ROOM_CLOSED])
def test_the_server_can_end_it(reason: GroupEnd) -> None:
    over = step(with_people("ann", "ben"), Close(at(5), reason))
    assert over.call.reason is reason
    assert GroupEffect.WRITE_ENTRY in over.effects


@pytest.mark.parametrize(
    "happening",
    [
        Show("ann", "ann-1", at(10), muted=True, camera=False, screen=False),
        Go("ann", at(10)),
        Tick(at(10) + 10 * ALONE),
        Close(at(10), GroupEnd.SERVER_RESTARTED),
    ],
)
def test_what_comes_after_the_end_changes_nothing(happening: GroupHappening) -> None:
    after = step(ENDED, happening)
    assert (after.call, after.effects) == (ENDED, ())


def test_nobody_comes_after_the_end() -> None:
    with pytest.raises(Conflict, match="over"):
        step(ENDED, Come("ben", "b", at(10)))


@pytest.mark.parametrize(
    "happening",
    [
        Show("eve", "e", at(5), muted=True, camera=False, screen=False),
        Show("ann", "other", at(5), muted=True, camera=False, screen=False),
        Show("ann", "ann-1", at(5), muted=False, camera=False, screen=False),
        Go("eve", at(5)),
        Go("ann", at(5), "other"),
        Tick(at(5)),
    ],
)
def test_what_does_not_concern_it_changes_nothing(happening: GroupHappening) -> None:
    call = with_people("ann", "ben")
    after = step(call, happening)
    assert (after.call, after.effects) == (call, ())


def test_on_the_wire() -> None:
    wire = group_call_to_wire(replace(with_people("ann"), id="c"))
    assert wire["seats"] == [{"user": "ann", "device": "ann-1", "muted": False, "camera": False, "screen": False}]
    assert (wire["state"], wire["reason"], wire["endedAt"], wire["people"]) == ("active", None, None, ["ann"])
