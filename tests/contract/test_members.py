from dataclasses import replace

from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Receipt, Role
from chatbeside.store.interfaces import Store
from chatbeside.store.mongo import MongoStore
from chatbeside.store.records import PLAIN_CODECS
from chatbeside.store.turns import TURN
from tests.contract.make import member
from tests.turns import Counted


async def test_a_membership_is_stored_once(store: Store) -> None:
    made = member(new_id(), new_id(), role=Role.OWNER, pinned=True)
    assert await store.members.add(made) is True
    assert await store.members.add(replace(made, role=Role.MEMBER)) is False
    assert await store.members.get(made.room_id, made.user_id) == made
    assert await store.members.get(made.room_id, new_id()) is None
    assert await store.members.remove(made.room_id, made.user_id) is True
    assert await store.members.remove(made.room_id, made.user_id) is False
    assert await store.members.get(made.room_id, made.user_id) is None


async def test_lists_and_counts(store: Store) -> None:
    room_id, other = new_id(), new_id()
    users = sorted(new_id() for _ in range(5))
    for user_id in reversed(users):
        await store.members.add(member(room_id, user_id))
    await store.members.add(member(other, users[0]))
    assert [each.user_id for each in await store.members.of_room(room_id)] == users
    assert [each.user_id for each in await store.members.of_room(room_id, limit=2, after=users[1])] == users[2:4]
    assert {each.room_id for each in await store.members.of_user(users[0])} == {room_id, other}
    assert await store.members.count(room_id) == 5
    assert await store.members.count(new_id()) == 0
    assert await store.members.counts([room_id, new_id(), other, room_id]) == {room_id: 5, other: 1}
    assert await store.members.counts([]) == {}


async def test_who_leads_a_room_and_who_is_in_it(store: Store) -> None:
    room_id, (ann, ben, cleo) = new_id(), sorted(new_id() for _ in range(3))
    owner, admin = member(room_id, cleo, role=Role.OWNER), member(room_id, ann, role=Role.ADMIN)
    for each in (owner, admin, member(room_id, ben), member(new_id(), ben, role=Role.OWNER)):
        await store.members.add(each)
    assert await store.members.leading(room_id) == [admin, owner]
    await store.members.update(room_id, ben, {"role": Role.ADMIN})
    await store.members.update(room_id, ann, {"role": Role.MEMBER})
    assert [each.user_id for each in await store.members.leading(room_id)] == [ben, cleo]
    assert await store.members.leading(new_id()) == []
    assert await store.members.among(room_id, [ben, new_id(), ann]) == {ann, ben}
    assert await store.members.among(room_id, []) == set()


async def test_a_long_list_lets_others_have_their_turn(store: Store) -> None:
    if not isinstance(store, MongoStore):
        return  # the embedded store reads in threads
    collection, room_id = store.members.collection, new_id()
    await store.load("members", [PLAIN_CODECS["members"].encode(member(room_id, new_id())) for _ in range(2 * TURN)])
    collection.value = value = Counted(collection.value)  # type: ignore[method-assign]
    async with value.counting():
        assert len(await store.members.of_room(room_id)) == 2 * TURN
    assert (value.calls, value.most) == (2 * TURN, TURN)


async def test_fields_change(store: Store) -> None:
    made = member(new_id(), new_id())
    await store.members.add(made)
    changed = await store.members.update(
        made.room_id, made.user_id, {"role": Role.ADMIN, "muted": True, "notify": "none"}
    )
    assert changed == replace(made, role=Role.ADMIN, muted=True, notify="none")
    assert await store.members.get(made.room_id, made.user_id) == changed
    assert await store.members.update(made.room_id, new_id(), {"muted": True}) is None


async def test_pointers_only_rise(store: Store) -> None:
    room_id, user_id = new_id(), new_id()
    assert await store.receipts.get(room_id, user_id) == Receipt(room_id, user_id, 0, 0)
    assert await store.receipts.advance(room_id, user_id, read_seq=5) == Receipt(room_id, user_id, 5, 0)
    assert await store.receipts.advance(room_id, user_id, read_seq=3, delivered_seq=9) == Receipt(
        room_id, user_id, 5, 9
    )
    assert await store.receipts.advance(room_id, user_id) == Receipt(room_id, user_id, 5, 9)
    assert await store.receipts.get(room_id, user_id) == Receipt(room_id, user_id, 5, 9)


async def test_pointers_of_a_room_and_of_a_person(store: Store) -> None:
    rooms, users = [new_id() for _ in range(3)], sorted(new_id() for _ in range(3))
    for number, room_id in enumerate(rooms):
        await store.receipts.advance(room_id, users[0], read_seq=number + 1)
    for user_id in users:
        await store.receipts.advance(rooms[0], user_id, delivered_seq=7)
    assert {room_id: each.read_seq for room_id, each in (await store.receipts.of_user(users[0])).items()} == {
        rooms[0]: 1,
        rooms[1]: 2,
        rooms[2]: 3,
    }
    assert await store.receipts.of_user(new_id()) == {}


async def test_pointers_of_those_who_are_there(store: Store) -> None:
    rooms, (ann, ben, cleo) = sorted(new_id() for _ in range(2)), sorted(new_id() for _ in range(3))
    for number, room_id in enumerate(rooms):
        for user_id in (ann, ben, cleo):
            await store.receipts.advance(room_id, user_id, read_seq=number + 1)
    for room_id, user_id in ((rooms[0], ben), (rooms[0], ann), (rooms[1], cleo), (rooms[1], new_id())):
        await store.members.add(member(room_id, user_id))
    found = await store.receipts.of_members([*rooms, new_id(), rooms[0]])
    assert found == {
        rooms[0]: [Receipt(rooms[0], ann, 1, 0), Receipt(rooms[0], ben, 1, 0)],
        rooms[1]: [Receipt(rooms[1], cleo, 2, 0)],
    }
    await store.members.remove(rooms[0], ann)
    assert await store.receipts.of_members([rooms[0]]) == {rooms[0]: [Receipt(rooms[0], ben, 1, 0)]}
    assert await store.receipts.of_members([]) == {}
