"""Notifications: asked for by a click, shown to who looks elsewhere, by the level of the room, quiet where one reads.

They are the browser's own: what is shown is read back from the service worker's registration.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.e2e.conftest import Meet
from tests.e2e.person import Person
from tests.e2e.rooms import details, make_room

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Whoever asks the browser for the permission leaves a trace, and the number on the app's icon is written down: a
# browser without a window shows neither.
_WATCH = """
window.asked = [];
const ask = Notification.requestPermission.bind(Notification);
Notification.requestPermission = (...given) => { asked.push(navigator.userActivation.isActive); return ask(...given); };
window.badge = 0;
navigator.setAppBadge = async (count) => { window.badge = count; };
navigator.clearAppBadge = async () => { window.badge = 0; };
"""
_SHOWN = """async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    const shown = (await registration?.getNotifications()) ?? [];
    return shown.map(({ title, body }) => `${title}: ${body}`).sort();
}"""


def shown(person: Person) -> list[str]:
    """What this person's browser shows now."""
    found: list[str] = person.page.evaluate(_SHOWN)
    return found


def expect_shown(person: Person, *wanted: str) -> None:
    """Wait until the browser shows exactly these notifications."""
    person.page.wait_for_function(
        f"async wanted => JSON.stringify(await ({_SHOWN})()) === JSON.stringify(wanted)", arg=sorted(wanted)
    )


def watched(meet: Meet, name: str) -> Person:
    """Somebody whose browser writes down who asks for the permission."""
    person = meet(name)
    person.context.add_init_script(_WATCH)
    return person


def turn_on(person: Person) -> None:
    """Turn notifications on by the menu; the browser's own question is answered with yes."""
    person.context.grant_permissions(["notifications"], origin=person.wire.url)
    person.reload()
    person.expect_signed_in()
    person.open_menu()
    person.page.get_by_role("button", name="Turn on notifications").click()
    person.page.keyboard.press("Escape")
    expect(person.page.get_by_role("button", name="Turn on notifications")).to_have_count(0)


def look_away(person: Person) -> Page:
    """Another tab comes to the front: the chat's page loses the focus, as when one works elsewhere."""
    session = person.context.new_cdp_session(person.page)
    session.send("Emulation.setFocusEmulationEnabled", {"enabled": False})
    other = person.context.new_page()
    other.bring_to_front()
    person.page.wait_for_function("() => !document.hasFocus()")
    return other


def look_again(person: Person) -> None:
    person.page.bring_to_front()
    person.page.wait_for_function("() => document.hasFocus()")


def level(person: Person, name: str) -> None:
    """Choose in the details what the open room tells of."""
    button = details(person).get_by_role("group", name="Notify me of").get_by_role("button", name=name, exact=True)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def test_the_browser_is_asked_only_by_a_click(meet: Meet) -> None:
    ann, ben = watched(meet, "ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    ben.find("ann")
    ben.send("hello")
    ann.open("ben")
    ann.expect_texts("hello")
    ann.page.goto("/settings")
    turn_on_button = ann.page.get_by_role("button", name="Turn on notifications")
    expect(turn_on_button).to_be_visible()
    asked: Any = ann.page.evaluate("() => asked")
    assert asked == []
    turn_on_button.click()
    ann.page.wait_for_function("() => asked.length === 1")
    assert ann.page.evaluate("() => asked") == [True]
    expect(ann.page.get_by_text("Your browser asks whether")).to_be_visible()


def test_who_looks_elsewhere_is_told(meet: Meet) -> None:
    ann, ben = watched(meet, "ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    turn_on(ann)
    ben.find("ann")
    ben.send("Good morning")
    ann.open("ben")
    ann.expect_texts("Good morning")
    ben.expect_state("Good morning", "Read")
    look_away(ann)
    ben.send("are you there?")
    expect_shown(ann, "ben: are you there?")
    expect(ann.page).to_have_title(re.compile(r"^\(1\) "))
    ann.page.wait_for_function("() => badge === 1")
    ben.send("and here?")
    expect_shown(ann, "ben: and here?")
    expect(ann.page).to_have_title(re.compile(r"^\(2\) "))
    # Who comes back has read it: all of it is taken away.
    look_again(ann)
    expect_shown(ann)
    expect(ann.page).to_have_title(re.compile("^chatbeside"))
    ann.page.wait_for_function("() => badge === 0")


def test_each_room_tells_what_it_is_set_to(meet: Meet) -> None:
    ann, ben = watched(meet, "ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    turn_on(ann)
    make_room(ann, "Everything", members=("ben",))
    level(ann, "All")
    make_room(ann, "Calls only", members=("ben",))
    level(ann, "Mentions")
    make_room(ann, "Silent", members=("ben",))
    level(ann, "Nothing")
    look_away(ann)
    for room in ("Silent", "Calls only"):
        ben.open(room)
        ben.send(f"hello in {room}")
        ann.expect_unread(room, 1)
    ben.open("Silent")
    ben.send("@ann even so")
    ann.expect_unread("Silent", 2)
    # Written last and shown: those before it would be there by now.
    ben.open("Everything")
    ben.send("hello in Everything")
    expect_shown(ann, "ben in Everything: hello in Everything")
    expect(ann.page).to_have_title(re.compile(r"^\(1\) "))
    ben.open("Calls only")
    ben.send("@ann look")
    expect_shown(ann, "ben in Everything: hello in Everything", "ben in Calls only: @ann look")
    expect(ann.page).to_have_title(re.compile(r"^\(2\) "))


def test_who_reads_on_another_device_is_not_told(meet: Meet) -> None:
    ann, ben = watched(meet, "ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    turn_on(ann)
    ben.find("ann")
    ben.send("Good morning")
    ann.expect_unread("ben", 1)
    other = meet("ann")
    other.log_in()
    other.open("ben")
    ann.expect_unread("ben", 0)
    look_away(ann)
    ben.send("read over there")
    other.expect_texts("Good morning", "read over there")
    ben.expect_state("read over there", "Read")
    make_room(ben, "Elsewhere", members=("ann",))
    ben.send("nobody looks here")
    # Of the two only the later one is told.
    expect_shown(ann, "ben in Elsewhere: nobody looks here")
    # Read on the other device, it goes from here.
    other.open("Elsewhere")
    expect_shown(ann)
    expect(ann.page).to_have_title(re.compile("^chatbeside"))
