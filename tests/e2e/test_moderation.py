"""Blocking, reporting, what an administrator does about it, and being asked to wait."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Meet
from tests.e2e.person import Person
from tests.e2e.product import Product

AT_ONCE = 6


@pytest.fixture
def product(built: None, tmp_path: Path) -> Iterator[Product]:
    """A product that takes few messages at once."""
    limits = f"messages={AT_ONCE}/15s"
    with Product(tmp_path / "data", CHATBESIDE_ASSISTANT="false", CHATBESIDE_LIMITS=limits) as product:
        yield product
        troubles = product.troubles()
    assert troubles == []


def report_or_block(person: Person, text: str) -> None:
    """Open the dialog from the menu of a message."""
    person.page.locator("article.msg", has_text=text).hover()
    person.page.get_by_role("button", name="More", exact=True).first.click()
    person.page.get_by_role("button", name="Report or block…").first.click()


def test_blocking_reporting_and_dealing_with_it(meet: Meet) -> None:
    ann, ben, cleo = meet("ann", permissions=["clipboard-read", "clipboard-write"]), meet("ben"), meet("cleo")
    for person in (ann, ben, cleo):
        person.sign_up()
    ben.find("cleo")
    ben.send("buy my seeds")
    cleo.open("ben")
    expect(cleo.message("buy my seeds")).to_be_visible()

    report_or_block(cleo, "buy my seeds")
    dialog = cleo.page.get_by_role("dialog", name="Report or block ben")
    dialog.get_by_label("Spam").check()
    dialog.get_by_label("What should they know? (if you like)").fill("every day")
    dialog.get_by_role("button", name="Send the report").click()
    expect(dialog.get_by_text("Thank you.")).to_be_visible()
    dialog.get_by_role("button", name="Block", exact=True).click()
    expect(dialog.get_by_role("button", name="Unblock")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    folded = cleo.page.get_by_text("A message from somebody you blocked.")
    expect(folded).to_be_visible()
    cleo.page.get_by_role("button", name="Show", exact=True).click()
    expect(cleo.message("buy my seeds")).to_be_visible()

    ben.send("are you there?")
    expect(ben.page.get_by_text("This person does not take messages or calls from you.")).to_be_visible()

    ann.page.goto("/admin")
    expect(ann.page.get_by_text("cleo reports a message of ben: spam")).to_be_visible()
    expect(ann.page.locator("blockquote")).to_have_text("buy my seeds")
    ann.page.get_by_role("button", name="Remove message").click()
    expect(ann.page.get_by_text("The message is removed.")).to_be_visible()
    expect(cleo.page.get_by_text("This message was deleted.")).to_be_visible()
    ann.page.get_by_role("button", name="Reset link cleo").click()
    link = ann.page.get_by_text("/reset?code=")
    expect(link).to_have_text(re.compile(r"^http://localhost:\d+/reset"))
    ann.page.get_by_role("button", name="Copy link").click()
    expect(ann.page.get_by_role("button", name="Copied")).to_be_visible()
    assert ann.page.evaluate("() => navigator.clipboard.readText()") == link.inner_text()
    stranger = meet("dora")
    stranger.page.goto(link.inner_text())
    expect(stranger.page.get_by_text("For the account cleo.")).to_be_visible()
    ann.page.get_by_role("button", name="Remove as administrator ann").click()
    expect(ann.page.get_by_text("This is the last administrator.")).to_be_visible()
    ann.page.get_by_role("button", name="Deactivate ben").click()
    expect(ann.page.get_by_text("ben is deactivated and logged out.")).to_be_visible()
    expect(ben.page.get_by_label("Name or e-mail")).to_be_visible()

    cleo.page.goto("/admin")
    expect(cleo.page.get_by_text("This page is for administrators of this server.")).to_be_visible()
    cleo.page.goto("/settings")
    cleo.page.get_by_role("button", name="Unblock ben").click()
    expect(cleo.page.get_by_text("You have blocked nobody.")).to_be_visible()


def test_whoever_sends_very_much_is_told_when_it_goes_on(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    for person in (ann, ben):
        person.sign_up()
    ann.find("ben")
    texts = [f"line {number}" for number in range(AT_ONCE + 4)]
    for text in texts:
        ann.page.get_by_role("textbox", name="Message to ben").fill(text)
        ann.page.keyboard.press("Enter")
    expect(ann.page.get_by_text("What waits goes out by itself.")).to_be_visible()
    ben.open("ann")
    expect(ben.message(texts[-1])).to_be_visible(timeout=45_000)
    shown = ben.page.locator("article.msg .slip").all_inner_texts()
    assert [text.strip() for text in shown] == texts
    expect(ann.page.get_by_text("What waits goes out by itself.")).to_be_hidden()
