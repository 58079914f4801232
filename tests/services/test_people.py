import pytest

from chatbeside.domain.errors import InvalidInput, NotFound
from chatbeside.domain.ids import new_id
from chatbeside.services.container import Services
from tests.conftest import ManualClock, People


async def _names(services: Services, asker, query: str, **options) -> list[str]:
    return [user.username for user in await services.people.search(asker, query, **options)]


async def test_search_goes_by_the_beginning_in_any_case(services: Services, people: People) -> None:
    ann = await people("ann")
    for name in ("Annika", "ben", "Zoe", "anton"):
        await people(name)
    assert await _names(services, ann, "AN") == ["ann", "Annika", "anton"]
    assert await _names(services, ann, " @ann") == ["ann", "Annika"]
    assert await _names(services, ann, "") == ["ann", "Annika", "anton", "ben", "Zoe"]
    assert await _names(services, ann, "nobody") == []


@pytest.mark.parametrize("query", ["%", "_", "*", "a%", "\\", "'", '"', "\0", "\ud800", "(", "^a"])
async def test_nothing_in_a_query_is_special(services: Services, people: People, query: str) -> None:
    ann = await people("ann")
    assert await _names(services, ann, query) == []


async def test_pages_follow_each_other(services: Services, people: People) -> None:
    ann = await people("ann")
    for name in ("Ben", "cleo", "Dan"):
        await people(name)
    first = await _names(services, ann, "", limit=2)
    assert first == ["ann", "Ben"]
    assert await _names(services, ann, "", limit=2, after=first[-1]) == ["cleo", "Dan"]
    assert await _names(services, ann, "", limit=2, after="Dan") == []


@pytest.mark.parametrize("bad", [{"limit": 0}, {"limit": 51}, {"limit": -1}, {"query": "x" * 65}])
async def test_bounds(services: Services, people: People, bad: dict) -> None:
    ann = await people("ann")
    with pytest.raises(InvalidInput) as caught:
        await services.people.search(ann, bad.pop("query", ""), **bad)
    assert caught.value.fields


async def test_closed_accounts_are_not_found_by_name_but_by_id(
    services: Services, people: People, clock: ManualClock
) -> None:
    ann, ben = await people("ann"), await people("ben")
    await services.store.users.update(ben.user.id, {"deactivated_at": clock()})
    assert await _names(services, ann, "ben") == []
    assert (await services.people.get(ann, ben.user.id)).username == "ben"
    for find in (services.people.by_username, services.people.find):
        with pytest.raises(NotFound):
            await find(ann, "ben")
    with pytest.raises(NotFound):
        await services.people.find(ann, ben.user.id)


async def test_by_id_and_by_name(services: Services, people: People) -> None:
    ann, ben = await people("ann"), await people("ben")
    assert (await services.people.by_username(ann, "@BEN")).id == ben.user.id
    assert (await services.people.find(ann, ben.user.id)).id == ben.user.id
    assert (await services.people.find(ann, "Ben")).id == ben.user.id
    for wrong in (new_id(), "", "ben", "\0", "\ud800", "x" * 1000):
        with pytest.raises(NotFound):
            await services.people.get(ann, wrong)
    with pytest.raises(NotFound):
        await services.people.by_username(ann, "\ud800")
