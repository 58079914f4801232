"""What people do to messages: answer, edit, delete, react, mention, pin, forward; with mouse, keys and a finger."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.conftest import Meet
from tests.e2e.person import Person

if TYPE_CHECKING:
    from playwright.sync_api import Locator


def pair(meet: Meet) -> tuple[Person, Person]:
    """Ann and Ben, with their conversation open on both sides."""
    ann, ben = meet("ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    ann.find("ben")
    ben.find("ann")
    return ann, ben


def act(person: Person, message: Locator, name: str) -> None:
    """Press a button of the bar that the pointer brings up."""
    message.hover()
    message.get_by_role("toolbar", name="Message actions").get_by_role("button", name=name, exact=True).click()


def choose(person: Person, message: Locator, name: str) -> None:
    """Press a line of the menu behind the bar."""
    act(person, message, "More")
    person.page.locator("#message-menu").get_by_role("button", name=name, exact=True).click()


def pills(message: Locator) -> Locator:
    return message.get_by_role("group", name="Reactions").locator("button[aria-pressed]")


def seed(person: Person, other: str, count: int) -> str:
    """Send messages by REST and return the room."""
    room = ""
    for number in range(1, count + 1):
        answer = person.context.request.post(
            "/api/chat/send",
            data={"receiver": other, "content": f"Number {number}"},
            headers={"X-Chatbeside": "1"},
        )
        assert answer.ok, answer.text()
        room = answer.json()["message"]["room"]
    return room


def test_an_answer_quotes_and_its_quote_leads_back(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    seed(ben, "ann", 120)
    ann.open("ben")
    # Far up, beyond the first page: the quote must fetch what it leads to.
    first = ann.message("Number 30")
    expect(ann.message("Number 120")).to_be_visible()
    expect(first).to_have_count(0)
    ann.log.evaluate("log => { log.scrollTop = 0 }")
    expect(first).to_have_count(1)
    ann.log.evaluate("log => { log.scrollTop = 0 }")
    expect(ann.page.get_by_text("This is where your conversation begins.")).to_have_count(1)
    expect(ann.message("Number 2").first).to_be_attached()
    act(ann, first, "Reply")
    expect(ann.field).to_be_focused()
    expect(ann.page.locator(".answering")).to_contain_text("Number 30")
    ann.page.keyboard.press("Escape")
    expect(ann.page.locator(".answering")).to_have_count(0)
    act(ann, first, "Reply")
    ann.send("That one")
    ben.open("ann")
    answer = ben.message("That one")
    expect(answer.get_by_role("link", name="In answer to")).to_be_visible()
    expect(ben.message("Number 30")).to_have_count(0)
    answer.get_by_role("link", name="In answer to").click()
    expect(ben.message("Number 30")).to_be_in_viewport()
    expect(ben.message("Number 30")).to_have_class(re.compile(r"\blit\b"))
    # The pill brings back to the newest, and the address forgets the old one.
    ben.page.get_by_title("Jump to the newest message").click()
    expect(ben.message("That one")).to_be_in_viewport()
    expect(ben.page).to_have_url(re.compile(r"room=\w+$"))


def test_the_up_arrow_edits_the_last_own_message(meet: Meet) -> None:
    ann, ben = pair(meet)
    ann.send("Helo there")
    ben.expect_texts("Helo there")
    ben.send("?")
    ann.expect_texts("Helo there", "?")
    ann.field.press("ArrowUp")
    expect(ann.field).to_have_value("Helo there")
    expect(ann.page.get_by_text("Editing a message")).to_be_visible()
    ann.page.keyboard.press("Escape")
    expect(ann.field).to_have_value("")
    ann.expect_texts("Helo there", "?")
    ann.field.press("ArrowUp")
    ann.field.fill("Hello there")
    ann.field.press("Enter")
    for person in (ann, ben):
        person.expect_texts("Hello there", "?")
        expect(person.message("Hello there")).to_contain_text("edited")
        expect(person.message("?")).not_to_contain_text("edited")
    expect(ann.field).to_have_value("")
    # Left empty, it is to be deleted, after a question.
    ann.field.press("ArrowUp")
    ann.field.fill("")
    ann.field.press("Enter")
    expect(ann.page.get_by_role("dialog", name="Delete this message?")).to_be_visible()
    ann.page.get_by_role("button", name="Keep it").click()
    ann.expect_texts("Hello there", "?")


def test_who_was_away_finds_messages_as_they_are_now(meet: Meet) -> None:
    ann, ben = pair(meet)
    ann.send("First", "Second", "Third")
    ben.expect_texts("First", "Second", "Third")
    ben.go_offline()
    expect(ben.page.get_by_text("You are offline", exact=False).first).to_be_visible()
    act(ann, ann.message("First"), "Edit")
    ann.field.fill("First, better")
    ann.field.press("Enter")
    expect(ann.message("First, better")).to_contain_text("edited")
    choose(ann, ann.message("Second"), "Delete…")
    ann.page.get_by_role("button", name="Delete", exact=True).click()
    expect(ann.page.get_by_text("This message was deleted.")).to_be_visible()
    ben.expect_texts("First", "Second", "Third")
    # What Ben does meanwhile is refused, and says so: it did not happen.
    act(ben, ben.message("Third"), "React")
    ben.page.get_by_role("option", name="👍").or_(ben.page.get_by_role("option", name="thumbs up")).first.click()
    expect(ben.page.get_by_role("alert").filter(has_text="cannot be reached")).to_be_visible()
    expect(pills(ben.message("Third"))).to_have_count(0)
    ben.come_back()
    ben.expect_texts("First, better", "Third")
    expect(ben.message("First, better")).to_contain_text("edited")
    expect(ben.page.get_by_text("This message was deleted.")).to_be_visible()


def test_a_deleted_message_leaves_a_line(meet: Meet) -> None:
    ann, ben = pair(meet)
    ann.send("Secret")
    ben.expect_texts("Secret")
    ben.message("Secret").hover()
    expect(ben.page.get_by_role("toolbar")).to_be_visible()
    expect(ben.page.get_by_role("toolbar").get_by_role("button", name="Edit")).to_have_count(0)
    choose(ann, ann.message("Secret"), "Delete…")
    dialog = ann.page.get_by_role("dialog", name="Delete this message?")
    expect(dialog).to_contain_text("Secret")
    ann.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    ann.expect_texts("Secret")
    choose(ann, ann.message("Secret"), "Delete…")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    for person in (ann, ben):
        expect(person.page.get_by_text("This message was deleted.")).to_be_visible()
        expect(person.log.get_by_text("Secret")).to_have_count(0)
        expect(person.row("ben" if person is ann else "ann")).to_contain_text("Message deleted")


def test_reactions_from_both_sides(meet: Meet) -> None:
    ann, ben = pair(meet)
    ann.send("Lunch?")
    ben.expect_texts("Lunch?")
    act(ben, ben.message("Lunch?"), "React")
    ben.page.get_by_role("combobox", name="Find an emoji").fill("party pop")
    expect(ben.page.get_by_role("option", name="party popper")).to_be_visible()
    ben.page.keyboard.press("Enter")
    expect(pills(ben.message("Lunch?"))).to_have_text("🎉1")
    expect(pills(ben.message("Lunch?"))).to_have_attribute("aria-pressed", "true")
    pill = pills(ann.message("Lunch?"))
    expect(pill).to_have_attribute("aria-pressed", "false")
    expect(pill).to_have_attribute("title", "ben")
    pill.click()
    for person in (ann, ben):
        expect(pills(person.message("Lunch?"))).to_have_text("🎉2")
        expect(pills(person.message("Lunch?"))).to_have_attribute("aria-pressed", "true")
    pill.click()
    expect(pills(ben.message("Lunch?"))).to_have_text("🎉1")
    # What was used last is offered first, also after a reload.
    ben.reload()
    act(ben, ben.message("Lunch?"), "React")
    expect(ben.page.get_by_role("option").first).to_have_text("🎉")
    ben.page.get_by_role("option").first.click()
    for person in (ann, ben):
        expect(pills(person.message("Lunch?"))).to_have_count(0)


def test_names_and_emoji_are_completed_by_keys(meet: Meet) -> None:
    ann, ben = pair(meet)
    ann.field.press_sequentially("Hi @be")
    people = ann.page.get_by_role("listbox", name="People")
    expect(people.get_by_role("option", name="ben")).to_have_attribute("aria-selected", "true")
    expect(ann.field).to_have_attribute("aria-activedescendant", "completions-0")
    ann.page.keyboard.press("Escape")
    expect(people).to_have_count(0)
    ann.field.press_sequentially("n")
    expect(people).to_have_count(0)
    for _ in range(4):
        ann.page.keyboard.press("Backspace")
    ann.field.press_sequentially("@b")
    expect(people).to_be_visible()
    ann.page.keyboard.press("Tab")
    expect(ann.field).to_have_value("Hi @ben ")
    ann.field.press_sequentially(":tad")
    emoji = ann.page.get_by_role("listbox", name="Emoji")
    expect(emoji.get_by_role("option", name=":tada:")).to_be_visible()
    ann.page.keyboard.press("ArrowDown")
    ann.page.keyboard.press("ArrowUp")
    ann.page.keyboard.press("Enter")
    expect(ann.field).to_have_value("Hi @ben 🎉 ")
    ann.field.press_sequentially(":+1:")
    expect(ann.field).to_have_value("Hi @ben 🎉 👍")
    ann.page.keyboard.press("Enter")
    ben.expect_texts("Hi @ben 🎉 👍")
    expect(ben.log.locator(".me-at")).to_have_text("@ben")


def test_a_link_opens_an_old_message_among_its_neighbours(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben", permissions=["clipboard-read", "clipboard-write"])
    ann.sign_up()
    ben.sign_up()
    room = seed(ann, "ben", 300)
    ben.open("ann")
    expect(ben.message("Number 300")).to_be_visible()
    choose(ben, ben.message("Number 300"), "Copy link")
    expect(ben.page.get_by_role("status").filter(has_text="The link is copied")).to_be_visible()
    link = ben.page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf"{re.escape(ben.wire.url)}/\?room={room}&m=[\w-]+", link)

    old = ben.context.request.get(f"/api/chat/messages?room={room}&after=49&limit=1").json()["messages"][0]
    assert old["content"] == "Number 50"
    ben.page.goto(f"/?room={room}&m={old['_id']}")
    wanted = ben.messages.filter(has_text=re.compile(r"Number 50\b"))
    expect(wanted).to_be_in_viewport()
    expect(wanted).to_have_class(re.compile(r"\blit\b"))
    expect(ben.message("Number 300")).to_have_count(0)
    # New ones do not pull the page away; the pill counts them.
    ann.open("ben")
    ann.send("And one more")
    expect(ben.page.get_by_role("button", name="new message")).to_be_visible()
    expect(wanted).to_be_in_viewport()
    ben.page.get_by_title("Jump to the newest message").click()
    expect(ben.message("And one more")).to_be_in_viewport()
    expect(ben.messages.filter(has_text="Number 300")).to_be_visible()
    # A link to nothing says so.
    ben.page.goto(f"/?room={room}&m=nothing")
    expect(ben.page.get_by_role("alert").filter(has_text="cannot be found")).to_be_visible()


def test_pins_are_listed_and_lead_to_their_message(meet: Meet) -> None:
    ann, ben = pair(meet)
    ann.send("The door code is 4711", "Something else")
    ben.expect_texts("The door code is 4711", "Something else")
    choose(ann, ann.message("door code"), "Pin")
    for person in (ann, ben):
        pinned = person.page.get_by_role("complementary", name="Details").locator(".pins a")
        expect(pinned).to_have_count(1)
        expect(pinned).to_contain_text("The door code is 4711")
        expect(person.message("door code").get_by_title("Pinned")).to_be_visible()
    ben.page.locator(".pins a").click()
    expect(ben.message("door code")).to_have_class(re.compile(r"\blit\b"))
    choose(ben, ben.message("door code"), "Take the pin out")
    expect(ann.page.locator(".pins a")).to_have_count(0)


def test_forwarding_sends_it_on_with_a_name(meet: Meet) -> None:
    cyd = meet("cyd")
    cyd.sign_up()
    ann, ben = pair(meet)
    ann.find("cyd")
    ann.send("Hello Cyd")
    ann.open("ben")
    ben.send("We meet at **nine**")
    ann.expect_texts("We meet at nine")
    choose(ann, ann.message("nine"), "Forward…")
    dialog = ann.page.get_by_role("dialog", name="Forward the message")
    dialog.get_by_role("textbox", name="Conversation").fill("cy")
    expect(dialog.get_by_role("button", name="ben")).to_have_count(0)
    dialog.get_by_role("button", name="cyd").click()
    ann.page.get_by_role("region", name="Notices").get_by_role("link", name="Open").click()
    ann.expect_open("cyd")
    cyd.expect_unread("ann", 2)
    cyd.open("ann")
    expect(cyd.messages.last).to_contain_text("ben wrote:")
    expect(cyd.messages.last.locator("blockquote strong")).to_have_text("nine")


def test_code_is_coloured_and_copied(meet: Meet) -> None:
    ann = meet("ann", permissions=["clipboard-read", "clipboard-write"])
    ben = meet("ben")
    ann.sign_up()
    ben.sign_up()
    ann.find("ben")
    ann.send("```python\ndef f():\n    return '<b>'\n```")
    code = ann.log.locator("pre code")
    expect(code.locator(".hljs-keyword").first).to_have_text("def")
    expect(code).to_have_text("def f():\n    return '<b>'\n")
    ann.log.get_by_role("button", name="Copy").click()
    expect(ann.log.get_by_role("button", name="Copied")).to_be_visible()
    assert ann.page.evaluate("navigator.clipboard.readText()") == "def f():\n    return '<b>'\n"


def test_a_long_press_opens_the_actions_on_a_phone(meet: Meet) -> None:
    ann = meet("ann")
    ann.sign_up()
    phone = meet("ben", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    clock = phone.page.clock
    clock.install()  # it goes like any other one until it is told otherwise
    phone.sign_up()
    phone.find("ann")
    ann.find("ben")
    ann.send("Under the thumb")
    phone.expect_texts("Under the thumb")
    sheet = phone.page.get_by_role("dialog", name="Message actions")
    touch = phone.context.new_cdp_session(phone.page)

    def put_down(message: Locator) -> dict[str, float]:
        box = message.bounding_box()
        assert box
        point = {"x": box["x"] + 90, "y": box["y"] + box["height"] / 2}
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        return point

    def lift() -> None:
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def press(message: Locator) -> None:
        put_down(message)
        expect(sheet).to_be_visible()
        lift()

    # A finger that moves scrolls, however long it stays down.
    clock.pause_at(phone.page.evaluate("() => Date.now() + 10_000"))  # ahead: it never goes back
    point = put_down(phone.message("Under the thumb"))
    moved = [{**point, "y": point["y"] + 60}]
    touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": moved})
    clock.run_for(1000)
    expect(sheet).to_be_hidden()
    lift()
    clock.resume()
    press(phone.message("Under the thumb"))
    expect(sheet).to_contain_text("Under the thumb")
    for button in sheet.get_by_role("button").all():
        box = button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 43.5, "a target is too small for a thumb"
    sheet.get_by_role("button", name="React with 👍").tap()
    expect(sheet).to_be_hidden()
    expect(pills(ann.message("Under the thumb"))).to_have_text("👍1")
    press(phone.message("Under the thumb"))
    sheet.get_by_role("button", name="Reply").tap()
    phone.send("Here")
    expect(ann.message("Here").get_by_role("link", name="In answer to ann")).to_be_visible()
    width = phone.page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= 390, "the page scrolls sideways"


def test_everything_with_keys_alone(meet: Meet) -> None:
    ann, ben = pair(meet)
    ben.send("One", "Two")
    ann.expect_texts("One", "Two")
    keys = ann.page.keyboard
    ann.field.focus()
    keys.type("Mine")
    keys.press("Enter")
    ann.expect_texts("One", "Two", "Mine")
    # Up into the messages: from the field by Shift+Tab, then by arrows.
    ann.log.focus()
    keys.press("ArrowUp")
    expect(ann.messages.nth(2)).to_be_focused()
    keys.press("ArrowUp")
    expect(ann.messages.nth(1)).to_be_focused()
    keys.press("Home")
    expect(ann.messages.nth(0)).to_be_focused()
    # React from the bar.
    keys.press("Enter")
    expect(ann.messages.nth(0).get_by_role("button", name="React", exact=True)).to_be_focused()
    keys.press("Enter")
    expect(ann.page.get_by_role("combobox", name="Find an emoji")).to_be_focused()
    keys.type("heart eyes")
    expect(ann.page.get_by_role("option").first).to_have_text("😍")
    keys.press("Enter")
    expect(pills(ben.messages.nth(0))).to_have_text("😍1")
    expect(ann.messages.nth(0).get_by_role("button", name="React", exact=True)).to_be_focused()
    # The menu behind it: pin.
    keys.press("ArrowLeft")
    expect(ann.messages.nth(0).get_by_role("button", name="More")).to_be_focused()
    keys.press("Enter")
    expect(ann.page.locator("#message-menu").get_by_role("button", name="Pin")).to_be_focused()
    keys.press("Enter")
    expect(ben.messages.nth(0).get_by_title("Pinned")).to_be_visible()
    # Back to the message, reply by its key.
    expect(ann.messages.nth(0).get_by_role("button", name="More")).to_be_focused()
    keys.press("Escape")
    expect(ann.messages.nth(0)).to_be_focused()
    keys.press("r")
    expect(ann.field).to_be_focused()
    keys.type("An answer")
    keys.press("Enter")
    # Edit and delete by keys: what the server has not taken yet cannot be.
    for text in ("Mine", "An answer"):
        ann.expect_state(text, "Read")
    ben.expect_texts("One", "Two", "Mine", "An answer")
    ann.log.focus()
    keys.press("ArrowUp")
    keys.press("e")
    expect(ann.field).to_have_value("An answer")
    keys.press("End")
    keys.type(", edited")
    keys.press("Enter")
    ben.expect_texts("One", "Two", "Mine", "An answer, edited")
    ann.log.focus()
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    expect(ann.messages.nth(2)).to_be_focused()
    keys.press("Delete")
    expect(ann.page.get_by_role("button", name="Keep it")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    ben.expect_texts("One", "Two", "An answer, edited")
    # And down again to the field.
    ann.log.focus()
    keys.press("ArrowUp")
    keys.press("ArrowDown")
    expect(ann.field).to_be_focused()
