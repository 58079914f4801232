"""A forgotten password, with a mail server and without."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Meet
from tests.e2e.product import Product
from tests.servers.mail import Inbox, mail_server

NEW = "another horse battery"


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with mail_server() as inbox:
        yield inbox


@pytest.fixture
def product(built: None, tmp_path: Path, inbox: Inbox) -> Iterator[Product]:
    address = f"smtp://127.0.0.1:{inbox.port}"
    with Product(tmp_path / "data", CHATBESIDE_ASSISTANT="false", SMTP_URL=address) as product:
        yield product
        assert product.troubles() == []


def test_a_mail_leads_to_a_new_password(meet: Meet, inbox: Inbox) -> None:
    ann, elsewhere = meet("ann"), meet("ann")
    ann.sign_up()
    page = elsewhere.page
    page.goto("/login")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("E-mail").fill("nowhere")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_label("E-mail")).to_have_accessible_description("This address has no @, as in name@example.org")
    page.get_by_label("E-mail").fill("nobody@example.org")
    page.get_by_role("button", name="Send the link").click()
    words = page.get_by_text("If there is an account with this address, a mail is on its way.")
    expect(words).to_be_visible()
    page.goto("/forgot")
    page.get_by_label("E-mail").fill("ann@example.org")
    page.get_by_role("button", name="Send the link").click()
    expect(words).to_be_visible()
    mail = inbox.take()
    assert mail["To"] == "ann@example.org"
    found = re.search(r"http://localhost:\d+(/reset\?code=\S+)", mail.get_content())
    assert found
    page.goto(found[1])
    expect(page.get_by_text("For the account ann.")).to_be_visible()
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_text("Your password is changed")).to_be_visible()
    # Who was logged in is not any more.
    expect(ann.page.get_by_text("The password was changed, so this device was logged out.")).to_be_visible()
    page.goto(found[1])
    expect(page.get_by_text("This link has been used or is too old.")).to_be_visible()
    page.goto("/login")
    page.get_by_label("Name or e-mail").fill("ann")
    page.get_by_label("Password", exact=True).fill(NEW)
    page.locator("form").get_by_role("button", name="Log in").click()
    elsewhere.expect_signed_in()
    assert inbox.empty
