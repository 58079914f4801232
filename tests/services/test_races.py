"""Two things at the same moment, which each are allowed: what must not come of them.

Each test holds one of the two in its middle, lets the other one go on as far as it can, and then lets both end.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from chatbeside.domain.errors import ChatError, Conflict, InvalidInput, NotFound, NotSignedIn
from chatbeside.domain.models import Role, Room
from chatbeside.services.container import Services
from tests.conftest import PASSWORD, People

OTHER = "another long password"
WINDOW = 0.3
"""Seconds that a second one gets which has to wait for the first one, to show that it does no harm meanwhile."""


async def meet(
    monkeypatch: pytest.MonkeyPatch,
    owner: object,
    method: str,
    first: Coroutine[Any, Any, Any],
    *seconds: Coroutine[Any, Any, Any],
    waits: bool = False,
) -> list[Any]:
    """Hold ``first`` when it calls ``owner.method``, run the others meanwhile, and return what became of all.

    ``waits``: one of the others can only end after the first one.
    """
    there, go = asyncio.Event(), asyncio.Event()
    whole: Callable[..., Awaitable[Any]] = getattr(owner, method)

    async def held(*arguments: Any, **named: Any) -> Any:
        if not there.is_set():
            there.set()
            await go.wait()
        return await whole(*arguments, **named)

    monkeypatch.setattr(owner, method, held)
    one = asyncio.ensure_future(first)
    async with asyncio.timeout(60):
        await there.wait()
        others = [asyncio.ensure_future(second) for second in seconds]
        await asyncio.wait(others, timeout=WINDOW if waits else 30)
        go.set()
        return await asyncio.gather(one, *others, return_exceptions=True)


@pytest.fixture
async def room(services: Services, people: People) -> Room:
    """Ann's room with Ben and Cleo; the server is Zoe's."""
    await people("zoe")
    ann = await people("ann")
    return await services.groups.create(
        ann, "garden", public=True, members=[(await people(name)).user.id for name in ("ben", "cleo")]
    )


async def _owners(services: Services, room: Room) -> list[str]:
    members = await services.store.members.of_room(room.id, limit=100)
    return [member.user_id for member in members if member.role is Role.OWNER]


# ------------------------------------------------------------ log-ins


async def test_a_log_in_with_the_old_password_does_not_outlive_it(
    services: Services, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await people("ann")
    late, _ = await meet(
        monkeypatch,
        services.factors,
        "state",  # after the password was found right, before the session begins
        services.accounts.log_in("ann", PASSWORD),
        services.own_account.change_password(ann, PASSWORD, OTHER),
    )
    assert isinstance(late, NotSignedIn)
    assert [session.id for session in await services.store.sessions.of_user(ann.user.id)] == [ann.session.id]


@pytest.mark.parametrize("held", ["revoke", "add"])
async def test_a_ticket_does_not_get_by_when_all_log_ins_end(
    services: Services, people: People, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    ann = await people("ann")
    ticket = await services.accounts.make_ticket(await services.accounts.log_in("ann", PASSWORD))
    await meet(
        monkeypatch,
        services.store.sessions,
        held,
        services.accounts.redeem_ticket(ticket),
        services.sessions.end_all(ann.user.id),
        waits=True,
    )
    assert await services.store.sessions.of_user(ann.user.id) == []


async def test_a_better_hash_of_the_old_password_does_not_bring_it_back(
    services: Services, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await people("ann")
    right = services.passwords.verify

    async def outdated(password: str, stored: str | None) -> tuple[bool, str | None]:
        known, _ = await right(password, stored)
        return known, await services.passwords.hash(password) if known else None

    monkeypatch.setattr(services.passwords, "verify", outdated)
    await meet(
        monkeypatch,
        services.limits,
        "give_back",
        services.accounts.log_in("ann", PASSWORD),
        services.own_account.change_password(ann, PASSWORD, OTHER),
    )
    with pytest.raises(NotSignedIn):
        await services.accounts.log_in("ann", PASSWORD)
    await services.accounts.log_in("ann", OTHER)


async def test_of_two_who_know_the_password_the_first_changes_it(
    services: Services, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await people("ann")
    second = await services.accounts.authenticate((await services.accounts.log_in("ann", PASSWORD)).token)
    late, _ = await meet(
        monkeypatch,
        services.passwords,
        "hash",
        services.own_account.change_password(second, PASSWORD, "what the thief wants"),
        services.own_account.change_password(ann, PASSWORD, OTHER),
    )
    assert isinstance(late, InvalidInput)
    await services.accounts.log_in("ann", OTHER)


async def test_a_reset_link_that_is_used_twice_at_once_works_once(
    services: Services, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoe, ann = await people("zoe"), await people("ann")
    path, _ = await services.resets.make_link(zoe, ann.user.id)
    code = path.partition("code=")[2]
    late, first = await meet(
        monkeypatch,
        services.store.onetimes,
        "use",
        services.resets.redeem(code, "the second to come"),
        services.resets.redeem(code, OTHER),
    )
    assert (type(late), first) == (NotFound, None)
    await services.accounts.log_in("ann", OTHER)


# ------------------------------------------------------------ rooms


@pytest.mark.parametrize("put_out", [False, True])
async def test_who_goes_is_not_made_the_owner(
    services: Services, people: People, room: Room, monkeypatch: pytest.MonkeyPatch, put_out: bool
) -> None:
    ann, ben = await people("ann"), await people("ben")
    groups = services.groups
    await meet(
        monkeypatch,
        services.store.members,
        "remove",
        groups.remove_member(ann, room.id, ben.user.id) if put_out else groups.leave(ben, room.id),
        groups.set_role(ann, room.id, ben.user.id, Role.OWNER),
        waits=True,
    )
    assert await _owners(services, room) == [ann.user.id]


async def test_nobody_comes_into_a_room_whose_last_member_leaves(
    services: Services, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben = await people("ann"), await people("ben")
    room = await services.groups.create(ann, "garden", public=True)
    _, late = await meet(
        monkeypatch,
        services.store.members,
        "remove",
        services.groups.leave(ann, room.id),
        services.groups.join(ben, room.id),
    )
    assert isinstance(late, ChatError)
    assert await services.store.members.count(room.id) == 0
    archived = await services.store.rooms.get(room.id)
    assert archived
    assert archived.archived_at


async def test_two_who_delete_their_accounts_leave_the_room_to_the_third(
    services: Services, people: People, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben, cleo = [await people(name) for name in ("ann", "ben", "cleo")]
    # Ben has read what he is in the room; then Ann goes, and the room is Ben's.
    ended = await meet(
        monkeypatch,
        services.store.rooms,
        "get_many",
        services.leaving.delete(ben, PASSWORD),
        services.leaving.delete(ann, PASSWORD),
    )
    assert ended == [None, None]
    assert await _owners(services, room) == [cleo.user.id]


async def test_a_room_made_while_the_account_goes_is_not_left_to_it(
    services: Services, people: People, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben = await people("ann"), await people("ben")
    await meet(
        monkeypatch,
        services.store.onetimes,
        "use_all",  # after the rooms were left
        services.leaving.delete(ann, PASSWORD),
        services.groups.create(ann, "shed", members=[ben.user.id]),
    )
    assert await services.store.members.of_user(ann.user.id) == []


async def test_an_invite_for_one_is_not_used_up_twice_by_the_same_person(
    services: Services, people: People, room: Room
) -> None:
    ann, dora = await people("ann"), await people("dora")
    invite = await services.invites.create(ann, room.id, uses=2)
    await asyncio.gather(*(services.invites.accept(dora, invite.id) for _ in range(5)))
    left = await services.store.invites.get(invite.id)
    assert left
    assert left.uses_left == 1


async def test_a_room_is_not_handed_to_a_closed_account(services: Services, people: People, room: Room) -> None:
    zoe, ann, ben = await people("zoe"), await people("ann"), await people("ben")
    await services.administration.set_active(zoe, ben.user.id, active=False)
    with pytest.raises(Conflict, match="cannot look after"):
        await services.groups.set_role(ann, room.id, ben.user.id, Role.OWNER)


# ------------------------------------------------------------ administrators


async def test_two_administrators_who_unmake_each_other_leave_one(
    services: Services, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben = await people("ann"), await people("ben")
    ben = type(ben)(await services.administration.set_administrator(ann, ben.user.id, on=True), ben.session)
    ended = await meet(
        monkeypatch,
        services.store.users,
        "administrators",
        services.administration.set_administrator(ann, ben.user.id, on=False),
        services.administration.set_administrator(ben, ann.user.id, on=False),
        services.administration.set_active(ben, ann.user.id, active=False),
        services.leaving.delete(ann, PASSWORD),
        waits=True,
    )
    assert sum(isinstance(each, ChatError) for each in ended) >= 1
    assert len(await services.store.users.administrators()) == 1


async def test_who_signs_up_while_the_only_account_goes_administers(
    services: Services, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await people("ann")
    sign_up = services.accounts.sign_up("ben", "ben@example.org", PASSWORD)
    await meet(monkeypatch, services.leaving, "_leave_rooms", services.leaving.delete(ann, PASSWORD), sign_up)
    assert [each.username for each in await services.store.users.administrators()] == ["ben"]


async def test_of_two_who_sign_up_after_the_only_account_went_one_administers(
    services: Services, people: People
) -> None:
    await services.leaving.delete(await people("ann"), PASSWORD)
    names = ("ben", "cleo", "dora")
    await asyncio.gather(*(services.accounts.sign_up(name, f"{name}@example.org", PASSWORD) for name in names))
    assert len(await services.store.users.administrators()) == 1
