import asyncio
from dataclasses import replace

import pytest

from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Invite
from chatbeside.store.interfaces import Store
from tests.contract.conftest import Place
from tests.contract.make import at


def invite(room_id: str, seconds: float = 0, **more: object) -> Invite:
    return Invite(new_id(), room_id, new_id(), at(seconds), **more)


async def test_invites_of_a_room(store: Store) -> None:
    room_id = new_id()
    made = [invite(room_id, seconds, expires_at=at(99), uses_left=seconds + 1) for seconds in range(3)]
    for each in (*reversed(made), invite(new_id())):
        await store.invites.add(each)
    assert await store.invites.of_room(room_id) == made
    assert await store.invites.get(made[0].id) == made[0]
    assert await store.invites.get(new_id()) is None
    assert await store.invites.revoke(made[1].id, at(5)) is True
    assert await store.invites.revoke(made[1].id, at(6)) is False
    assert await store.invites.revoke(new_id(), at(6)) is False
    assert await store.invites.of_room(room_id) == [made[0], made[2]]
    assert await store.invites.get(made[1].id) == replace(made[1], revoked_at=at(5))


async def test_of_many_at_once_only_so_many_get_in(place: Place, store: Store) -> None:
    if place.kind == "ferretdb":
        pytest.skip("FerretDB 1 does not update atomically.")
    few = invite(new_id(), uses_left=3)
    await store.invites.add(few)
    results = await asyncio.gather(*(store.invites.use(few.id) for _ in range(10)))
    assert sum(results) == 3
    assert await store.invites.get(few.id) == replace(few, uses_left=0)


async def test_without_a_limit_everybody_gets_in_until_it_is_revoked(store: Store) -> None:
    wide = invite(new_id())
    await store.invites.add(wide)
    assert [await store.invites.use(wide.id) for _ in range(5)] == [True] * 5
    assert await store.invites.get(wide.id) == wide
    await store.invites.revoke(wide.id, at(5))
    assert await store.invites.use(wide.id) is False
    assert await store.invites.use(new_id()) is False
