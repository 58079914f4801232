"""Four people in a private room: one makes it, one comes through the door, one by keys alone, one on a phone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.rooms import invite_link, make_room
from tests.e2e.test_files import carry, chips, picture
from tests.e2e.test_messages import act, choose, pills
from tests.e2e.test_search import ask, pane

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.e2e.conftest import Meet
    from tests.e2e.person import Person

CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
_TALK = """async ([room, count]) => {
    for (let number = 1; number <= count; number += 1) {
        const answer = await fetch("/api/chat/send", {
            method: "POST",
            headers: {"X-Chatbeside": "1", "Content-Type": "application/json"},
            body: JSON.stringify({room, content: `small talk ${number}`}),
        });
        if (!answer.ok) throw new Error(await answer.text());
    }
}"""


def tab_to(person: Person, wanted: Locator) -> None:
    """Go to something by the Tab key alone."""
    for _ in range(40):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        person.page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {wanted}")


def room_of(person: Person) -> str:
    found = re.search(r"[?&]room=([\w-]+)", person.page.url)
    assert found
    return found[1]


def test_an_evening_in_a_private_room(meet: Meet) -> None:
    ann, ben, cleo, dana = meet("ann", **CLIPBOARD), meet("ben"), meet("cleo"), meet("dana", **PHONE)
    ann.sign_up()
    make_room(ann, "Workshop")
    link = invite_link(ann)
    # Everybody else is new here and comes in through the door, by the same link.
    for person in (ben, cleo, dana):
        person.page.goto(link.replace(ann.wire.url, person.wire.url))
        person.page.get_by_role("link", name="Sign up and come in").click()
        person.fill_sign_up()
        person.expect_open("Workshop")

    # Somebody is called by name.
    ann.field.press_sequentially("Who has the long screwdriver, @be")
    expect(ann.page.get_by_role("option", name="ben")).to_have_attribute("aria-selected", "true")
    ann.page.keyboard.press("Tab")
    ann.field.press_sequentially("?")
    ann.page.keyboard.press("Enter")
    for person in (ben, cleo, dana):
        person.expect_texts("Who has the long screwdriver, @ben ?")
    expect(ben.log.locator(".me-at")).to_have_text("@ben")
    expect(cleo.log.locator(".me-at")).to_have_count(0)

    # Three react; the phone by a tap on the pill.
    question = "long screwdriver"
    act(ben, ben.message(question), "React")
    ben.page.get_by_role("combobox", name="Find an emoji").fill("party pop")
    expect(ben.page.get_by_role("option", name="party popper")).to_be_visible()
    ben.page.keyboard.press("Enter")
    expect(pills(dana.message(question))).to_have_text("🎉1")
    pills(dana.message(question)).tap()
    pills(cleo.message(question)).click()
    for person in (ann, ben, cleo, dana):
        expect(pills(person.message(question))).to_have_text("🎉3")

    # Cleo is in a tunnel while Ann mends her words.
    cleo.go_offline()
    act(ann, ann.message(question), "Edit")
    ann.field.fill("Who has the long screwdriver, @ben or @cleo?")
    ann.page.keyboard.press("Enter")
    for person in (ben, dana):
        expect(person.message("or @cleo")).to_contain_text("edited")
    cleo.expect_texts("Who has the long screwdriver, @ben ?")
    cleo.send("I do. It is in the van.")
    cleo.expect_state("It is in the van.", "Waiting to be sent")
    cleo.come_back()
    for person in (ann, ben, cleo, dana):
        person.expect_texts("Who has the long screwdriver, @ben or @cleo?", "I do. It is in the van.")
        expect(person.message("or @cleo")).to_contain_text("edited")
    expect(cleo.log.locator(".me-at")).to_have_text("@cleo")

    # A picture falls into the conversation.
    carried = carry(ben.page, "van.jpg", picture(400, 300), "image/jpeg")
    ben.field.dispatch_event("dragenter", {"dataTransfer": carried})
    ben.field.dispatch_event("drop", {"dataTransfer": carried})
    expect(chips(ben)).to_have_count(1)
    ben.send("This one?")
    for person in (ann, cleo, dana):
        expect(person.message("This one?").get_by_role("img", name="van.jpg")).to_be_visible()

    # Much later somebody looks for the words, and hands the place on.
    ann.page.evaluate(_TALK, [room_of(ann), 150])
    ben.reload()
    expect(ben.message("small talk 150")).to_be_visible()
    expect(ben.message("in the van")).to_have_count(0)
    ben.page.get_by_role("button", name="Search here").click()
    ask(ben, "van")
    pane(ben).get_by_role("link", name=re.compile("It is in the van")).click()
    expect(ben.message("in the van")).to_be_in_viewport()
    choose(ann, ann.message("small talk 150"), "Copy link")
    permalink = str(ben.page.evaluate("() => location.pathname + location.search"))
    cleo.page.goto(permalink)
    expect(cleo.message("in the van")).to_be_in_viewport()
    expect(cleo.message("in the van")).to_have_class(re.compile(r"\blit\b"))
    dana.page.goto(permalink)
    expect(dana.message("in the van")).to_be_in_viewport()
    page, window = dana.page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
    assert page <= window, "the page scrolls sideways"

    # Who was not let in gets nothing by it.
    eve = meet("eve")
    eve.sign_up()
    eve.page.goto(permalink)
    expect(eve.page.get_by_text("This conversation is not here")).to_be_visible()
    expect(eve.page.get_by_text("in the van")).to_have_count(0)


def test_the_main_way_by_keys_alone(meet: Meet) -> None:
    ben, ann = meet("ben"), meet("ann")
    ben.sign_up()
    keys = ann.page.keyboard
    # Through the door.
    ann.page.goto("/signup")
    name = ann.page.get_by_label("Name", exact=True)
    expect(name).to_be_visible()
    tab_to(ann, name)
    keys.type("ann")
    tab_to(ann, ann.page.get_by_label("E-mail", exact=True))
    keys.type("ann@example.org")
    tab_to(ann, ann.page.get_by_label("Password", exact=True))
    keys.type("correct horse battery")
    keys.press("Enter")
    ann.expect_signed_in()

    # To somebody by the switcher; the focus is where one writes.
    keys.press("Control+k")
    expect(ann.page.get_by_role("dialog").get_by_role("textbox", name="Name")).to_be_focused()
    keys.type("ben")
    expect(ann.page.get_by_role("dialog").get_by_role("button", name="@ben")).to_be_visible()
    keys.press("Enter")
    ann.expect_open("ben")
    expect(ann.field).to_be_focused()
    keys.type("Coming to the workshop?")
    keys.press("Enter")
    ben.expect_unread("ann", 1)
    ben.open("ann")
    ben.send("In an hour")
    ann.expect_texts("Coming to the workshop?", "In an hour")

    # A room of one's own, out of the menu.
    new = ann.page.get_by_role("button", name="New", exact=True)
    tab_to(ann, new)
    keys.press("Enter")
    item = ann.page.get_by_role("button", name="New room")
    expect(item.first).to_be_visible()
    tab_to(ann, item.first)
    keys.press("Enter")
    dialog = ann.page.get_by_role("dialog", name="New room")
    expect(dialog.get_by_label("Name", exact=True)).to_be_focused()
    keys.type("Workshop")
    tab_to(ann, dialog.get_by_role("textbox", name="First members"))
    keys.type("ben")
    expect(dialog.get_by_role("button", name="@ben")).to_be_visible()
    keys.press("Enter")
    expect(dialog.get_by_role("button", name="Take out ben")).to_be_visible()
    tab_to(ann, dialog.get_by_role("button", name="Make the room"))
    keys.press("Enter")
    ann.expect_open("Workshop")
    tab_to(ann, ann.field)
    keys.type("The kettle is on")
    keys.press("Enter")
    ben.open("Workshop")
    ben.expect_texts("The kettle is on")

    # Back by the list: arrows within it, Enter to open.
    tab_to(ann, ann.row("Workshop"))
    keys.press("ArrowDown")
    expect(ann.row("ben")).to_be_focused()
    keys.press("Enter")
    ann.expect_open("ben")

    # A search, and what it found.
    keys.press("Control+k")
    expect(ann.page.get_by_role("dialog").get_by_role("textbox", name="Name")).to_be_focused()
    keys.type("kettle")
    further = ann.page.get_by_role("dialog").get_by_role("button", name="Search messages for")
    expect(further).to_be_visible()
    keys.press("ArrowDown")
    expect(further).to_be_focused()
    keys.press("Enter")
    hit = pane(ann).get_by_role("link")
    expect(hit).to_have_count(1)
    tab_to(ann, hit)
    keys.press("Enter")
    expect(ann.message("kettle")).to_be_in_viewport()
    # What may be pressed is listed by one key, and goes by another.
    ann.log.focus()
    keys.press("?")
    expect(ann.page.get_by_role("dialog", name=re.compile("[Ss]hortcuts|[Kk]eys"))).to_be_visible()
    keys.press("Escape")
    expect(ann.page.get_by_role("dialog", name=re.compile("[Ss]hortcuts|[Kk]eys"))).to_be_hidden()
