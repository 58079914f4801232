"""The newest state of rooms: right however much happened since it was asked for, and few queries for many rooms."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from chatbeside.domain.ids import new_id
from chatbeside.domain.models import RoomHead
from chatbeside.store.interfaces import Store
from chatbeside.store.mongo import MongoStore
from tests.contract.conftest import SERVERS, WATCH, Place
from tests.contract.make import fill, message


async def true_head(store: Store, room_id: str) -> RoomHead:
    changed = await store.messages.changes(room_id, after_rev=0, limit=1000)
    last = max(changed, key=lambda each: each.seq)
    return RoomHead(room_id, last.seq, changed[-1].rev, last)


async def test_heads_stay_right_as_rooms_grow(store: Store) -> None:
    busy, quiet = new_id(), new_id()
    for _ in range(3):
        ids = await fill(store, busy, 30)
        for each in (ids[0], ids[-1], ids[0]):
            await store.messages.change(each, lambda old: replace(old, content=old.content + " edited"))
        heads = await store.messages.heads([quiet, busy])
        assert heads == {busy: await true_head(store, busy), quiet: RoomHead(quiet, 0, 0, None)}
    await fill(store, quiet, 1)
    assert (await store.messages.heads([quiet]))[quiet] == await true_head(store, quiet)


async def test_a_second_process_sees_the_same(place: Place, store: Store) -> None:
    room = new_id()
    await fill(store, room, 3)
    await store.messages.heads([room])
    other = await place.open()
    await fill(other, room, 2)
    assert (await store.messages.heads([room]))[room] == await true_head(other, room)


@pytest.fixture(params=SERVERS)
async def mongo(request: pytest.FixtureRequest, places: Callable[[str], Place]) -> AsyncIterator[MongoStore]:
    made = places(request.param)
    opened = await made.open()
    assert isinstance(opened, MongoStore)
    yield opened
    await made.close()


async def test_many_rooms_are_few_queries(mongo: MongoStore) -> None:
    rooms = [new_id() for _ in range(120)]
    for number, room in enumerate(rooms):
        if number % 3:
            await mongo.messages.append(message(room))
    first = await mongo.messages.heads(rooms)
    WATCH.commands.clear()
    assert await mongo.messages.heads(rooms) == first
    assert len(WATCH.commands) <= 5, "the marks, and two for each hundred rooms"


async def test_a_mark_that_is_wrong_or_lost_is_found_out(mongo: MongoStore) -> None:
    room = new_id()
    await fill(mongo, room, 3)
    right = await mongo.messages.heads([room])
    marks = mongo.messages.collection._connection.collection("heads")
    await marks.update_one({"_id": room}, {"$set": {"rev": 99, "seq": 98}})
    assert await mongo.messages.heads([room]) == right, "as after a backup was laid over a newer database"
    await marks.delete_one({"_id": room})
    assert await mongo.messages.heads([room]) == right
