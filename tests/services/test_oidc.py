import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest
from joserfc import jwk

from chatbeside.domain.errors import CodeNeeded, NotAllowed, NotFound, Unavailable
from chatbeside.services.accounts import SignedIn
from chatbeside.services.container import Services
from chatbeside.services.events import Silent
from chatbeside.services.oidc import LinkNeeded
from chatbeside.services.passwords import Passwords
from chatbeside.services.principal import Principal
from chatbeside.settings import Settings
from chatbeside.store.sqlite import SqliteStore
from tests.conftest import PASSWORD
from tests.servers.oidc import CLIENT_ID, CLIENT_SECRET, Provider, provider


@pytest.fixture(scope="module")
def serving() -> Iterator[Provider]:
    with provider() as serving:
        yield serving


@pytest.fixture
def elsewhere(serving: Provider) -> Provider:
    """The provider, with nobody's wishes left."""
    serving.claims, serving.twist, serving.signs_with = {"sub": "1", "preferred_username": "cleo"}, {}, serving.key
    return serving


@pytest.fixture
async def chat(tmp_path: Path, elsewhere: Provider) -> AsyncIterator[Services]:
    settings = Settings(
        data=tmp_path / "oidc",
        assistant=False,
        oidc_issuer=elsewhere.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
    )
    cheap = Passwords(1, time_cost=1, memory_cost=64)
    services = Services.build(SqliteStore(tmp_path / "oidc.db"), settings, Silent(), passwords=cheap)
    await services.start()
    yield services
    await services.stop()


async def visit(services: Services) -> tuple[str, str, str]:
    """Go to the provider as a browser does; return the cookie, the state and the code."""
    departure = await services.oidc.begin("/settings")
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(departure.address)
    back = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    return departure.flow, back["state"], back["code"]


async def come(services: Services) -> SignedIn:
    signed_in, next_page = await services.oidc.finish(*await visit(services))
    assert next_page == "/settings"
    return signed_in


async def test_the_first_visit_makes_an_account_and_the_next_one_leads_to_it(
    chat: Services, elsewhere: Provider
) -> None:
    elsewhere.claims |= {"email": "cleo@example.org", "email_verified": True}
    first = await come(chat)
    assert (first.user.username, first.user.email, first.user.password_hash) == ("cleo", "cleo@example.org", None)
    # Another name and address there change nothing here: it is the same subject.
    elsewhere.claims = {"sub": "1", "preferred_username": "other", "email": "o@example.org", "email_verified": True}
    again = await come(chat)
    assert again.user.id == first.user.id
    assert (await chat.accounts.authenticate(again.token)).user.username == "cleo"


async def test_somebody_new_in_two_windows_at_once_gets_one_account(chat: Services, elsewhere: Provider) -> None:
    backs = [await visit(chat), await visit(chat)]
    (first, _), (second, _) = await asyncio.gather(*(chat.oidc.finish(*back) for back in backs))
    assert first.user.id == second.user.id
    assert await chat.store.users.count() == 1


async def test_a_way_back_counts_once(chat: Services, elsewhere: Provider) -> None:
    flow, state, code = await visit(chat)
    other, _, _ = await visit(chat)
    with pytest.raises(NotAllowed):
        await chat.oidc.finish(other, state, code)  # of another browser
    await chat.oidc.finish(flow, state, code)
    with pytest.raises(NotAllowed):
        await chat.oidc.finish(flow, state, code)  # again


async def test_an_address_that_nobody_verified_counts_for_nothing(chat: Services, elsewhere: Provider) -> None:
    ann = await chat.accounts.sign_up("ann", "ann@example.org", PASSWORD)
    for verified in (False, None, "true", 1):
        elsewhere.claims = {"sub": f"x{verified}", "email": "ann@example.org", "email_verified": verified}
        made = await come(chat)
        assert made.user.id != ann.user.id
        assert made.user.email is None


