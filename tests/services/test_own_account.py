from datetime import timedelta

import pytest

from chatbeside.domain.errors import Conflict, InvalidInput, NotSignedIn, TooMany
from chatbeside.domain.proofs import OneTime
from chatbeside.services.container import Services
from chatbeside.services.events import AccountChanged, SessionEnded
from chatbeside.services.own_account import FRESH, RESET, check_display_name
from tests.conftest import PASSWORD, ManualClock, People, Recorder

NEW = "another horse battery"


async def test_a_new_password_logs_the_other_devices_out(
    services: Services, people: People, publisher: Recorder, clock: ManualClock
) -> None:
    ann = await people("ann")
    other = await services.accounts.log_in("ann", PASSWORD)
    await services.store.onetimes.add(OneTime("link", RESET, ann.user.id, clock(), clock() + timedelta(hours=1)))
    publisher.take()
    await services.own_account.change_password(ann, PASSWORD, NEW)
    assert publisher.take() == [SessionEnded(other.session.id, ann.user.id, "password")]
    await services.accounts.authenticate(await people.token("ann"))
    with pytest.raises(NotSignedIn):
        await services.accounts.log_in("ann", PASSWORD)
    await services.accounts.log_in("ann", NEW)
    link = await services.store.onetimes.get("link")
    assert link is not None and link.used_at is not None


@pytest.mark.parametrize(
    ("present", "new", "field"),
    [("wrong password", NEW, "present"), (PASSWORD, "short", "password"), (PASSWORD, "annann ann", "password")],
)
async def test_what_is_wrong_with_a_new_password(
    services: Services, people: People, present: str, new: str, field: str
) -> None:
    ann = await people("annann")
    with pytest.raises(InvalidInput) as caught:
        await services.own_account.change_password(ann, present, new)
    assert set(caught.value.fields) == {field}
    await services.accounts.log_in("annann", PASSWORD)


async def test_a_taken_over_session_is_no_place_to_guess_the_password(
    services: Services, people: People, clock: ManualClock
) -> None:
    ann = await people("ann")
    for _ in range(5):
        with pytest.raises(InvalidInput):
            await services.own_account.change_password(ann, "wrong password", NEW)
    with pytest.raises(TooMany):
        await services.own_account.change_password(ann, PASSWORD, NEW)
    clock.advance(600)
    await services.own_account.change_password(ann, PASSWORD, NEW)


async def test_another_address_needs_the_password(services: Services, people: People, publisher: Recorder) -> None:
    ann = await people("ann")
    await people("ben")
    publisher.take()
    with pytest.raises(InvalidInput) as caught:
        await services.own_account.change(ann, email="new@example.org", password="wrong password")
    assert set(caught.value.fields) == {"password"}
    with pytest.raises(Conflict) as taken:
        await services.own_account.change(ann, email="BEN@example.org", password=PASSWORD)
    assert set(taken.value.fields) == {"email"}
    assert publisher.take() == []
    user = await services.own_account.change(ann, email="New@example.org", password=PASSWORD)
    assert user.email == "New@example.org"
    assert publisher.take() == [AccountChanged(ann.user.id)]
    await services.accounts.log_in("new@example.org", PASSWORD)
    with pytest.raises(NotSignedIn):
        await services.accounts.log_in("ann@example.org", PASSWORD)


async def test_another_name_for_others(services: Services, people: People, publisher: Recorder) -> None:
    ann = await people("ann")
    publisher.take()
    assert (await services.own_account.change(ann, display_name=" Ann of the  Garden ")).display_name
    assert publisher.take() == [AccountChanged(ann.user.id)]
    assert (await services.own_account.change(ann, display_name="ann")).display_name is None
    assert (await services.own_account.change(ann, display_name="")).display_name is None


@pytest.mark.parametrize("name", ["x" * 51, "a\nb", "a\u202eb", "\u200b\u200b", "\ud800", "a\u2028b"])
def test_names_that_cannot_be_seen(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_display_name(name)
    assert set(caught.value.fields) == {"displayName"}


@pytest.mark.parametrize("name", ["Ann", "Émile 👩‍🌾", "安", "O'Neil-Smith, Jr."])
def test_names_of_all_sorts(name: str) -> None:
    assert check_display_name(f" {name} ") == name


async def test_without_a_password_a_fresh_log_in_stands_for_it(
    services: Services, people: People, clock: ManualClock
) -> None:
    ann = await people("ann")
    await services.store.users.update(ann.user.id, {"password_hash": None})
    clock.advance(FRESH.total_seconds())
    await services.own_account.change_password(ann, "", NEW)
    await services.store.users.update(ann.user.id, {"password_hash": None})
    clock.advance(1)
    with pytest.raises(InvalidInput):
        await services.own_account.change_password(ann, "", NEW)
    clock.advance(-24 * 3600)  # a clock that was set back makes no old log-in fresh
    with pytest.raises(InvalidInput):
        await services.own_account.change_password(ann, "", NEW)
