import asyncio
from dataclasses import replace

import pytest

from chatbeside.domain.calls import Accept, Call, CallKind, HangUp, step
from chatbeside.domain.captions import caption
from chatbeside.domain.ids import new_id
from chatbeside.store.interfaces import Store, Taken
from tests.contract.conftest import Place
from tests.contract.make import at


def call(caller: str, callee: str, seconds: float = 0) -> Call:
    return Call(new_id(), CallKind.VIDEO, new_id(), caller, callee, "device-1", at(seconds))


async def test_a_call_through_its_life(store: Store) -> None:
    ann, ben = new_id(), new_id()
    ringing = call(ann, ben)
    await store.calls.add(ringing)
    assert await store.calls.get(ringing.id) == ringing
    assert await store.calls.open_of(ann) == await store.calls.open_of(ben) == ringing
    accepted = step(ringing, Accept(ben, "device-2", at(3))).call
    assert await store.calls.replace(accepted) is True
    assert await store.calls.unfinished(limit=9) == [accepted]
    accepted = caption(accepted, ben, "leg").call
    assert await store.calls.replace(accepted) is True
    assert await store.calls.get(ringing.id) == accepted
    over = step(accepted, HangUp(ann, at(60))).call
    assert await store.calls.replace(over) is True
    assert await store.calls.get(ringing.id) == over
    assert await store.calls.open_of(ann) is None
    assert await store.calls.open_of(ben) is None
    assert await store.calls.unfinished(limit=9) == []
    assert await store.calls.get(new_id()) is None


async def test_of_two_answers_at_once_one_holds(place: Place, store: Store) -> None:
    if place.kind == "ferretdb":
        pytest.skip("FerretDB 1 does not update atomically.")
    ann, ben = new_id(), new_id()
    ringing = call(ann, ben)
    await store.calls.add(ringing)
    answers = [step(ringing, Accept(ben, f"device-{number}", at(3))).call for number in range(5)]
    held = await asyncio.gather(*(store.calls.replace(each) for each in answers))
    assert held.count(True) == 1
    assert await store.calls.get(ringing.id) == answers[held.index(True)]


async def test_a_change_of_a_call_that_nobody_knows_is_refused(store: Store) -> None:
    assert await store.calls.replace(replace(call(new_id(), new_id()), version=2)) is False


async def test_nobody_is_in_two_calls(store: Store) -> None:
    ann, ben, cleo = new_id(), new_id(), new_id()
    first = call(ann, ben)
    await store.calls.add(first)
    for caller, callee in ((ann, cleo), (cleo, ann), (ben, cleo), (cleo, ben), (ben, ann)):
        with pytest.raises(Taken, match="person"):
            await store.calls.add(call(caller, callee))
    assert await store.calls.unfinished(limit=9) == [first]
    over = step(call(cleo, ann), HangUp(cleo, at(1))).call
    await store.calls.add(over)  # one that never rang
    assert await store.calls.get(over.id) == over
    assert await store.calls.replace(step(first, HangUp(ann, at(1))).call)
    await store.calls.add(call(ben, cleo, 5))


async def test_of_many_that_begin_at_once_at_most_one_holds(store: Store) -> None:
    people = [new_id() for _ in range(4)]
    tries = [call(one, other) for one in people for other in people if one < other and people[0] in (one, other)]
    await asyncio.gather(*(store.calls.add(each) for each in tries), return_exceptions=True)
    assert len(await store.calls.unfinished(limit=9)) <= 1


async def test_unfinished_ones_come_in_order(store: Store) -> None:
    made = [call(new_id(), new_id(), number) for number in range(3)]
    for each in reversed(made):
        await store.calls.add(each)
    assert await store.calls.unfinished(limit=9) == made
    assert await store.calls.unfinished(limit=2) == made[:2]
    assert await store.calls.unfinished(limit=2, after=made[1]) == made[2:]
    assert await store.calls.unfinished(limit=2, after=made[2]) == []


async def test_unfinished_ones_that_began_together_are_not_skipped(store: Store) -> None:
    made = sorted((call(new_id(), new_id()) for _ in range(4)), key=lambda each: each.id)
    for each in made:
        await store.calls.add(each)
    found = await store.calls.unfinished(limit=3)
    assert found + await store.calls.unfinished(limit=3, after=found[-1]) == made
