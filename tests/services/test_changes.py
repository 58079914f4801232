import asyncio

import pytest

from chatbeside.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Member, Message, Role, Room, RoomKind
from chatbeside.services.container import Services
from chatbeside.services.events import MessageChanged
from tests.conftest import ManualClock, People, Recorder


@pytest.fixture
async def room(services: Services, people: People, clock: ManualClock) -> Room:
    """A group: Ann owns it, Ada is admin, Ben and Cleo are members."""
    ann = await people("ann")
    room = Room(new_id(), RoomKind.GROUP, clock(), ann.user.id, "garden")
    await services.store.rooms.add(room)
    for name, role in (("ann", Role.OWNER), ("ada", Role.ADMIN), ("ben", Role.MEMBER), ("cleo", Role.MEMBER)):
        await services.store.members.add(Member(room.id, (await people(name)).user.id, role, clock()))
    return room


@pytest.fixture
async def message(services: Services, people: People, room: Room, publisher: Recorder) -> Message:
    """What Ben said."""
    message, _, _ = await services.messages.send(await people("ben"), room.id, "hello @cleo", client_id="c1")
    publisher.take()
    return message


async def test_editing_ones_own(
    services: Services, people: People, room: Room, message: Message, publisher: Recorder, clock: ManualClock
) -> None:
    clock.advance(5)
    changed, in_room = await services.changes.edit(await people("ben"), message.id, "hello @ann \n")
    assert in_room == room
    assert (changed.content, changed.edited_at, changed.seq, changed.rev) == ("hello @ann", clock(), 1, 2)
    assert changed.mentions == ((await people("ann")).user.id,)
    assert publisher.take() == [MessageChanged(room, changed)]
    same, _ = await services.changes.edit(await people("ben"), message.id, "hello @ann")
    assert same == changed
    assert publisher.take() == []


@pytest.mark.parametrize("content", ["", "\n", "x" * 12_001, "a\0"])
async def test_an_edit_must_be_a_message(services: Services, people: People, message: Message, content: str) -> None:
    with pytest.raises(InvalidInput):
        await services.changes.edit(await people("ben"), message.id, content)


@pytest.mark.parametrize("who", ["ann", "ada", "cleo"])
async def test_nobody_edits_what_others_said(services: Services, people: People, message: Message, who: str) -> None:
    with pytest.raises(NotAllowed):
        await services.changes.edit(await people(who), message.id, "other words")


async def test_deleting_leaves_the_place_only(
    services: Services, people: People, room: Room, message: Message, publisher: Recorder, clock: ManualClock
) -> None:
    ben = await people("ben")
    await services.changes.react(await people("ann"), message.id, "👍", on=True)
    await services.changes.pin(await people("ann"), message.id, on=True)
    publisher.take()
    gone, _ = await services.changes.delete(ben, message.id)
    assert (gone.content, gone.mentions, gone.reactions, gone.pinned_at) == ("", (), {}, None)
    assert (gone.seq, gone.rev, gone.deleted_at) == (1, 4, clock())
    assert publisher.take() == [MessageChanged(room, gone)]
    again, _ = await services.changes.delete(ben, message.id)
    assert again == gone
    assert publisher.take() == []
    for change in (
        services.changes.edit(ben, message.id, "back"),
        services.changes.react(ben, message.id, "👍", on=True),
        services.changes.pin(await people("ann"), message.id, on=True),
    ):
        with pytest.raises(Conflict, match="deleted"):
            await change
    assert (await services.rooms.one(await people("cleo"), room.id))["unread"] == 0


@pytest.mark.parametrize(("who", "may"), [("ann", True), ("ada", True), ("ben", True), ("cleo", False)])
async def test_who_deletes(services: Services, people: People, message: Message, who: str, may: bool) -> None:
    person = await people(who)
    if may:
        assert (await services.changes.delete(person, message.id))[0].deleted_at
    else:
        with pytest.raises(NotAllowed):
            await services.changes.delete(person, message.id)


async def test_reactions_of_many_at_once(services: Services, people: People, message: Message) -> None:
    everybody = [await people(name) for name in ("ann", "ada", "ben", "cleo")]
    await asyncio.gather(
        *(services.changes.react(who, message.id, emoji, on=True) for who in everybody for emoji in ("👍", "❤"))
    )
    stored = await services.store.messages.get(message.id)
    assert {emoji: set(given) for emoji, given in stored.reactions.items()} == {
        emoji: {who.user.id for who in everybody} for emoji in ("👍", "❤")
    }
    assert stored.rev == 9
    changed, _ = await services.changes.react(everybody[0], message.id, "👍", on=False)
    assert everybody[0].user.id not in changed.reactions["👍"]


