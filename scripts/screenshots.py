"""Takes the pictures of the documentation from the real product.

Run from the clone after the test command has got what it needs: ``.venv/bin/python -m scripts.screenshots``.
It starts a product with a data folder of its own, lets two people talk, and writes ``docs/images``.
"""

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from chatbeside.launch.testing import browser_path
from tests.e2e.person import Person
from tests.e2e.product import ROOT, Product
from tests.e2e.rooms import make_room
from tests.e2e.wire import Wire

IMAGES = ROOT / "docs" / "images"
WIDE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}

TALK = (
    ("ann", "Morning! Did the new shelf arrive?"),
    ("ben", "It did. Two boxes, and the manual is **eleven** pages of drawings."),
    ("ann", "Then we need coffee first."),
    ("ann", "I bring the long screwdriver, you keep the cat away from the small parts."),
    (
        "ben",
        "Deal. Here is the list:\n\n1. side panels\n2. `M6` bolts, all of them\n3. the back wall, which nobody needs",
    ),
    ("ann", "> the back wall, which nobody needs\n\nUntil the shelf leans over. See you at ten."),
)


def main() -> None:
    """Write the pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Product(Path(folder)) as product, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        with Wire(product.port) as wire:
            talk(browser, wire)
        browser.close()


def take(person: Person, name: str) -> None:
    """Take a picture of what somebody sees, with whatever moves at its end."""
    person.page.screenshot(path=IMAGES / name, animations="disabled")


def talk(browser: Browser, wire: Wire) -> None:
    """Let Ann and Ben talk, and take the pictures of it."""
    people = {}
    for name in ("ann", "ben"):
        context = browser.new_context(base_url=wire.url, viewport=WIDE, locale="en-GB", color_scheme="light")
        people[name] = Person(name, context, wire)
    ann, ben = people["ann"], people["ben"]
    ann.page.goto("/signup")
    ann.page.get_by_label("Name", exact=True).wait_for()
    take(ann, "door.png")
    ann.sign_up()
    ben.sign_up()
    ann.find("ben")
    ben.find("ann")
    for count, (name, text) in enumerate(TALK, 1):
        people[name].send(text)
        for person in people.values():
            person.messages.nth(count - 1).wait_for()
    ann.expect_state("Until the shelf", "Read")
    take(ann, "chat.png")
    ben.page.emulate_media(color_scheme="dark")
    take(ben, "chat-dark.png")
    ben.page.set_viewport_size(PHONE)
    take(ben, "chat-phone.png")
    ben.page.set_viewport_size(WIDE)
    ben.page.emulate_media(color_scheme="light")
    room(ann, ben)


def room(ann: Person, ben: Person) -> None:
    """Let them plan in a room, with a poll and the assistant, and take a picture of it."""
    make_room(ann, "Shelf party", topic="Saturday, ten o'clock, bring a screwdriver", members=("ben", "beside"))
    ben.open("Shelf party")
    ann.send("Who brings what? @ben has the drill.")
    ben.send("Drill and cake. What do we drink?")
    ann.send("/poll What do we drink? Coffee, Tea, Elderflower")
    poll = ann.messages.filter(has_text="Elderflower")
    poll.get_by_role("button", name=re.compile("^Elderflower")).click()
    ben.messages.filter(has_text="Elderflower").get_by_role("button", name=re.compile("^Coffee")).click()
    ben.send("@beside how do I invite somebody?")
    ann.messages.filter(has_text="invite").nth(1).wait_for(timeout=30_000)
    ann.page.get_by_text("is typing").wait_for(state="detached")
    take(ann, "room.png")


if __name__ == "__main__":
    sys.exit(main())
