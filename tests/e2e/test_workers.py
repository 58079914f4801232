"""Two people at two workers of one installation, which share a store and talk over Redis."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import WIDE
from tests.e2e.person import Person
from tests.e2e.product import Product
from tests.e2e.rooms import make_room
from tests.e2e.wire import Wire
from tests.workers.redis_server import PROGRAM, RedisServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    if PROGRAM is None:
        pytest.skip("There is no redis-server on this machine.")
    redis = RedisServer(tmp_path / "redis")
    redis.start()
    yield redis
    redis.stop()


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


def test_an_open_page_goes_on_after_redis_was_away(
    pair: tuple[Product, Product], redis: RedisServer, browser: "Browser"
) -> None:
    product = pair[1]
    context = browser.new_context(base_url=product.url, viewport=WIDE, locale="en-GB")
    ann = Person("ann", context, None)
    ann.sign_up()
    make_room(ann, "Garden")
    redis.stop()
    # So long that Reflex has given up listening to it.
    written(product, "task exceeded exception limit")
    ann.send("Is anybody there?")
    ann.expect_texts("Is anybody there?")
    redis.start()
    written(product, "clients come back", times=2)  # ours, and Reflex's
    make_room(ann, "Kitchen")
    ann.open("Garden")
    ann.expect_texts("Is anybody there?")
    context.close()


def written(product: Product, words: str, *, times: int = 1) -> None:
    """Wait until something stands in the log."""
    before = time.monotonic() + 60
    while product.log.count(words) < times:
        assert time.monotonic() < before, f"the log does not say: {words}"
        time.sleep(0.1)
