import asyncio

import pytest

from chatbeside.domain.errors import Conflict, InvalidInput, NotSignedIn, TooMany
from chatbeside.domain.limits import LimitName
from chatbeside.services.container import Services
from chatbeside.services.emails import check_email
from chatbeside.services.events import SessionEnded
from chatbeside.services.source import Source, coming_from
from chatbeside.settings import Settings
from tests.conftest import PASSWORD, ManualClock, People, Recorder


async def test_signing_up_logs_in_and_the_first_is_administrator(services: Services) -> None:
    first = await services.accounts.sign_up(" Ann ", "Ann@Example.org", PASSWORD, user_agent="tests")
    second = await services.accounts.sign_up("ben", "ben@example.org", PASSWORD)
    assert (first.user.username, first.user.email) == ("Ann", "Ann@example.org")
    assert first.user.administrator
    assert not second.user.administrator
    assert first.session.user_agent == "tests"
    principal = await services.accounts.authenticate(first.token)
    assert (principal.user, principal.session) == (first.user, first.session)
    assert PASSWORD not in str(first.user.password_hash)


async def test_of_many_first_sign_ups_one_is_administrator(services: Services) -> None:
    made = await asyncio.gather(
        *(services.accounts.sign_up(f"user{n}", f"user{n}@example.org", PASSWORD) for n in range(8))
    )
    assert sum(signed_in.user.administrator for signed_in in made) == 1


async def test_every_field_is_explained_at_once(services: Services) -> None:
    with pytest.raises(InvalidInput) as caught:
        await services.accounts.sign_up("a", "ann@example", "short")
    assert caught.value.fields == {
        "username": "Use 2 to 32 characters.",
        "email": "This address has no ending, such as .org",
        "password": "Use at least 8 characters.",
    }
    assert await services.store.users.count() == 0


@pytest.mark.parametrize(
    ("email", "problem"),
    [
        ("", "no @"),
        ("ann", "no @"),
        ("@example.org", "before the @"),
        ("ann@", "after the @"),
        ("ann@example", "no ending"),
        ("a..b@example.org", "two periods"),
        ("ann@exa mple.org", "SPACE"),
        ("ann@example.org\nbcc: ben@example.org", "invalid"),
        ("ann\0@example.org", "invalid"),
        ("\ud800@example.org", "unsafe"),
        ("x" * 500 + "@example.org", "too long"),
    ],
)
def test_addresses_that_cannot_be(email: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_email(email)
    assert problem in caught.value.fields["email"]


async def test_names_and_addresses_are_unique_in_any_case(services: Services, people: People) -> None:
    await people("ann")
    with pytest.raises(Conflict) as caught:
        await services.accounts.sign_up("ANN", "Ann@EXAMPLE.org", PASSWORD)
    assert set(caught.value.fields) == {"username", "email"}
    with pytest.raises(Conflict) as caught:
        await services.accounts.sign_up("\uff21nn", "other@example.org", PASSWORD)
    assert set(caught.value.fields) == {"username"}


async def test_a_race_for_a_name_has_one_winner(services: Services) -> None:
    results = await asyncio.gather(
        *(services.accounts.sign_up("ann", f"ann{n}@example.org", PASSWORD) for n in range(6)), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, Conflict)]
    assert len(refused) == 5
    assert all(set(error.fields) == {"username"} for error in refused)
    assert await services.store.users.count() == 1


@pytest.mark.parametrize("who", ["ann", "ANN", " ann ", "ann@example.org", "Ann@Example.ORG"])
async def test_logging_in_by_name_or_address(services: Services, people: People, who: str) -> None:
    await people("ann")
    signed_in = await services.accounts.log_in(who, PASSWORD)
    assert (await services.accounts.authenticate(signed_in.token)).user.username == "ann"


async def test_what_was_wrong_is_not_told(services: Services, people: People) -> None:
    await people("ann")
    told = set()
    for who, password in (("ann", "wrong password"), ("nobody", PASSWORD), ("no@example.org", PASSWORD), ("", "")):
        with pytest.raises(NotSignedIn) as caught:
            await services.accounts.log_in(who, password)
        told.add((caught.value.message, tuple(caught.value.fields)))
    assert len(told) == 1


async def test_unknown_names_cost_a_hash_too(services: Services, people: People, monkeypatch) -> None:
    await people("ann")
    asked = []
    verify = services.passwords._verify
    monkeypatch.setattr(services.passwords, "_verify", lambda *given: asked.append(given[1]) or verify(*given))
    for who in ("ann", "nobody"):
        with pytest.raises(NotSignedIn):
            await services.accounts.log_in(who, "wrong password")
    assert len(asked) == 2
    assert asked[1] is None


