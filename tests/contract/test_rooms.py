from dataclasses import replace

import pytest

from chatbeside.domain.ids import new_id, pair_key
from chatbeside.domain.models import RoomKind
from chatbeside.store.interfaces import Store, Taken
from tests.contract.make import START, at, room


async def test_a_room_comes_back_as_it_was(store: Store) -> None:
    made = room("Köln", topic="Ein Ort", public=True, avatar=new_id(), archived_at=at(3), preferences={"slow": 5})
    await store.rooms.add(made)
    assert await store.rooms.get(made.id) == made
    assert isinstance((await store.rooms.get(made.id)).kind, RoomKind)  # type: ignore[union-attr]
    assert await store.rooms.get(new_id()) is None
    assert await store.rooms.get_many([made.id, new_id()]) == {made.id: made}


async def test_two_people_have_one_conversation(store: Store) -> None:
    pair = pair_key(new_id(), new_id())
    made = room(kind=RoomKind.DIRECT, pair=pair)
    await store.rooms.add(made)
    with pytest.raises(Taken) as refused:
        await store.rooms.add(room(kind=RoomKind.DIRECT, pair=pair))
    assert refused.value.field == "pair"
    assert await store.rooms.by_pair(pair) == made
    assert await store.rooms.by_pair(pair_key(new_id(), new_id())) is None
    await store.rooms.add(room("one"))
    await store.rooms.add(room("two"))  # no pair is not a pair that is taken
    with pytest.raises(Taken) as refused:
        await store.rooms.add(replace(room("three"), id=made.id))
    assert refused.value.field == "id"


async def test_fields_change(store: Store) -> None:
    made = room("One", public=True)
    await store.rooms.add(made)
    changed = await store.rooms.update(made.id, {"name": "Two", "archived_at": at(1), "preferences": {"a": [1]}})
    assert changed == replace(made, name="Two", archived_at=at(1), preferences={"a": [1]})
    assert await store.rooms.update(made.id, {"archived_at": None}) == replace(changed, archived_at=None)
    assert [each.name for each in await store.rooms.public(prefix="two", limit=9)] == ["Two"]
    assert await store.rooms.public(prefix="one", limit=9) == []
    assert await store.rooms.update(new_id(), {"name": "x"}) is None


async def test_public_rooms_by_name(store: Store) -> None:
    for name in ("garden", "Garage", "games", "Zoo", "GARDEN shed"):
        await store.rooms.add(room(name, public=True))
    await store.rooms.add(room("garlic"))
    await store.rooms.add(room("gargoyle", public=True, archived_at=START))

    async def found(prefix: str = "", limit: int = 20, after: str = "") -> list[str]:
        return [each.name for each in await store.rooms.public(prefix=prefix, limit=limit, after=after)]

    assert await found() == ["games", "Garage", "garden", "GARDEN shed", "Zoo"]
    assert await found("gar") == ["Garage", "garden", "GARDEN shed"]
    assert await found("gar", 1) == ["Garage"]
    assert await found("gar", 5, "garage") == ["garden", "GARDEN shed"]
    assert await found("", 2, "garden") == ["GARDEN shed", "Zoo"]


async def test_rooms_of_one_name_are_all_paged_through(store: Store) -> None:
    made = sorted([room("news", public=True) for _ in range(7)], key=lambda each: each.id)
    for each in made:
        await store.rooms.add(each)
    paged = []
    page = await store.rooms.public(prefix="n", limit=3)
    while page:
        paged += page
        page = await store.rooms.public(prefix="n", limit=3, after="news", after_id=page[-1].id)
    assert paged == made
