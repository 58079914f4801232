import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from chatbeside.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, TooMany
from chatbeside.domain.ids import new_id
from chatbeside.domain.limits import DEFAULTS, LimitName
from chatbeside.domain.models import Member, Role, Room
from chatbeside.services.container import Services
from chatbeside.services.events import MembershipChanged, MessageStored, RoomChanged
from tests.conftest import ManualClock, People, Recorder


async def _id(people: People, name: str) -> str:
    return (await people(name)).user.id


async def _lines(services: Services, room: Room) -> list[str]:
    page = await services.store.messages.page(room.id, limit=100)
    return [message.content for message in page if message.kind == "system"]


@pytest.fixture
async def room(services: Services, people: People, publisher: Recorder) -> Room:
    """Ann's room, with Ada as admin and Ben and Cleo as members."""
    ann = await people("ann")
    members = [await _id(people, name) for name in ("ada", "ben", "cleo")]
    room = await services.groups.create(ann, " The \n garden ", topic="plants", members=members)
    await services.groups.set_role(ann, room.id, members[0], Role.ADMIN)
    publisher.take()
    return room


async def test_a_new_room(services: Services, people: People, publisher: Recorder) -> None:
    ann, ben = await people("ann"), await people("ben")
    members = [ben.user.id, ben.user.id, ann.user.id]
    publisher.take()
    room = await services.groups.create(ann, " The \n garden ", topic=" plants ", members=members)
    assert (room.name, room.topic, room.public, room.created_by) == ("The garden", "plants", False, ann.user.id)
    changed, line = publisher.take()
    assert changed == RoomChanged(room, added=(ann.user.id, ben.user.id))
    assert isinstance(line, MessageStored)
    assert (line.message.kind, line.message.content) == ("system", "ann made this room")
    assert line.message.data == {"event": "room made"}
    (of_ann,), (of_ben,) = await services.rooms.list(ann), await services.rooms.list(ben)
    assert (of_ann["role"], of_ben["role"], of_ben["name"], of_ben["peer"]) == ("owner", "member", "The garden", None)
    assert (of_ben["memberCount"], of_ben["unread"]) == (2, 0)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \n"}, "name"),
        ({"name": "\u200b"}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "a\0"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"topic": "x" * 251}, "topic"),
        ({"topic": "\x1b"}, "topic"),
        ({"members": ["x"]}, "user"),
        ({"members": [new_id(), new_id()]}, "members"),
        ({"members": [f"{n:024x}" for n in range(51)]}, "members"),
    ],
)
async def test_rooms_that_cannot_be(services: Services, people: People, given: dict, field: str) -> None:
    ann = await people("ann")
    with pytest.raises(InvalidInput) as caught:
        await services.groups.create(ann, given.pop("name", "garden"), **given)
    assert list(caught.value.fields) == [field]
    assert await services.rooms.list(ann) == []


async def test_closed_accounts_cannot_be_brought_in(services: Services, people: People, room: Room, clock) -> None:
    eve = await _id(people, "eve")
    await services.store.users.update(eve, {"deactivated_at": clock()})
    with pytest.raises(InvalidInput):
        await services.groups.add_member(await people("ann"), room.id, eve)


async def test_public_rooms_are_found_and_entered(services: Services, people: People, publisher: Recorder) -> None:
    ann, eve = await people("ann"), await people("eve")
    names = ["Garden", "games", "Music", "garage"]
    rooms = {name: await services.groups.create(ann, name, public=True) for name in names}
    hidden = await services.groups.create(ann, "gallery")
    found = await services.groups.browse(eve, query="GA")
    assert [wire["name"] for wire in found] == ["games", "garage", "Garden"]
    assert [wire["joined"] for wire in found] == [False] * 3
    first = await services.groups.browse(eve, limit=2)
    rest = await services.groups.browse(eve, after=first[-1]["name"], after_id=first[-1]["room"])
    assert [wire["name"] for wire in first + rest] == ["games", "garage", "Garden", "Music"]
    publisher.take()
    joined = await services.groups.join(eve, rooms["Music"].id)
    assert await services.groups.join(eve, joined.id) == joined
    changed, line = publisher.take()
    assert changed == RoomChanged(joined, added=(eve.user.id,))
    assert (line.message.content, line.message.sender_id) == ("eve joined", eve.user.id)
    assert [wire["joined"] for wire in await services.groups.browse(eve, query="mu")] == [True]
    for room_id in (hidden.id, new_id(), "x", "\0"):
        with pytest.raises(NotFound):
            await services.groups.join(eve, room_id)


@pytest.mark.parametrize("query", ["%", "_", "\ud800", "\0", "'"])
async def test_nothing_in_a_query_is_special(services: Services, people: People, query: str) -> None:
    ann = await people("ann")
    await services.groups.create(ann, "garden", public=True)
    assert await services.groups.browse(ann, query=query, after="\ud800", after_id="\ud800") == []