async def test_guessing_is_slowed_down_by_name_and_address(
    services: Services, people: People, clock: ManualClock
) -> None:
    await people("ann")
    with coming_from(Source("192.0.2.1")):
        for _ in range(10):
            with pytest.raises(NotSignedIn):
                await services.accounts.log_in("ann", "wrong password")
        with pytest.raises(TooMany) as caught:
            await services.accounts.log_in("Ann", PASSWORD)
    with coming_from(Source("192.0.2.2")):
        await services.accounts.log_in("ann", PASSWORD)
    clock.advance(caught.value.retry_after - 1)
    with coming_from(Source("192.0.2.1")):
        with pytest.raises(TooMany):
            await services.accounts.log_in("ann", PASSWORD)
        clock.advance(1.01)
        await services.accounts.log_in("ann", PASSWORD)
        for _ in range(10):  # the right password has taken back the wrong ones
            with pytest.raises(NotSignedIn):
                await services.accounts.log_in("ann", "wrong password")


async def test_guessing_from_everywhere_is_slowed_down(services: Services, people: People) -> None:
    await people("ann")
    for number in range(100):
        with coming_from(Source(f"192.0.2.{number}")), pytest.raises(NotSignedIn):
            await services.accounts.log_in("ann", "wrong password")
    with coming_from(Source("198.51.100.1")), pytest.raises(TooMany):
        await services.accounts.log_in("ann", PASSWORD)


async def test_one_address_cannot_try_many_accounts(services: Services) -> None:
    tried = 0
    with pytest.raises(TooMany):
        for number in range(201):
            # One connection has a whole IPv6 network.
            with coming_from(Source(f"2001:db8:0:1::{number:x}")):
                tried += 1
                with pytest.raises(NotSignedIn):
                    await services.accounts.log_in(f"nobody{number}", "wrong password")
    assert tried == 201


async def test_one_address_cannot_make_many_accounts(services: Services, people: People) -> None:
    await people("ann")
    with coming_from(Source("192.0.2.1")):
        for _ in range(100):
            await services.limits.take(LimitName.SIGN_UP_ADDRESS, "192.0.2.1")
        with pytest.raises(TooMany, match="You can try again in"):
            await services.accounts.sign_up("ben", "ben@example.org", PASSWORD)
    await services.accounts.sign_up("ben", "ben@example.org", PASSWORD)


async def test_a_closed_account_cannot_be_used(services: Services, people: People, clock: ManualClock) -> None:
    ann = await people("ann")
    token = await people.token("ann")
    await services.store.users.update(ann.user.id, {"deactivated_at": clock()})
    with pytest.raises(NotSignedIn):
        await services.accounts.authenticate(token)
    with pytest.raises(NotSignedIn, match="is not right"):
        await services.accounts.log_in("ann", PASSWORD)


async def test_logging_out_ends_this_session_only(services: Services, people: People, publisher: Recorder) -> None:
    ann = await people("ann")
    other = await services.accounts.log_in("ann", PASSWORD)
    publisher.take()
    await services.accounts.log_out(ann)
    assert publisher.take() == [SessionEnded(ann.session.id, ann.user.id)]
    with pytest.raises(NotSignedIn):
        await services.accounts.authenticate(await people.token("ann"))
    await services.accounts.authenticate(other.token)
    await services.accounts.log_out(ann)
    assert publisher.take() == []


async def test_a_session_ends_by_itself(services: Services, people: People, settings: Settings, clock) -> None:
    token = await people.token("ann")
    clock.advance(settings.session_days * 24 * 3600 - 1)
    await services.accounts.authenticate(token)
    clock.advance(1)
    with pytest.raises(NotSignedIn):
        await services.accounts.authenticate(token)


async def test_seen_at_moves_once_a_minute(services: Services, people: People, clock: ManualClock) -> None:
    ann, token = await people("ann"), await people.token("ann")
    clock.advance(59)
    await services.accounts.authenticate(token)
    assert (await services.store.sessions.get(ann.session.id)).last_seen_at == ann.session.last_seen_at
    clock.advance(1)
    await services.accounts.authenticate(token)
    assert (await services.store.sessions.get(ann.session.id)).last_seen_at == clock()


async def test_a_ticket_works_once(services: Services, people: People) -> None:
    await people("ann")
    signed_in = people.signed_in["ann"]
    ticket = await services.accounts.make_ticket(signed_in)
    results = await asyncio.gather(*(services.accounts.redeem_ticket(ticket) for _ in range(5)), return_exceptions=True)
    tokens = [result for result in results if isinstance(result, str)]
    assert len(tokens) == 1
    assert all(isinstance(result, str | NotSignedIn) for result in results)
    assert (await services.accounts.authenticate(tokens[0])).user == signed_in.user
    with pytest.raises(NotSignedIn):
        await services.accounts.authenticate(signed_in.token)
    assert len(await services.store.sessions.of_user(signed_in.user.id)) == 1


async def test_a_ticket_of_a_session_that_ended_is_void(services: Services, people: People, clock) -> None:
    ann = await people("ann")
    ticket = await services.accounts.make_ticket(people.signed_in["ann"])
    await services.accounts.log_out(ann)
    with pytest.raises(NotSignedIn):
        await services.accounts.redeem_ticket(ticket)
    other = await services.accounts.make_ticket(await services.accounts.log_in("ann", PASSWORD))
    clock.advance(30)
    with pytest.raises(NotSignedIn):
        await services.accounts.redeem_ticket(other)
