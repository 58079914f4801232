"""The built page, the running product, the browser, and people."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect, sync_playwright

from chatbeside.launch import page as built_page
from chatbeside.launch import places
from chatbeside.launch.progress import Progress
from chatbeside.launch.testing import browser_path
from tests.e2e.person import Person
from tests.e2e.product import ROOT, Product
from tests.e2e.wire import Wire

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ViewportSize

ARTIFACTS = ROOT / ".test-artifacts"
WIDE: ViewportSize = {"width": 1440, "height": 900}

Meet = Callable[..., Person]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


_FAILED = pytest.StashKey[bool]()
# A camera and a microphone that beeps, without questions; sound may play without a click.
_FAKE_DEVICES = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    # A relay on this very machine counts as any other one.
    "--allow-loopback-in-peer-connection",
)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The page, built once for the present sources."""
    progress = Progress(tmp_path_factory.mktemp("build") / "build.log")
    progress.begin_log()
    with places.exclusive():
        built_page.ensure(progress)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium where there is one, else Playwright's own."""
    expect.set_options(timeout=30_000)  # machines that run tests may be slow
    with sync_playwright() as playwright:
        # Chromium's sandbox does not start for root, as in containers. It only visits this machine here.
        browser = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox", *_FAKE_DEVICES])
        yield browser
        browser.close()


@pytest.fixture
def product(built: None, tmp_path: Path) -> Iterator[Product]:
    """A fresh product. Whatever it complains about fails the test."""
    with Product(tmp_path / "data", CHATBESIDE_ASSISTANT="false") as product:
        yield product
        troubles = product.troubles()
        log = product.log
    assert troubles == []
    assert "token" not in log


@pytest.fixture
def meet(product: Product, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Meet]:
    """Makes people, each with a browser profile and a wire of their own: ``meet("ann")``.

    Further arguments are those of a browser context. What a page complains about fails the test; of a test that
    failed, pictures and traces of everybody are kept in ``.test-artifacts``.
    """
    people: list[Person] = []
    with ExitStack() as stack:

        def make(name: str, **options: Any) -> Person:
            wire = stack.enter_context(Wire(product.port))
            context = browser.new_context(**{"base_url": wire.url, "viewport": WIDE, "locale": "en-GB", **options})
            stack.callback(context.close)
            context.tracing.start(snapshots=True)
            person = Person(name, context, wire, phone=options.get("has_touch", False))
            people.append(person)
            return person

        yield make
        if request.node.stash.get(_FAILED, True):
            folder = ARTIFACTS / request.node.name
            folder.mkdir(parents=True, exist_ok=True)
            for person in people:
                if not person.page.is_closed():
                    person.page.screenshot(path=folder / f"{person.name}.png")
                person.context.tracing.stop(path=folder / f"{person.name}.zip")
            shutil.copy(product.data / "server.log", folder)
    for person in people:
        assert person.errors == [], f"{person.name}'s browser complained"