async def test_what_was_said_before_is_not_unread(services: Services, people: People, room: Room) -> None:
    ann, eve = await people("ann"), await people("eve")
    for number in range(3):
        await services.messages.send(ann, room.id, str(number), client_id=f"c{number}")
    await services.groups.add_member(ann, room.id, eve.user.id)
    assert (await services.rooms.one(eve, room.id))["unread"] == 0
    await services.messages.send(ann, room.id, "new", client_id="new")
    assert (await services.rooms.one(eve, room.id))["unread"] == 1
    assert "ann added eve" in await _lines(services, room)


async def test_leaving(services: Services, people: People, room: Room, publisher: Recorder) -> None:
    ben = await people("ben")
    await services.groups.leave(ben, room.id)
    changed, line = publisher.take()
    assert changed == RoomChanged(room, removed=(ben.user.id,))
    assert line.message.content == "ben left"
    with pytest.raises(NotFound):
        await services.messages.page(ben, room.id)
    with pytest.raises(NotFound):
        await services.groups.leave(ben, room.id)
    receipts = (await services.rooms.one(await people("ann"), room.id))["receipts"]
    assert ben.user.id not in {receipt["user"] for receipt in receipts}


async def test_an_owner_leaves_nobody_behind(services: Services, people: People, room: Room) -> None:
    ann = await people("ann")
    with pytest.raises(Conflict, match="Hand the room over"):
        await services.groups.leave(ann, room.id)
    await services.groups.set_role(ann, room.id, await _id(people, "ben"), Role.OWNER)
    await services.groups.leave(ann, room.id)
    assert (await services.rooms.one(await people("ben"), room.id))["role"] == "owner"


async def test_the_last_one_turns_off_the_light(services: Services, people: People, clock: ManualClock) -> None:
    ann = await people("ann")
    room = await services.groups.create(ann, "mine", public=True)
    await services.groups.leave(ann, room.id)
    assert (await services.store.rooms.get(room.id)).archived_at == clock()
    with pytest.raises(NotFound):
        await services.groups.join(await people("ben"), room.id)


@pytest.mark.parametrize("stays", [{"bot": True}, {"deactivated_at": datetime(2026, 1, 31, tzinfo=UTC)}])
async def test_who_is_left_with_nobody_to_look_after_a_room_turns_off_the_light(
    services: Services, people: People, clock: ManualClock, stays: dict[str, Any]
) -> None:
    ann, ben = await people("ann"), await people("ben")
    room = await services.groups.create(ann, "mine", members=[ben.user.id])
    await services.store.users.update(ben.user.id, stays)
    await services.groups.leave(ann, room.id)
    archived = await services.store.rooms.get(room.id)
    assert archived
    assert archived.archived_at == clock()
    assert await services.store.members.get(room.id, ann.user.id) is None
    assert "ann left" not in await _lines(services, room)


async def test_handing_over_makes_one_owner_and_one_admin(services: Services, people: People, room: Room) -> None:
    ann, ben = await people("ann"), await people("ben")
    await services.groups.set_role(ann, room.id, ben.user.id, Role.OWNER)
    roles = {entry["user"]["username"]: entry["role"] for entry in await services.rooms.members(ann, room.id)}
    assert roles == {"ann": "admin", "ada": "admin", "ben": "owner", "cleo": "member"}
    assert "ann made ben the owner" in await _lines(services, room)
    with pytest.raises(NotAllowed):
        await services.groups.set_role(ann, room.id, ben.user.id, Role.MEMBER)


async def test_changes_are_told_and_written_down(
    services: Services, people: People, room: Room, publisher: Recorder
) -> None:
    ann = await people("ann")
    changed = await services.groups.update(ann, room.id, name="Allotment", topic="vegetables", public=True)
    assert (changed.name, changed.topic, changed.public) == ("Allotment", "vegetables", True)
    events = publisher.take()
    assert events[0] == RoomChanged(changed)
    assert [event.message.content for event in events[1:]] == [
        "ann renamed this room to Allotment",
        "ann set the topic: vegetables",
        "ann made this room public",
    ]
    assert await services.groups.update(ann, room.id, name="Allotment", topic="vegetables") == changed
    assert await services.groups.update(ann, room.id) == changed
    assert publisher.take() == []
    assert (await services.groups.update(ann, room.id, topic=" ")).topic == ""
    assert (await _lines(services, room))[-1] == "ann removed the topic"


async def test_archived_and_brought_back(services: Services, people: People, room: Room, clock: ManualClock) -> None:
    ann = await people("ann")
    archived = await services.groups.update(ann, room.id, name="Old garden", archived=True)
    assert (archived.name, archived.archived_at) == ("Old garden", clock())
    with pytest.raises(NotAllowed, match="archived"):
        await services.messages.send(ann, room.id, "hello", client_id="c1")
    with pytest.raises(NotAllowed, match="archived"):
        await services.groups.update(ann, room.id, name="other")
    with pytest.raises(NotAllowed, match="archived"):
        await services.groups.add_member(ann, room.id, await _id(people, "eve"))
    back = await services.groups.update(ann, room.id, name="New garden", archived=False)
    assert (back.name, back.archived_at) == ("New garden", None)
    lines = await _lines(services, room)
    assert lines[-3:] == ["ann archived this room", "ann restored this room", "ann renamed this room to New garden"]


