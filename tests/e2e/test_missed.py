"""A call that nobody answers. The ring is short here, by the product's own setting."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.product import Product
from tests.e2e.test_calls import Caller, pair

__all__ = ["pair"]


@pytest.fixture
def product(built: None, tmp_path: Path) -> Iterator[Product]:
    """A product in which calls ring for eight seconds."""
    with Product(tmp_path / "data", CHATBESIDE_ASSISTANT="false", CHATBESIDE_RING_SECONDS="8") as product:
        yield product
        assert product.troubles() == []


def test_the_ring_runs_out(pair: tuple[Caller, Caller]) -> None:
    ann, ben = pair
    ann.call(picture=False)
    expect(ben.incoming).to_contain_text("ann is calling you")
    expect(ben.incoming).to_be_hidden()
    # What Ben is told goes by itself after six seconds, what Ann is told stays.
    expect(ben.page.get_by_text("Missed call from ann")).to_be_visible()
    expect(ben.button("Call back")).to_be_visible()
    expect(ann.page.get_by_text("ben did not answer")).to_be_visible()
    expect(ann.button("Call again")).to_be_visible()
    for caller, entry in ((ann, "Call, no answer"), (ben, "Missed call")):
        expect(caller.stage).to_be_hidden()
        expect(caller.person.log).to_contain_text(entry)
        caller.expect_no_devices()
