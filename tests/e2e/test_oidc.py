"""Logging in through another provider."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Meet
from tests.e2e.person import PASSWORD
from tests.e2e.product import Product
from tests.servers.oidc import CLIENT_ID, CLIENT_SECRET, Provider, provider


@pytest.fixture
def elsewhere() -> Iterator[Provider]:
    with provider() as elsewhere:
        yield elsewhere


@pytest.fixture
def product(built: None, tmp_path: Path, elsewhere: Provider) -> Iterator[Product]:
    named = {
        "OIDC_ISSUER": elsewhere.issuer,
        "OIDC_CLIENT_ID": CLIENT_ID,
        "OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "OIDC_NAME": "The Garden",
    }
    with Product(tmp_path / "data", CHATBESIDE_ASSISTANT="false", **named) as product:
        yield product
        assert product.troubles() == []


def test_in_by_another_provider(meet: Meet, product: Product, elsewhere: Provider) -> None:
    # The provider sends people back to the server's own address, so they begin there too.
    cleo, ann = (meet(name, base_url=product.url) for name in ("cleo", "ann"))
    cleo.page.goto("/settings")
    cleo.page.get_by_role("link", name="Log in with The Garden").click()
    expect(cleo.page.get_by_text("@cleo")).to_be_visible()
    assert "/settings" in cleo.page.url
    cleo.page.goto("/")
    cleo.expect_signed_in()

    # An account that is there already: its own password connects the two, once.
    ann.sign_up()
    ann.log_out()
    elsewhere.claims = {"sub": "2", "email": "ann@example.org", "email_verified": True}
    ann.page.goto("/login")
    ann.page.get_by_role("link", name="Log in with The Garden").click()
    expect(ann.page.get_by_text("There is an account with your address here.")).to_be_visible()
    ann.page.get_by_label("Name or e-mail").fill("ann")
    ann.page.get_by_label("Password", exact=True).fill(PASSWORD)
    ann.page.locator("form").get_by_role("button", name="Log in").click()
    ann.expect_signed_in()
    ann.log_out()
    ann.page.goto("/login")
    ann.page.get_by_role("link", name="Log in with The Garden").click()
    ann.expect_signed_in()

    # What is forged leads to words, not to an error page.
    ann.page.goto("/api/auth/oidc/callback?code=x&state=y")
    expect(ann.page).to_have_url(re.compile(r"/(login/?\?oidc=forbidden)?$"))
