"""Two people at two workers of one installation, which share a store and talk over Redis."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import WIDE
from tests.e2e.person import Person
from tests.e2e.product import Product
from tests.e2e.wire import Wire
from tests.workers.redis_server import PROGRAM, RedisServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture
def pair(built: None, tmp_path: Path) -> Iterator[tuple[Product, Product]]:
    """Two products over one data folder, the first with two processes of its own."""
    if PROGRAM is None:
        pytest.skip("There is no redis-server on this machine.")
    redis = RedisServer(tmp_path / "redis")
    redis.start()
    data, settings = tmp_path / "data", {"CHATBESIDE_ASSISTANT": "false", "REDIS_URL": redis.url}
    try:
        with Product(data, CHATBESIDE_WORKERS="2", **settings) as one, Product(data, **settings) as other:
            yield one, other
            assert one.terminate() == 0
            assert other.terminate() == 0
    finally:
        redis.stop()


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
