from dataclasses import replace

import pytest

from chatbeside.domain.ids import new_id
from chatbeside.store.interfaces import Store, Taken
from tests.contract.make import at, session


async def test_a_session_lives_until_it_is_revoked(store: Store) -> None:
    ann = session(new_id())
    await store.sessions.add(ann)
    assert await store.sessions.get(ann.id) == ann
    assert await store.sessions.revoke(ann.id, at(60)) is True
    assert await store.sessions.revoke(ann.id, at(90)) is False
    assert await store.sessions.get(ann.id) == replace(ann, revoked_at=at(60))
    assert await store.sessions.revoke(new_id(), at(60)) is False
    assert await store.sessions.get(new_id()) is None


async def test_living_sessions_of_a_person_newest_first(store: Store) -> None:
    user_id = new_id()
    first, second, third, other = session(user_id, 1), session(user_id, 2), session(user_id, 3), session(new_id(), 4)
    for each in (second, third, other, first):
        await store.sessions.add(each)
    await store.sessions.revoke(second.id, at(9))
    assert await store.sessions.of_user(user_id) == [third, first]


async def test_last_seen_only_moves_forward(store: Store) -> None:
    ann = session(new_id())
    await store.sessions.add(ann)
    for seconds in (50, 20, 40):
        await store.sessions.touch(ann.id, at(seconds))
    assert await store.sessions.get(ann.id) == replace(ann, last_seen_at=at(50))
    await store.sessions.touch(new_id(), at(50))


async def test_an_id_is_used_once(store: Store) -> None:
    ann = session(new_id())
    await store.sessions.add(ann)
    with pytest.raises(Taken):
        await store.sessions.add(ann)
