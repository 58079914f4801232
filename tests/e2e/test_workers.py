"""Two people at two workers of one installation, which share a store and talk over Redis."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import WIDE
from tests.e2e.person import PASSWORD, Person
from tests.e2e.product import Product
from tests.e2e.rooms import make_room
from tests.e2e.wire import Wire
from tests.servers.redis import RedisServer, redis_server

PATIENCE = 60_000
"""Milliseconds."""

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
def pair(built: None, tmp_path: Path, redis: RedisServer) -> Iterator[tuple[Product, Product]]:
    """Two products over one data folder, the first with two processes of its own."""
    data, settings = tmp_path / "data", {"CHATBESIDE_ASSISTANT": "false", "REDIS_URL": redis.url}
    with Product(data, CHATBESIDE_WORKERS="2", **settings) as one, Product(data, **settings) as other:
        yield one, other
        assert one.terminate() == 0
        assert other.terminate() == 0


def test_two_people_at_two_workers_talk(pair: tuple[Product, Product], browser: "Browser") -> None:
    with ExitStack() as stack:
        people = []
        for name, product in zip(("ann", "ben"), pair, strict=True):
            wire = stack.enter_context(Wire(product.port))
            context = browser.new_context(base_url=wire.url, viewport=WIDE, locale="en-GB")
            stack.callback(context.close)
            people.append(Person(name, context, wire))
        ann, ben = people
        ann.sign_up()
        ben.sign_up()
        ann.find("ben")
        ann.send("Hello Ben")
        ben.expect_unread("ann", 1)
        ann.expect_state("Hello Ben", "Delivered")
        ben.open("ann")
        ann.expect_state("Hello Ben", "Read")
        ben.send("Hello Ann", "How are you?")
        ann.expect_texts("Hello Ben", "Hello Ann", "How are you?")
        for person in people:
            person.reload()
            person.expect_texts("Hello Ben", "Hello Ann", "How are you?")
            assert person.errors == [], f"{person.name}'s browser complained"


AWAY = "Messages go on. What you change in rooms and settings does not reach the server right now"
NOTHING_SAVED = "The server does not answer right now. Nothing is saved until it does"


def test_an_open_page_says_that_redis_is_away_and_goes_on_after(
    pair: tuple[Product, Product], redis: RedisServer, browser: "Browser"
) -> None:
    product = pair[1]
    context = browser.new_context(base_url=product.url, viewport=WIDE, locale="en-GB")
    ann = Person("ann", context, None)
    ann.sign_up()
    make_room(ann, "Garden")
    settings, door = context.new_page(), browser.new_page(base_url=product.url)
    settings.goto("/settings")
    expect(settings.get_by_text("Active now")).to_be_visible()
    door.goto("/login")
    redis.stop()
    # What is sent before the pages are told fails, and is no reason for a page to send anything more.
    door.get_by_label("Password", exact=True).fill(PASSWORD)
    door.locator("form").get_by_role("button", name="Log in").click()
    for page, words in ((ann.page, AWAY), (settings, NOTHING_SAVED), (door, NOTHING_SAVED)):
        expect(page.get_by_role("main").get_by_text(words)).to_be_visible(timeout=PATIENCE)
    ann.send("Is anybody there?")
    ann.expect_texts("Is anybody there?")
    ann.begin("New room")
    dialog = ann.page.get_by_role("dialog", name="New room")
    expect(dialog.get_by_role("alert").filter(has_text=NOTHING_SAVED)).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    # So long that Reflex has given up listening to it.
    written(product, "task exceeded exception limit")
    assert product.log.count("an event of a page was not taken") < 10
    redis.start()
    for page in (ann.page, settings, door):
        expect(page.get_by_text("right now")).to_have_count(0, timeout=PATIENCE)
    make_room(ann, "Kitchen")
    ann.open("Garden")
    ann.expect_texts("Is anybody there?")
    for page in (settings, door):
        page.close()
    context.close()


def written(product: Product, words: str) -> None:
    """Wait until something stands in the log."""
    before = time.monotonic() + 60
    while words not in product.log:
        assert time.monotonic() < before, f"the log does not say: {words}"
        time.sleep(0.1)
