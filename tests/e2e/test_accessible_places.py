"""The places that one comes to from elsewhere, what lies over the chat, calls and a phone, looked at with axe-core."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Meet
from tests.e2e.person import Person
from tests.e2e.product import Product
from tests.e2e.rooms import details, invite_link, make_room
from tests.e2e.test_accessibility import look_at
from tests.e2e.test_calls import Caller
from tests.e2e.test_messages import act, choose

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
STILL: dict[str, Any] = {"reduced_motion": "reduce"}
"""What fades in has too little contrast until it is there."""
GRANTED = ["camera", "microphone", "clipboard-read", "clipboard-write"]


@pytest.fixture
def product(built: None, tmp_path: Path) -> Iterator[Product]:
    """A product with the assistant, who makes polls, and that says it sends mail; nothing is sent."""
    with Product(tmp_path / "data", SMTP_URL="smtp://127.0.0.1:9") as product:
        yield product
        troubles = product.troubles()
    assert troubles == []


def look_by_day_and_night(*people: Person) -> None:
    """The same in light and in dark."""
    for person in people:
        for scheme in ("light", "dark"):
            person.page.emulate_media(color_scheme=scheme)
            look_at(person)


def test_doors_and_what_lies_over_the_chat(meet: Meet) -> None:
    ann, ben, stranger = (
        meet("ann", permissions=GRANTED, **STILL),
        meet("ben", **STILL),
        meet("cleo", **STILL),
    )
    for person in (ann, ben):
        person.sign_up()
    # Before the door, and where there is nothing.
    page = stranger.page
    for path, there in (
        ("/forgot", page.get_by_label("E-mail")),
        ("/reset?code=none", page.get_by_text("This link has been used or is too old.")),
        ("/nowhere", page.get_by_role("link")),
    ):
        page.goto(path)
        expect(there.first).to_be_visible()
        look_by_day_and_night(stranger)
    make_room(ann, "Workshop", topic="What we build")
    link = invite_link(ann).replace(ann.wire.url, stranger.wire.url)
    page.goto(link)
    expect(page.get_by_role("link", name="Sign up and come in")).to_be_visible()
    look_by_day_and_night(stranger)
    # The administrator's page, and the link that is made there.
    ann.page.goto("/admin")
    ann.page.get_by_role("button", name="Reset link ben").click()
    reset = ann.page.get_by_text("/reset?code=").inner_text()
    look_by_day_and_night(ann)
    page.goto(reset.replace(ann.wire.url, stranger.wire.url))
    expect(page.get_by_label("New password")).to_be_visible()
    look_by_day_and_night(stranger)
    # What messages are, and what is opened from them.
    ann.page.goto("/")
    ann.expect_signed_in()
    ann.find("ben")
    ann.send("/poll Lunch at noon? yes, no, later")
    ben.open("ann")
    ben.send("an answer")
    expect(ann.log.get_by_role("group", name="Poll: Lunch at noon?").get_by_role("button").first).to_be_visible()
    look_by_day_and_night(ann)
    act(ann, ann.message("an answer"), "React")
    picker = ann.page.get_by_role("dialog", name="Emoji")
    expect(picker.get_by_role("option").first).to_be_visible()
    look_by_day_and_night(ann)
    picker.get_by_role("option", name="thumbs up").first.click()
    choose(ann, ann.message("an answer"), "Report or block…")
    expect(ann.page.get_by_role("dialog", name="Report or block ben")).to_be_visible()
    look_by_day_and_night(ann)
    ann.page.keyboard.press("Escape")
    ann.log.focus()
    ann.page.keyboard.press("?")
    expect(ann.page.get_by_role("dialog", name="Shortcuts")).to_contain_text("In a call")
    look_by_day_and_night(ann)


def test_a_call_of_two(meet: Meet) -> None:
    ann, ben = (meet(name, permissions=GRANTED, **STILL) for name in ("ann", "ben"))
    for person in (ann, ben):
        person.sign_up()
    ann.find("ben")
    # Without a word before: the one who is called does not know the caller yet.
    caller, called = Caller(ann), Caller(ben)
    caller.button("Call with picture").click()
    before = ann.page.get_by_role("dialog", name="Before the call")
    expect(before.get_by_label("Microphone level")).to_be_visible()
    look_by_day_and_night(ann)
    before.get_by_role("button", name="Call", exact=True).click()
    expect(called.incoming).to_contain_text("ann is calling you")
    look_by_day_and_night(ann, ben)
    called.answer("With picture")
    for one in (caller, called):
        one.expect_talking()
    caller.control("More").click()
    expect(caller.stage.locator("output")).to_have_text(re.compile(r"^\d{4} "))
    look_by_day_and_night(ann, ben)
    caller.button("Small window").click()
    expect(caller.button("Back to the call")).to_be_visible()
    look_by_day_and_night(ann)
    called.control("Leave").click()
    expect(ann.page.get_by_role("button", name="Call again")).to_be_visible()
    look_by_day_and_night(ann)


def test_on_a_phone(meet: Meet) -> None:
    ann, ben = meet("ann", **PHONE, **STILL), meet("ben")
    for person in (ann, ben):
        person.sign_up()
    ben.find("ann")
    ben.send("From the bus", "Which line?")
    ann.expect_unread("ben", 2)
    look_by_day_and_night(ann)
    ann.open("ben")
    ann.send("The twelve")
    ben.expect_texts("From the bus", "Which line?", "The twelve")
    ann.expect_state("The twelve", "Read")
    look_by_day_and_night(ann)
    details(ann)
    look_by_day_and_night(ann)
