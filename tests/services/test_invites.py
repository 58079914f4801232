import asyncio

import pytest

from chatbeside.domain.errors import InvalidInput, NotAllowed, NotFound
from chatbeside.domain.models import Room
from chatbeside.services.container import Services
from tests.conftest import ManualClock, People


@pytest.fixture
async def room(services: Services, people: People) -> Room:
    """Ann's room, with Ben."""
    return await services.groups.create(await people("ann"), "garden", members=[(await people("ben")).user.id])


async def test_whoever_has_the_code_comes_in(services: Services, people: People, room: Room) -> None:
    ann, eve = await people("ann"), await people("eve")
    invite = await services.invites.create(ann, room.id)
    seen = await services.invites.look(eve, invite.id)
    assert (seen.room, seen.member_count, seen.joined) == (room, 2, False)
    assert await services.invites.accept(eve, invite.id) == room
    assert await services.invites.accept(eve, invite.id) == room
    assert (await services.invites.look(eve, invite.id)).joined
    lines = [message.content for message in (await services.messages.page(eve, room.id)).messages]
    assert lines[-1] == "eve joined by an invite"
    assert (await services.rooms.one(eve, room.id))["role"] == "member"


async def test_codes_cannot_be_guessed(services: Services, people: People, room: Room) -> None:
    ann = await people("ann")
    codes = {(await services.invites.create(ann, room.id)).id for _ in range(20)}
    assert len(codes) == 20
    assert all(len(code) == 16 for code in codes)


async def test_only_so_many_and_those_inside_use_nothing_up(services: Services, people: People, room: Room) -> None:
    ann, ben = await people("ann"), await people("ben")
    invite = await services.invites.create(ann, room.id, uses=2)
    await services.invites.accept(ben, invite.id)
    guests = [await people(name) for name in ("dan", "eve", "fay", "gil")]
    results = await asyncio.gather(
        *(services.invites.accept(guest, invite.id) for guest in guests), return_exceptions=True
    )
    assert sum(result == room for result in results) == 2
    assert sum(isinstance(result, NotFound) for result in results) == 2
    assert await services.store.members.count(room.id) == 4
    assert await services.invites.list(ann, room.id) == []


async def test_it_ends(services: Services, people: People, room: Room, clock: ManualClock) -> None:
    ann, eve = await people("ann"), await people("eve")
    short = await services.invites.create(ann, room.id, days=1)
    lasting = await services.invites.create(ann, room.id, days=None)
    clock.advance(24 * 3600 - 1)
    await services.invites.look(eve, short.id)
    clock.advance(1)
    with pytest.raises(NotFound):
        await services.invites.accept(eve, short.id)
    assert await services.invites.list(ann, room.id) == [lasting]
    await services.invites.revoke(ann, room.id, lasting.id)
    with pytest.raises(NotFound):
        await services.invites.accept(eve, lasting.id)
    with pytest.raises(NotFound):
        await services.invites.revoke(ann, room.id, lasting.id)


async def test_not_into_an_archived_room(services: Services, people: People, room: Room) -> None:
    ann, eve = await people("ann"), await people("eve")
    invite = await services.invites.create(ann, room.id)
    await services.groups.update(ann, room.id, archived=True)
    with pytest.raises(NotFound):
        await services.invites.accept(eve, invite.id)
    with pytest.raises(NotAllowed):
        await services.invites.create(ann, room.id)


async def test_one_room_cannot_revoke_the_invites_of_another(services: Services, people: People, room: Room) -> None:
    ann, ben = await people("ann"), await people("ben")
    other = await services.groups.create(ben, "other")
    invite = await services.invites.create(ann, room.id)
    with pytest.raises(NotFound):
        await services.invites.revoke(ben, other.id, invite.id)
    await services.invites.look(ben, invite.id)


@pytest.mark.parametrize("limits", [{"days": 0}, {"days": 366}, {"uses": 0}, {"uses": 1001}, {"uses": -1}])
async def test_limits_out_of_bounds(services: Services, people: People, room: Room, limits: dict) -> None:
    with pytest.raises(InvalidInput) as caught:
        await services.invites.create(await people("ann"), room.id, **limits)
    assert list(caught.value.fields) == list(limits)


@pytest.mark.parametrize("code", ["", "x", "\0", "\ud800", "ü", "a" * 10_000])
async def test_what_is_no_code(services: Services, people: People, code: str) -> None:
    eve = await people("eve")
    for use in (services.invites.look, services.invites.accept):
        with pytest.raises(NotFound):
            await use(eve, code)


async def test_members_do_not_invite(services: Services, people: People, room: Room) -> None:
    ben, eve = await people("ben"), await people("eve")
    invite = await services.invites.create(await people("ann"), room.id)
    for refused in (
        services.invites.create(ben, room.id),
        services.invites.list(ben, room.id),
        services.invites.revoke(ben, room.id, invite.id),
    ):
        with pytest.raises(NotAllowed):
            await refused
    for refused in (
        services.invites.create(eve, room.id),
        services.invites.list(eve, room.id),
        services.invites.revoke(eve, room.id, invite.id),
    ):
        with pytest.raises(NotFound):
            await refused


async def test_invites_that_ran_out_are_not_in_the_way(
    services: Services, people: People, room: Room, clock: ManualClock
) -> None:
    ann = await people("ann")
    for _ in range(100):
        await services.invites.create(ann, room.id, days=1)
    with pytest.raises(InvalidInput):
        await services.invites.create(ann, room.id)
    clock.advance(2 * 24 * 3600)
    made = await services.invites.create(ann, room.id)
    assert [each.id for each in await services.invites.list(ann, room.id)] == [made.id]
    assert [each.id for each in await services.store.invites.of_room(room.id)] == [made.id]
