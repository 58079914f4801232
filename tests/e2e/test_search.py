"""Somebody looks for what was said long ago, and goes there; whoever was not in the room finds nothing."""

import re

from playwright.sync_api import Locator, expect

from tests.e2e.conftest import Meet
from tests.e2e.person import Person

MESSAGES = 400
_SAY = """async ([receiver, count]) => {
    for (let number = 1; number <= count; number += 1) {
        const content = number === 7 ? "The spare Schlüssel hangs behind the <b>boiler</b>" : `small talk ${number}`;
        const answer = await fetch("/api/chat/send", {
            method: "POST",
            headers: {"X-Chatbeside": "1", "Content-Type": "application/json"},
            body: JSON.stringify({receiver, content}),
        });
        if (!answer.ok) throw new Error(await answer.text());
    }
}"""


def pane(person: Person) -> Locator:
    return person.page.get_by_role("region", name="Search")


def ask(person: Person, words: str) -> None:
    pane(person).get_by_role("textbox", name="Search messages").fill(words)


def test_an_old_message_is_found_and_gone_to(meet: Meet) -> None:
    ann, ben, cem = meet("ann"), meet("ben"), meet("cem")
    for person in (ann, ben, cem):
        person.sign_up()
    ann.find("ben")
    ann.page.evaluate(_SAY, ["ben", MESSAGES])

    ben.open("ann")
    expect(ben.message(f"small talk {MESSAGES}")).to_be_visible()
    expect(ben.message("boiler")).to_have_count(0)  # far above what is loaded
    ben.page.get_by_role("button", name="Search here").click()
    expect(pane(ben).get_by_role("textbox", name="Search messages")).to_be_focused()
    expect(pane(ben).get_by_label("Room")).to_contain_text("ann")
    ask(ben, "schlussel boil")
    expect(pane(ben).get_by_role("status")).to_have_text("1 message, newest first")
    hit = pane(ben).get_by_role("link")
    expect(hit).to_contain_text("The spare Schlüssel hangs behind the <b>boiler</b>")
    expect(hit.locator("mark")).to_have_text(["Schlüssel", "boiler"])
    hit.click()
    expect(pane(ben)).to_be_hidden()
    expect(ben.message("boiler")).to_be_in_viewport()
    expect(ben.page).to_have_url(re.compile("[?&]m="))

    # Who closes the pane is where they were before.
    opener = ben.page.get_by_role("button", name="Search here")
    opener.press("Enter")
    expect(pane(ben).get_by_role("textbox", name="Search messages")).to_be_focused()
    ben.page.keyboard.press("Escape")
    expect(pane(ben)).to_be_hidden()
    expect(opener).to_be_focused()

    # The same find again, after scrolling away.
    opener.click()
    ask(ben, "boiler")
    pane(ben).get_by_role("link").click()
    expect(ben.message("boiler")).to_be_in_viewport()

    # Filters, many finds, and nothing.
    ben.page.get_by_role("button", name="Search here").click()
    ask(ben, "talk")
    expect(pane(ben).get_by_role("status")).to_have_text("20 and more messages, newest first")
    pane(ben).get_by_role("button", name="Show more").click()
    expect(pane(ben).get_by_role("status")).to_have_text("40 and more messages, newest first")
    pane(ben).get_by_label("Written by").select_option("Me")
    expect(pane(ben).get_by_role("status")).to_have_text("No message that you can read has these words.")
    pane(ben).get_by_label("Written by").select_option("ann")
    expect(pane(ben).get_by_role("status")).to_have_text("20 and more messages, newest first")
    pane(ben).get_by_role("button", name="With a file").click()
    expect(pane(ben).get_by_role("status")).to_have_text("No message that you can read has these words.")
    pane(ben).get_by_role("button", name="With a file").click()
    expect(pane(ben).get_by_role("status")).to_have_text("20 and more messages, newest first")

    # Days are chosen by the browser's own date fields. What was found stands there until the answer comes, so that
    # each choice here has another answer than the one before.
    today = str(ben.page.evaluate("() => new Date().toLocaleDateString('sv')"))
    pane(ben).get_by_label("When").select_option("Chosen days")
    pane(ben).get_by_label("From", exact=True).fill("2099-12-31")
    expect(pane(ben).get_by_role("status")).to_have_text("No message that you can read has these words.")
    pane(ben).get_by_label("To", exact=True).fill(today)
    expect(pane(ben).get_by_role("alert")).to_contain_text("Use a time after the beginning.")
    pane(ben).get_by_label("From", exact=True).fill(today)
    expect(pane(ben).get_by_role("status")).to_have_text("20 and more messages, newest first")
    pane(ben).get_by_label("From", exact=True).fill("")
    pane(ben).get_by_label("To", exact=True).fill("2020-02-29")
    expect(pane(ben).get_by_role("status")).to_have_text("No message that you can read has these words.")
    pane(ben).get_by_role("button", name="Search everything").click()
    expect(pane(ben).get_by_role("status")).to_have_text("20 and more messages, newest first")
    expect(pane(ben).get_by_role("button", name="Search everything")).to_have_count(0)

    # What lies under the pane is not read.
    ann.send("Did you find it?")
    ann.expect_state("Did you find it?", "Delivered")
    ask(ben, "!!")
    expect(pane(ben).get_by_role("alert")).to_contain_text("letters or digits")
    ben.page.keyboard.press("Escape")
    expect(pane(ben)).to_be_hidden()
    expect(ben.field).to_be_visible()
    ben.page.get_by_title("Jump to the newest message").click()
    ann.expect_state("Did you find it?", "Read")

    # Somebody else finds nothing of it, from the switcher either.
    cem.page.keyboard.press("Control+k")
    cem.page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("boiler")
    cem.page.get_by_role("dialog").get_by_role("button", name="Search messages for").click()
    expect(pane(cem).get_by_role("status")).to_have_text("No message that you can read has these words.")
    expect(pane(cem).get_by_role("link")).to_have_count(0)


def test_searching_on_a_phone_from_the_switcher(meet: Meet) -> None:
    ann = meet("ann", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    ann.sign_up()
    ann.page.evaluate(_SAY, ["ann", 8])
    ann.page.get_by_role("button", name="Find or jump to").click()
    ann.page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("boiler")
    ann.page.get_by_role("dialog").get_by_role("button", name="Search messages for").click()
    expect(pane(ann).get_by_role("link")).to_have_count(1)
    pane(ann).get_by_role("link").click()
    expect(ann.message("boiler")).to_be_in_viewport()
