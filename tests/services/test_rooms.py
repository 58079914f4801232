import asyncio

import pytest

from chatbeside.domain.errors import NotFound
from chatbeside.domain.ids import new_id, pair_key
from chatbeside.domain.models import Member, Role, Room, RoomKind, User
from chatbeside.services import rooms as module
from chatbeside.services.container import Services
from chatbeside.services.events import MessageStored, ReceiptAdvanced, RoomChanged
from chatbeside.store.turns import TURN
from tests.conftest import ManualClock, People, Recorder
from tests.turns import Counted


async def _say(services: Services, who, room_id: str, *texts: str) -> None:
    for text in texts:
        await services.messages.send(who, room_id, text, client_id=new_id())


async def test_two_people_have_one_conversation(services: Services, people: People) -> None:
    ann, ben = await people("ann"), await people("ben")
    room = await services.rooms.open_direct(ann, ben.user.id)
    assert room.kind is RoomKind.DIRECT
    assert await services.rooms.open_direct(ben, ann.user.id) == room
    assert await services.rooms.open_direct(ann, ben.user.id) == room
    assert await services.store.members.count(room.id) == 2


async def test_opened_at_the_same_moment_from_both_sides(services: Services, people: People) -> None:
    ann, ben = await people("ann"), await people("ben")
    rooms = await asyncio.gather(
        *(services.rooms.open_direct(*way) for way in ((ann, ben.user.id), (ben, ann.user.id)) for _ in range(4))
    )
    assert len({room.id for room in rooms}) == 1
    assert await services.store.members.count(rooms[0].id) == 2


async def test_what_a_crash_left_half_made_is_completed(services: Services, people: People) -> None:
    ann, ben = await people("ann"), await people("ben")
    room = await services.rooms.open_direct(ann, ben.user.id)
    await services.store.members.remove(room.id, ben.user.id)
    assert await services.rooms.open_direct(ann, ben.user.id) == room
    assert await services.store.members.get(room.id, ben.user.id)


async def test_notes_to_oneself(services: Services, people: People) -> None:
    ann = await people("ann")
    room = await services.rooms.open_direct(ann, ann.user.id)
    assert room.pair == pair_key(ann.user.id, ann.user.id)
    await _say(services, ann, room.id, "buy bread")
    wire = await services.rooms.one(ann, room.id)
    assert wire["peer"]["username"] == "ann"
    assert (wire["memberCount"], wire["unread"]) == (1, 0)
    assert wire["lastMessage"]["receiver"] == [ann.user.id]


async def test_nobody_to_talk_to(services: Services, people: People, clock: ManualClock) -> None:
    ann, ben, cleo = await people("ann"), await people("ben"), await people("cleo")
    for wrong in (new_id(), "ben", "", "\0"):
        with pytest.raises(NotFound):
            await services.rooms.open_direct(ann, wrong)
    room = await services.rooms.open_direct(ann, cleo.user.id)
    for closed in (ben, cleo):
        await services.store.users.update(closed.user.id, {"deactivated_at": clock()})
    with pytest.raises(NotFound):
        await services.rooms.open_direct(ann, ben.user.id)
    assert await services.rooms.open_direct(ann, cleo.user.id) == room


async def test_the_other_hears_of_it_with_the_first_message(
    services: Services, people: People, publisher: Recorder
) -> None:
    ann, ben = await people("ann"), await people("ben")
    publisher.take()
    room = await services.rooms.open_direct(ann, ben.user.id)
    assert publisher.take() == [RoomChanged(room, added=(ann.user.id,))]
    assert [wire["room"] for wire in await services.rooms.list(ann)] == [room.id]
    assert await services.rooms.list(ben) == []
    assert await services.rooms.open_direct(ben, ann.user.id) == room
    assert publisher.take() == [RoomChanged(room, added=(ben.user.id,))]
    await _say(services, ann, room.id, "hello")
    changed, stored, receipt = publisher.take()
    assert changed.room == room
    assert set(changed.added) == {ann.user.id, ben.user.id}
    assert isinstance(stored, MessageStored)
    assert isinstance(receipt, ReceiptAdvanced)
    await _say(services, ann, room.id, "again")
    assert [type(event) for event in publisher.take()] == [MessageStored, ReceiptAdvanced]
    assert [wire["room"] for wire in await services.rooms.list(ben)] == [room.id]


async def test_finding_makes_nothing(services: Services, people: People) -> None:
    ann, ben = await people("ann"), await people("ben")
    assert await services.rooms.find_direct(ann, ben.user.id) is None
    assert await services.rooms.list(ann) == []
    room = await services.rooms.open_direct(ben, ann.user.id)
    assert await services.rooms.find_direct(ann, ben.user.id) == room


