from dataclasses import replace

import pytest

from chatbeside.domain.ids import new_id
from chatbeside.store.interfaces import Store, Taken
from tests.contract.make import START, at, user


async def test_an_account_comes_back_as_it_was(store: Store) -> None:
    ann = user(
        "Ann",
        email="Ann@example.org",
        email_key="ann@example.org",
        password_hash="$argon2id$...",
        administrator=True,
        display_name="Ann 👋🏽",
        avatar=new_id(),
        preferences={"theme": "dark", "a.b": {"$c": [1, None, 2.5, "x"]}, "%2E": {}, "": "\0", "🙂": []},
        deactivated_at=at(5),
    )
    await store.users.add(ann)
    assert await store.users.get(ann.id) == ann
    assert await store.users.by_username("ann") == ann
    assert await store.users.by_email("ann@example.org") == ann
    assert (await store.users.get(ann.id)).created_at.utcoffset().total_seconds() == 0  # type: ignore[union-attr]


async def test_what_is_not_there_is_none(store: Store) -> None:
    assert await store.users.get(new_id()) is None
    assert await store.users.by_username("nobody") is None
    assert await store.users.by_email("nobody@example.org") is None
    assert await store.users.update(new_id(), {"display_name": "x"}) is None
    assert await store.users.get_many([]) == {}


async def test_names_and_addresses_are_taken_once(store: Store) -> None:
    ann = user("ann", email="a@example.org", email_key="a@example.org")
    await store.users.add(ann)
    for other, field in (
        (user("ann"), "username"),
        (user("ben", email="a@example.org", email_key="a@example.org"), "email"),
        (replace(user("cem"), id=ann.id), "id"),
    ):
        with pytest.raises(Taken) as refused:
            await store.users.add(other)
        assert refused.value.field == field
    assert await store.users.count() == 1


async def test_many_accounts_have_no_address(store: Store) -> None:
    await store.users.add(user("ann"))
    await store.users.add(user("ben"))
    assert await store.users.by_email("") is None
    assert await store.users.count() == 2


async def test_fields_change(store: Store) -> None:
    ann, ben = user("ann", email="a@example.org", email_key="a@example.org"), user("ben")
    for each in (ann, ben):
        await store.users.add(each)
    changed = await store.users.update(
        ann.id, {"display_name": "Ann", "preferences": {"x": 1}, "deactivated_at": at(9)}
    )
    assert changed == replace(ann, display_name="Ann", preferences={"x": 1}, deactivated_at=at(9))
    assert await store.users.get(ann.id) == changed
    assert await store.users.update(ann.id, {}) == changed
    back = await store.users.update(ann.id, {"deactivated_at": None, "display_name": None})
    assert back == replace(ann, preferences={"x": 1})
    with pytest.raises(Taken) as refused:
        await store.users.update(ben.id, {"username": "Ann", "username_key": "ann"})
    assert refused.value.field == "username"
    with pytest.raises(Taken) as refused:
        await store.users.update(ben.id, {"email": "a@example.org", "email_key": "a@example.org"})
    assert refused.value.field == "email"
    assert await store.users.get(ben.id) == ben


async def test_an_address_that_was_given_up_is_free(store: Store) -> None:
    ann, ben = user("ann", email="a@example.org", email_key="a@example.org"), user("ben")
    for each in (ann, ben):
        await store.users.add(each)
    await store.users.update(ann.id, {"email": None, "email_key": None})
    await store.users.update(ben.id, {"email": "a@example.org", "email_key": "a@example.org"})
    assert (await store.users.by_email("a@example.org")).id == ben.id  # type: ignore[union-attr]


@pytest.mark.parametrize("changes", [{"id": "x"}, {"shoe_size": 43}])
async def test_only_known_fields_change(store: Store, changes: dict[str, object]) -> None:
    ann = user("ann")
    await store.users.add(ann)
    with pytest.raises(ValueError):
        await store.users.update(ann.id, changes)
    assert await store.users.get(ann.id) == ann


async def test_several_at_once(store: Store) -> None:
    people = [user(f"user{number}") for number in range(5)]
    for each in people:
        await store.users.add(each)
    wanted = [people[3].id, people[1].id, new_id(), people[1].id]
    assert await store.users.get_many(iter(wanted)) == {people[1].id: people[1], people[3].id: people[3]}


async def test_search_goes_by_the_beginning_of_the_folded_name(store: Store) -> None:
    names = ["Anna", "ann", "ANNE", "ben", "annual", "Straße", "an", "Émile", "ann_x"]
    for name in names:
        await store.users.add(user(name))
    await store.users.add(user("annette", deactivated_at=START))
    await store.users.add(user("ann.bot", bot=True))

    async def found(prefix: str, limit: int = 20, after: str = "") -> list[str]:
        return [each.username_key for each in await store.users.search(prefix, limit=limit, after=after)]

    assert await found("ann") == ["ann", "ann.bot", "ann_x", "anna", "anne", "annual"]
    assert await found("ann", 2) == ["ann", "ann.bot"]
    assert await found("ann", 2, "ann.bot") == ["ann_x", "anna"]
    assert await found("ann", 20, "annual") == []
    assert await found("stras") == ["strasse"]
    assert await found("é") == ["émile"]
    assert await found("%") == []
    assert await found("ann_") == ["ann_x"]
    assert len(await found("")) == 10


async def test_people_are_counted_without_bots_and_closed_accounts(store: Store) -> None:
    await store.users.add(user("ann"))
    cleo = user("cleo")
    await store.users.add(cleo)
    await store.users.add(user("ben", deactivated_at=START))
    await store.users.add(user("beside", bot=True))
    assert await store.users.count() == 2
    await store.users.update(cleo.id, {"deactivated_at": START})
    assert await store.users.count() == 1