async def test_an_account_that_is_there_is_linked_by_its_own_password(chat: Services, elsewhere: Provider) -> None:
    ann = await chat.accounts.sign_up("ann", "ann@example.org", PASSWORD)
    ben = await chat.accounts.sign_up("ben", "ben@example.org", PASSWORD)
    elsewhere.claims = {"sub": "7", "email": "Ann@Example.org", "email_verified": True}
    with pytest.raises(LinkNeeded) as needed:
        await come(chat)
    # Whoever logs in to another account than that of the address links nothing.
    await chat.oidc.link(ben.user, needed.value.ticket)
    with pytest.raises(LinkNeeded):
        await come(chat)
    await chat.oidc.link(ann.user, "forged")
    await chat.oidc.link(ann.user, needed.value.ticket)
    assert (await come(chat)).user.id == ann.user.id


@pytest.mark.parametrize(
    "twist",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": [CLIENT_ID, "another"]},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"nonce": "another"},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
    ],
)
async def test_tokens_that_do_not_hold(chat: Services, elsewhere: Provider, twist: dict) -> None:
    elsewhere.twist = twist
    with pytest.raises(NotAllowed):
        await come(chat)
    assert await chat.store.users.count() == 0


async def test_a_token_that_somebody_else_signed(chat: Services, elsewhere: Provider) -> None:
    elsewhere.signs_with = jwk.RSAKey.generate_key(2048, {"kid": "one"})
    with pytest.raises(NotAllowed):
        await come(chat)


async def test_only_the_browser_that_began_comes_back(chat: Services) -> None:
    flow, state, code = await visit(chat)
    other_flow, other_state, other_code = await visit(chat)
    for forged in (
        ("", state, code),
        (other_flow, state, code),
        (flow, "", code),
        (flow, "\ud800", code),
        (flow, state, "x"),
    ):
        with pytest.raises(NotAllowed):
            await chat.oidc.finish(*forged)
    await chat.oidc.finish(flow, state, code)
    with pytest.raises(NotAllowed):  # a code works once
        await chat.oidc.finish(flow, state, code)
    with pytest.raises(NotAllowed):  # another flow's code: its PKCE verifier does not fit
        await chat.oidc.finish(*(await visit(chat))[:2], other_code)
    assert other_state != state


async def test_the_second_step_is_asked_for_all_the_same(chat: Services) -> None:
    cleo = await come(chat)
    principal = Principal(cleo.user, cleo.session)
    secret = (await chat.factors.begin(principal, "")).secret
    await chat.factors.confirm(principal, pyotp.TOTP(secret).now())
    with pytest.raises(CodeNeeded):
        await come(chat)


async def test_a_closed_account_stays_closed(chat: Services) -> None:
    cleo = await come(chat)
    await chat.store.users.update(cleo.user.id, {"deactivated_at": datetime.now(UTC)})
    with pytest.raises(NotAllowed):
        await come(chat)


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"preferred_username": "Cleo Smith"}, "Cleo-Smith"),
        ({"preferred_username": "cleo@example.org"}, "cleo"),
        ({"preferred_username": "!", "name": "Émile"}, "Émile"),
        ({"preferred_username": "everyone"}, "person"),
        ({"preferred_username": 5}, "person"),
        ({"preferred_username": "x" * 100}, "x" * 29),
    ],
)
async def test_names_for_new_accounts(chat: Services, elsewhere: Provider, claims: dict, name: str) -> None:
    elsewhere.claims = {"sub": "1", **claims}
    assert (await come(chat)).user.username == name
    elsewhere.claims["sub"] = "2"
    assert (await come(chat)).user.username == f"{name}2"


async def test_a_provider_that_does_not_answer(chat: Services) -> None:
    chat.oidc._issuer = "http://127.0.0.1:9"
    with pytest.raises(Unavailable):
        await chat.oidc.begin("/")


async def test_without_a_provider_there_is_no_such_way(services: Services) -> None:
    assert not services.oidc.on
    with pytest.raises(NotFound):
        await services.oidc.begin("/")


async def test_a_provider_elsewhere_needs_tls(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, oidc_issuer="http://login.example.org", oidc_client_id="chat")
    with pytest.raises(ValueError, match="https"):
        Services.build(SqliteStore(tmp_path / "x.db"), settings, Silent())