async def test_the_list_as_each_side_sees_it(services: Services, people: People, clock: ManualClock) -> None:
    ann, ben, cleo = await people("ann"), await people("ben"), await people("cleo")
    with_ben = await services.rooms.open_direct(ann, ben.user.id)
    with_cleo = await services.rooms.open_direct(ann, cleo.user.id)
    await _say(services, ben, with_ben.id, "one", "two", "three")
    clock.advance(1)
    await _say(services, cleo, with_cleo.id, "later")
    first, second = await services.rooms.list(ann)
    assert (first["room"], first["peer"]["username"], first["unread"]) == (with_cleo.id, "cleo", 1)
    assert (second["room"], second["unread"], second["lastSeq"], second["rev"]) == (with_ben.id, 3, 3, 3)
    assert second["lastMessage"]["content"] == "three"
    assert second["memberCount"] == 2
    assert {entry["user"]: entry["readSeq"] for entry in second["receipts"]}[ben.user.id] == 3
    (of_ben,) = await services.rooms.list(ben)
    assert (of_ben["peer"]["username"], of_ben["unread"], of_ben["readSeq"]) == ("ann", 0, 3)
    await services.store.members.update(with_ben.id, ann.user.id, {"pinned": True})
    assert [wire["room"] for wire in await services.rooms.list(ann)] == [with_ben.id, with_cleo.id]
    await services.receipts.advance(ann, with_ben.id, read=2)
    assert (await services.rooms.one(ann, with_ben.id))["unread"] == 1


async def test_members(services: Services, people: People) -> None:
    ann, ben = await people("ann"), await people("ben")
    room = await services.rooms.open_direct(ann, ben.user.id)
    members = await services.rooms.members(ann, room.id)
    assert [member["user"]["_id"] for member in members] == sorted((ann.user.id, ben.user.id))
    assert "email" not in members[0]["user"]
    first = await services.rooms.members(ann, room.id, limit=1)
    rest = await services.rooms.members(ann, room.id, after=first[0]["user"]["_id"])
    assert first + rest == members


async def test_somebody_elses_conversation_is_not_there(services: Services, people: People) -> None:
    ann, ben, eve = await people("ann"), await people("ben"), await people("eve")
    room = await services.rooms.open_direct(ann, ben.user.id)
    told = set()
    for room_id in (room.id, new_id(), "", "x", "\0", "\ud800"):
        for ask in (services.rooms.one, services.rooms.members):
            with pytest.raises(NotFound) as caught:
                await ask(eve, room_id)
            told.add(caught.value.message)
    assert len(told) == 1
    assert await services.rooms.list(eve) == []


async def test_long_lists_let_others_have_their_turn(
    services: Services, people: People, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, store = await people("ann"), services.store
    rooms = [Room(new_id(), RoomKind.GROUP, clock(), ann.user.id, name=f"Room {number}") for number in range(2 * TURN)]
    crowd = [User(new_id(), f"person{number}", f"person{number}", clock()) for number in range(2 * TURN)]
    await asyncio.gather(*(store.rooms.add(room) for room in rooms), *(store.users.add(user) for user in crowd))
    places = [*((room.id, ann.user.id) for room in rooms), *((rooms[0].id, user.id) for user in crowd)]
    await asyncio.gather(*(store.members.add(Member(*place, Role.MEMBER, clock())) for place in places))
    room_wire, member_wire = Counted(module.room_to_wire), Counted(module.member_to_wire)
    monkeypatch.setattr(module, "room_to_wire", room_wire)
    monkeypatch.setattr(module, "member_to_wire", member_wire)
    async with room_wire.counting(), member_wire.counting():
        assert len(await services.rooms.list(ann)) == 2 * TURN
        assert len(await services.rooms.members(ann, rooms[0].id)) == 2 * TURN + 1
    assert (room_wire.most, member_wire.most) == (TURN, TURN)


async def test_who_leads_a_large_room_comes_first(
    services: Services, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["ann", "ben", "cleo", "dan", "eve", "fay"]
    everybody = [await people(name) for name in names]
    ann, eve = everybody[0], everybody[4]
    room = await services.groups.create(ann, name="Everybody")
    for other in reversed(everybody[1:]):
        await services.groups.add_member(ann, room.id, other.user.id)
    await services.groups.set_role(ann, room.id, eve.user.id, Role.OWNER)

    async def shown(limit: int) -> list[str]:
        found = await services.rooms.people(ann, room.id, limit=limit)
        return [wire["user"]["username"] for wire in found]

    assert await shown(20) == ["eve", "ann", "ben", "cleo", "dan", "fay"]
    assert await shown(3) == ["eve", "ann", "ben"]
    monkeypatch.setattr(module, "SORTED_MOST", 4)
    ids = sorted(each.user.id for each in everybody if each not in (ann, eve))
    assert await shown(2) == ["eve", "ann"]
    rest = [each["user"]["_id"] for each in await services.rooms.people(ann, room.id, limit=5)][2:]
    assert rest == ids[:3]
    assert sorted(await shown(20)) == names
    assert await services.rooms.among(ann, room.id, [eve.user.id, new_id()]) == {eve.user.id}
    stranger = await people("gus")
    with pytest.raises(NotFound):
        await services.rooms.people(stranger, room.id, limit=20)
    with pytest.raises(NotFound):
        await services.rooms.among(stranger, room.id, [eve.user.id])