async def test_ones_own_settings(services: Services, people: People, room: Room, publisher: Recorder) -> None:
    ben = await people("ben")
    await services.groups.set_own(ben, room.id, pinned=True, muted=True, notify="mentions")
    wire = await services.rooms.one(ben, room.id)
    assert (wire["pinned"], wire["muted"], wire["notify"]) == (True, True, "mentions")
    assert publisher.take() == [MembershipChanged(room, ben.user.id)]
    await services.groups.set_own(ben, room.id, pinned=True)
    assert publisher.take() == []
    assert (await services.rooms.one(await people("ann"), room.id))["pinned"] is False
    with pytest.raises(InvalidInput):
        await services.groups.set_own(ben, room.id, notify="sometimes")
    direct = await services.rooms.open_direct(ben, await _id(people, "ann"))
    await services.groups.set_own(ben, direct.id, muted=True)


async def test_a_direct_conversation_is_no_group(services: Services, people: People) -> None:
    ann, ben, eve = await people("ann"), await people("ben"), await people("eve")
    direct = await services.rooms.open_direct(ann, ben.user.id)
    for change in (
        services.groups.update(ann, direct.id, name="ours"),
        services.groups.update(ann, direct.id, archived=True),
        services.groups.add_member(ann, direct.id, eve.user.id),
        services.groups.remove_member(ann, direct.id, ben.user.id),
        services.groups.set_role(ann, direct.id, ben.user.id, Role.ADMIN),
        services.groups.leave(ann, direct.id),
        services.invites.create(ann, direct.id),
    ):
        with pytest.raises(NotAllowed, match="two people"):
            await change


async def test_who_is_not_in_the_room_cannot_be_changed(services: Services, people: People, room: Room) -> None:
    ann, eve = await people("ann"), await _id(people, "eve")
    for user_id in (eve, new_id(), "x", "\0"):
        with pytest.raises(NotFound, match="no such member"):
            await services.groups.remove_member(ann, room.id, user_id)
        with pytest.raises(NotFound, match="no such member"):
            await services.groups.set_role(ann, room.id, user_id, Role.ADMIN)


async def test_roles_when_bringing_somebody_in(services: Services, people: People, room: Room) -> None:
    ann, ada, eve, dan = await people("ann"), await people("ada"), await _id(people, "eve"), await _id(people, "dan")
    with pytest.raises(NotAllowed):
        await services.groups.add_member(ada, room.id, eve, Role.ADMIN)
    with pytest.raises(InvalidInput):
        await services.groups.add_member(ann, room.id, eve, Role.OWNER)
    await services.groups.add_member(ann, room.id, eve, Role.ADMIN)
    await services.groups.add_member(ada, room.id, dan)
    await services.groups.add_member(ada, room.id, eve)
    roles = {entry["user"]["username"]: entry["role"] for entry in await services.rooms.members(ann, room.id)}
    assert (roles["eve"], roles["dan"]) == ("admin", "member")


async def test_brought_in_by_two_at_once(services: Services, people: People, room: Room) -> None:
    ann, ada, eve = await people("ann"), await people("ada"), await _id(people, "eve")
    await asyncio.gather(*(services.groups.add_member(who, room.id, eve) for who in (ann, ada) for _ in range(3)))
    assert sum(line.endswith("added eve") for line in await _lines(services, room)) == 1


async def test_nobody_makes_rooms_without_end(services: Services, people: People) -> None:
    ann, ben = await people("ann"), await people("ben")
    for _ in range(DEFAULTS[LimitName.ROOMS].rate.amount):
        await services.limits.take(LimitName.ROOMS, ann.user.id)
    with pytest.raises(TooMany):
        await services.groups.create(ann, name="One more")
    assert (await services.groups.create(ben, name="Another's")).name == "Another's"


async def test_a_room_keeps_its_owner_when_the_next_one_leaves_at_that_moment(
    services: Services, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben = await people("ann"), await people("ben")
    room = await services.groups.create(ann, "garden", members=[ben.user.id])
    members = services.store.members
    update = members.update

    async def after_leaving(*args: Any, **options: Any) -> Member | None:
        await members.remove(room.id, ben.user.id)
        return await update(*args, **options)

    monkeypatch.setattr(members, "update", after_leaving)
    with pytest.raises(NotFound):
        await services.groups.set_role(ann, room.id, ben.user.id, Role.OWNER)
    assert [(each.user_id, each.role) for each in await members.of_room(room.id)] == [(ann.user.id, Role.OWNER)]
