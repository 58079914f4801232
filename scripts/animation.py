"""Makes the moving picture of the README from the real product: two people talk, and the assistant answers.

Run from the clone after the test command has got what it needs: ``.venv/bin/python -m scripts.animation``.
It starts a product with a data folder of its own and writes ``docs/images/talk.webp``.
"""

import io
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, ViewportSize, sync_playwright

from chatbeside.launch.testing import browser_path
from scripts.screenshots import IMAGES
from tests.e2e.person import Person
from tests.e2e.product import Product
from tests.e2e.rooms import make_room
from tests.e2e.wire import Wire

SIZE: ViewportSize = {"width": 960, "height": 600}
TYPED_AT_ONCE = 2
KEYS_MS = 70
LOOK_MS = 900
READ_MS = 1800
LAST_MS = 4000
MOST_BYTES = 1_500_000

BEFORE = (
    ("ann", "Saturday at ten? The shelf has arrived."),
    ("ben", "Two boxes, and the manual is **eleven** pages of drawings."),
    ("ann", "Then we need coffee first."),
)


@dataclass
class Film:
    """What one page shows, picture by picture, each with how long it stays in milliseconds."""

    page: Page
    pictures: list[Image.Image] = field(default_factory=list)
    stays: list[int] = field(default_factory=list)

    def take(self, stay: int) -> None:
        """Take a picture; one that is as the last one makes that one stay longer."""
        picture = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        if self.pictures and picture.tobytes() == self.pictures[-1].tobytes():
            self.stays[-1] += stay
            return
        self.pictures.append(picture)
        self.stays.append(stay)

    def save(self, path: Path) -> None:
        """Write them all as one file that plays for ever."""
        first, *others = self.pictures
        first.save(
            path, save_all=True, append_images=others, duration=self.stays, loop=0, quality=72, method=6, kmax=999
        )
        if path.stat().st_size > MOST_BYTES:
            raise SystemExit(f"{path.name} has {path.stat().st_size} bytes, more than a README should load.")


def main() -> None:
    """Write the film."""
    with tempfile.TemporaryDirectory() as folder, Product(Path(folder)) as product, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        with Wire(product.port) as wire:
            people = []
            for name in ("ann", "ben"):
                context = browser.new_context(base_url=wire.url, viewport=SIZE, locale="en-GB", color_scheme="light")
                people.append(Person(name, context, wire))
            film = talk(*people)
        browser.close()
    film.save(IMAGES / "talk.webp")


def talk(ann: Person, ben: Person) -> Film:
    """Let Ann and Ben plan something in a room, and film what Ann sees."""
    ann.sign_up()
    ben.sign_up()
    make_room(ann, "Shelf party", members=("ben", "beside"))
    ben.open("Shelf party")
    people = {"ann": ann, "ben": ben}
    for name, text in BEFORE:
        people[name].send(text)
        for person in people.values():
            person.message(re.sub(r"\W+.*", "", text)).first.wait_for()
    film = Film(ann.page)
    film.take(LOOK_MS)

    hear(film, ann, ben, "Deal. I bring the drill and a cake.")
    say(film, ann, "/poll What do we drink? Coffee, Tea, Elderflower")
    polls = [person.messages.filter(has_text="Elderflower") for person in (ann, ben)]
    polls[0].wait_for()
    film.take(LOOK_MS)
    polls[1].get_by_role("button", name=re.compile("^Coffee")).click()
    polls[0].get_by_role("button", name="Coffee: 1").wait_for()
    film.take(LOOK_MS)
    polls[0].get_by_role("button", name=re.compile("^Coffee")).click()
    polls[0].get_by_role("button", name="Coffee: 2").wait_for()
    ann.page.mouse.move(0, 0)
    film.take(READ_MS)

    say(film, ann, "@beside how do I invite somebody?")
    answer = ann.log.locator("article.bot")
    while not answer.last.locator(".md").is_visible() or typing(ann).is_visible():
        film.take(KEYS_MS)
    film.take(READ_MS)
    hear(film, ann, ben, "That was easy. See you on Saturday!")
    film.take(LAST_MS)
    return film


def hear(film: Film, ann: Person, ben: Person, text: str) -> None:
    """Let Ben write, so that Ann sees him typing, and send."""
    ben.field.press_sequentially(text)
    typing(ann).wait_for()
    film.take(LOOK_MS)
    ben.field.press("Enter")
    ann.message(text).wait_for()
    typing(ann).wait_for(state="detached")
    film.take(READ_MS)


def typing(ann: Person) -> Locator:
    """What says in the open room that somebody writes."""
    return ann.page.get_by_role("region", name="Shelf party").get_by_text("is typing").first


def say(film: Film, ann: Person, text: str) -> None:
    """Let Ann write, a few letters at a time, and send."""
    ann.field.focus()
    for start in range(0, len(text), TYPED_AT_ONCE):
        ann.page.keyboard.type(text[start : start + TYPED_AT_ONCE])
        film.take(KEYS_MS)
    film.take(LOOK_MS)
    ann.page.keyboard.press("Escape")
    ann.field.press("Enter")


if __name__ == "__main__":
    main()
