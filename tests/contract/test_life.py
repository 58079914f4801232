"""Opening, closing, opening again."""

import pytest

from chatbeside.domain.ids import new_id
from chatbeside.store.interfaces import StoreUnavailable
from tests.contract.conftest import Place
from tests.contract.make import fill, member, message, room, session, user


async def test_everything_is_there_after_opening_again(place: Place) -> None:
    store = await place.open()
    ann, made = user("ann", preferences={"a": 1}), room("one")
    log_in, joined = session(ann.id), member(made.id, ann.id)
    await store.users.add(ann)
    await store.rooms.add(made)
    await store.sessions.add(log_in)
    await store.members.add(joined)
    await store.receipts.advance(made.id, ann.id, read_seq=2)
    await fill(store, made.id, 3)
    timeline = await store.messages.page(made.id, limit=9)
    await store.close()

    store = await place.open()
    assert await store.users.get(ann.id) == ann
    assert await store.rooms.get(made.id) == made
    assert await store.sessions.get(log_in.id) == log_in
    assert await store.members.get(made.id, ann.id) == joined
    assert (await store.receipts.get(made.id, ann.id)).read_seq == 2
    assert await store.messages.page(made.id, limit=9) == timeline
    assert (await store.messages.append(message(made.id)))[0].seq == 4


async def test_a_closed_store_refuses(place: Place) -> None:
    store = await place.open()
    await store.check()
    await store.close()
    await store.close()
    for call in (
        store.check(),
        store.users.add(user("ann")),
        store.users.get(new_id()),
        store.messages.append(message("x")),
    ):
        with pytest.raises(StoreUnavailable):
            await call
