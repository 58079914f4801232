import asyncio
from dataclasses import replace

import pytest

from chatbeside.domain.calls import CallKind
from chatbeside.domain.group_calls import Come, Go, GroupCall, GroupEnd, step
from chatbeside.domain.ids import new_id
from chatbeside.store.interfaces import Store, Taken
from tests.contract.conftest import Place
from tests.contract.make import at


def call(room: str, seconds: float = 0) -> GroupCall:
    ann = new_id()
    made = GroupCall(new_id(), room, CallKind.AUDIO, ann, at(seconds), "process")
    return replace(step(made, Come(ann, "device", at(seconds))).call, version=1)


async def test_a_call_of_a_room_through_its_life(store: Store) -> None:
    first = call(new_id())
    await store.group_calls.add(first)
    assert await store.group_calls.get(first.id) == await store.group_calls.open_in(first.room_id) == first
    ben = new_id()
    two = step(first, Come(ben, "other", at(3), camera=True)).call
    assert await store.group_calls.replace(two) is True
    assert await store.group_calls.unfinished(limit=9) == [two]
    one = step(two, Go(first.started_by, at(50))).call
    over = step(one, Go(ben, at(60))).call
    assert await store.group_calls.replace(one) is True
    assert await store.group_calls.replace(over) is True
    assert await store.group_calls.get(first.id) == over
    assert (over.reason, over.people) == (GroupEnd.LEFT, (first.started_by, ben))
    assert await store.group_calls.open_in(first.room_id) is None
    assert await store.group_calls.unfinished(limit=9) == []
    assert await store.group_calls.get(new_id()) is None


async def test_a_room_has_one_call_at_a_time(store: Store) -> None:
    first = call(new_id())
    await store.group_calls.add(first)
    with pytest.raises(Taken, match="room"):
        await store.group_calls.add(call(first.room_id))
    await store.group_calls.add(call(new_id(), 9))
    over = step(first, Go(first.started_by, at(60))).call
    assert await store.group_calls.replace(over)
    again = call(first.room_id, 70)
    await store.group_calls.add(again)
    assert await store.group_calls.open_in(first.room_id) == again


async def test_the_calls_of_some_rooms(store: Store) -> None:
    made = [call(new_id(), number) for number in range(3)]
    for each in made:
        await store.group_calls.add(each)
    assert await store.group_calls.replace(step(made[0], Go(made[0].started_by, at(60))).call)
    found = await store.group_calls.open_among([made[0].room_id, made[2].room_id, new_id()])
    assert found == made[2:]
    assert await store.group_calls.open_among([]) == []
    assert await store.group_calls.unfinished(limit=1) == [made[1]]
    assert await store.group_calls.unfinished(limit=9, after=made[1]) == [made[2]]


async def test_of_many_that_begin_at_once_one_holds(store: Store) -> None:
    room = new_id()
    tries = await asyncio.gather(*(store.group_calls.add(call(room)) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(each, Taken) for each in tries) == 4
    assert len(await store.group_calls.unfinished(limit=9)) == 1


async def test_of_two_changes_at_once_one_holds(place: Place, store: Store) -> None:
    if place.kind == "ferretdb":
        pytest.skip("FerretDB 1 does not update atomically.")
    first = call(new_id())
    await store.group_calls.add(first)
    changes = [step(first, Come(new_id(), f"device-{number}", at(3))).call for number in range(5)]
    held = await asyncio.gather(*(store.group_calls.replace(each) for each in changes))
    assert held.count(True) == 1
    assert await store.group_calls.get(first.id) == changes[held.index(True)]