@pytest.mark.parametrize(("who", "may"), [("ann", True), ("ada", True), ("ben", False), ("cleo", False)])
async def test_who_pins(services: Services, people: People, message: Message, clock, who: str, may: bool) -> None:
    person = await people(who)
    if not may:
        with pytest.raises(NotAllowed):
            await services.changes.pin(person, message.id, on=True)
        return
    pinned, _ = await services.changes.pin(person, message.id, on=True)
    assert (pinned.pinned_at, pinned.pinned_by) == (clock(), person.user.id)
    assert (await services.changes.pin(person, message.id, on=True))[0] == pinned
    out, _ = await services.changes.pin(person, message.id, on=False)
    assert (out.pinned_at, out.pinned_by) == (None, None)


async def test_strangers_and_ex_members_find_no_message(services: Services, people: People, message: Message) -> None:
    eve, ben = await people("eve"), await people("ben")
    await services.store.members.remove(message.room_id, ben.user.id)
    told = set()
    for person in (eve, ben):
        for message_id in (message.id, new_id(), "x", "\0"):
            for change in (
                services.changes.edit(person, message_id, "x"),
                services.changes.delete(person, message_id),
                services.changes.react(person, message_id, "👍", on=True),
                services.changes.pin(person, message_id, on=True),
            ):
                with pytest.raises(NotFound) as caught:
                    await change
                told.add(caught.value.message)
    assert len(told) == 1


async def test_lines_of_the_server_stay(services: Services, people: People, room: Room) -> None:
    ann = await people("ann")
    line, _ = await services.messages.post(room, ann.user.id, "ann made this room", client_id="s1", kind="system")
    with pytest.raises(NotAllowed):
        await services.changes.edit(ann, line.id, "other")
    with pytest.raises(NotAllowed):
        await services.changes.delete(ann, line.id)


async def test_in_an_archived_room_nothing_changes(
    services: Services, people: People, room: Room, message: Message, clock: ManualClock
) -> None:
    await services.store.rooms.update(room.id, {"archived_at": clock()})
    ben = await people("ben")
    for change in (
        services.changes.edit(ben, message.id, "x"),
        services.changes.delete(ben, message.id),
        services.changes.react(ben, message.id, "👍", on=True),
        services.changes.pin(await people("ann"), message.id, on=True),
    ):
        with pytest.raises(NotAllowed, match="archived"):
            await change


async def test_mentions_reach_members_only(services: Services, people: People, room: Room) -> None:
    ben, cleo, eve = await people("ben"), await people("cleo"), await people("eve")
    text = f"@cleo @eve @nobody @ben `@ann` {cleo.user.id}"
    message, _, _ = await services.messages.send(ben, room.id, text, client_id="c2")
    assert message.mentions == (cleo.user.id,)
    assert (await services.rooms.one(cleo, room.id))["mentions"] == 1
    assert (await services.rooms.one(await people("ann"), room.id))["mentions"] == 0
    assert eve.user.id not in message.mentions


async def test_the_longest_name_that_exists_is_meant(services: Services, people: People, room: Room) -> None:
    lee = await people("cleo-lee")
    await services.store.members.add(Member(room.id, lee.user.id, Role.MEMBER, lee.user.created_at))
    for text, meant in (("@cleo-lee hi", "cleo-lee"), ("@cleo-and", "cleo"), ("@cleo.", "cleo")):
        message, _, _ = await services.messages.send(await people("ben"), room.id, text, client_id=new_id())
        assert message.mentions == ((await people(meant)).user.id,)


async def test_the_whole_room_is_called_by_some_only(services: Services, people: People, room: Room) -> None:
    for who, reached in (("ben", set()), ("ada", {"ann", "ben", "cleo"}), ("ann", {"ada", "ben", "cleo"})):
        message, _, _ = await services.messages.send(await people(who), room.id, "@room hi", client_id=new_id())
        assert set(message.mentions) == {(await people(name)).user.id for name in reached}


async def test_a_large_room_is_not_called(services: Services, people: People, room: Room, clock: ManualClock) -> None:
    for number in range(200):
        await services.store.members.add(Member(room.id, f"{number:024x}", Role.MEMBER, clock()))
    message, _, _ = await services.messages.send(await people("ann"), room.id, "@room @ben", client_id="c9")
    assert message.mentions == ((await people("ben")).user.id,)
