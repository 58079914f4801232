"""Polls: one vote for everybody, until somebody who may closes it."""

import asyncio

import pytest

from chatbeside.domain.clock import iso
from chatbeside.domain.errors import Conflict, NotAllowed, NotFound
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Member, Message, Role, Room, RoomKind
from chatbeside.domain.polls import poll_data
from chatbeside.services.container import Services
from chatbeside.services.events import MessageChanged
from tests.conftest import ManualClock, People, Recorder

YES, NO, THREE = "1️⃣", "2️⃣", "3️⃣"


@pytest.fixture
async def room(services: Services, people: People, clock: ManualClock) -> Room:
    """A group: Ann owns it, Ben, Cleo and Dan are members."""
    room = Room(new_id(), RoomKind.GROUP, clock(), (await people("ann")).user.id, "garden")
    await services.store.rooms.add(room)
    for name in ("ann", "ben", "cleo", "dan"):
        role = Role.OWNER if name == "ann" else Role.MEMBER
        await services.store.members.add(Member(room.id, (await people(name)).user.id, role, clock()))
    return room


@pytest.fixture
async def poll(services: Services, people: People, room: Room, publisher: Recorder) -> Message:
    """What Ben asks."""
    message, _, _ = await services.messages.send(
        await people("ben"), room.id, "Lunch?", client_id="c1", data=poll_data("Lunch?", ("yes", "no"))
    )
    publisher.take()
    return message


async def test_a_vote_moves_and_is_taken_back(
    services: Services, people: People, room: Room, poll: Message, publisher: Recorder
) -> None:
    cleo = await people("cleo")
    me = (cleo.user.id,)
    changed, _ = await services.changes.react(cleo, poll.id, YES, on=True)
    assert changed.reactions == {YES: me}
    assert publisher.take() == [MessageChanged(room, changed)]
    assert (await services.changes.react(cleo, poll.id, NO, on=True))[0].reactions == {NO: me}
    assert (await services.changes.react(cleo, poll.id, YES, on=False))[0].reactions == {NO: me}
    # Any other emoji is an ordinary reaction, the number of an answer that is not there too.
    await services.changes.react(cleo, poll.id, "👍", on=True)
    assert (await services.changes.react(cleo, poll.id, THREE, on=True))[0].reactions == {NO: me, "👍": me, THREE: me}
    assert (await services.changes.react(cleo, poll.id, NO, on=False))[0].reactions == {"👍": me, THREE: me}


async def test_several_answers_where_the_poll_lets_choose_them(
    services: Services, people: People, room: Room, clock: ManualClock
) -> None:
    ben, cleo = await people("ben"), await people("cleo")
    data = poll_data("What?", ("cups", "plates"), several=True)
    poll, _, _ = await services.messages.send(ben, room.id, "What?", client_id="c2", data=data)
    me = (cleo.user.id,)
    await services.changes.react(cleo, poll.id, YES, on=True)
    assert (await services.changes.react(cleo, poll.id, NO, on=True))[0].reactions == {YES: me, NO: me}
    assert (await services.changes.react(cleo, poll.id, YES, on=False))[0].reactions == {NO: me}
    shut, _ = await services.changes.close_poll(ben, poll.id)
    assert shut.data["poll"] == {**poll.data["poll"], "closedAt": iso(clock()), "closedBy": ben.user.id}
    with pytest.raises(Conflict):
        await services.changes.react(cleo, poll.id, YES, on=True)


async def test_votes_at_the_same_moment_all_count_once(services: Services, people: People, poll: Message) -> None:
    voters = [await people(name) for name in ("ann", "ben", "cleo", "dan")]
    votes = [services.changes.react(who, poll.id, emoji, on=True) for who in voters for emoji in (YES, NO, YES)]
    await asyncio.gather(*votes)
    now = await services.store.messages.get(poll.id)
    assert now
    everybody = sorted(person for people_ in now.reactions.values() for person in people_)
    assert everybody == sorted(who.user.id for who in voters)


@pytest.mark.parametrize(("who", "may"), [("ben", True), ("ann", True), ("cleo", False)])
async def test_who_asked_or_manages_the_room_closes_it(
    services: Services, people: People, poll: Message, who: str, may: bool, clock: ManualClock
) -> None:
    closer = await people(who)
    if not may:
        with pytest.raises(NotAllowed):
            await services.changes.close_poll(closer, poll.id)
        return
    closed, _ = await services.changes.close_poll(closer, poll.id)
    assert closed.data["poll"] == {
        "question": "Lunch?",
        "answers": ["yes", "no"],
        "several": False,
        "closedAt": "2026-01-31T12:00:00.000Z",
        "closedBy": closer.user.id,
    }
    clock.advance(5)
    assert (await services.changes.close_poll(closer, poll.id))[0] == closed


async def test_a_closed_poll_stays_as_it_is(services: Services, people: People, poll: Message) -> None:
    ben, cleo = await people("ben"), await people("cleo")
    await services.changes.react(cleo, poll.id, YES, on=True)
    await services.changes.close_poll(ben, poll.id)
    for emoji, on in ((NO, True), (YES, False)):
        with pytest.raises(Conflict, match="closed"):
            await services.changes.react(cleo, poll.id, emoji, on=on)
    now, _ = await services.changes.react(cleo, poll.id, "👍", on=True)
    assert now.reactions == {YES: (cleo.user.id,), "👍": (cleo.user.id,)}


async def test_a_poll_is_not_edited_but_may_be_deleted(
    services: Services, people: People, room: Room, poll: Message
) -> None:
    ben = await people("ben")
    with pytest.raises(NotAllowed, match="voted"):
        await services.changes.edit(ben, poll.id, "Dinner?")
    gone, _ = await services.changes.delete(ben, poll.id)
    assert (gone.data, gone.reactions) == ({}, {})
    with pytest.raises(NotFound):
        await services.changes.close_poll(ben, poll.id)
    words, _, _ = await services.messages.send(ben, room.id, "no poll", client_id="c2")
    with pytest.raises(NotFound):
        await services.changes.close_poll(ben, words.id)


async def test_strangers_know_of_no_poll(services: Services, people: People, poll: Message) -> None:
    eve = await people("eve")
    with pytest.raises(NotFound):
        await services.changes.close_poll(eve, poll.id)
    with pytest.raises(NotFound):
        await services.changes.react(eve, poll.id, YES, on=True)
