"""The page on a host that only serves files, the server on another one: two names of this machine."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from chatbeside.launch import page as built_page
from chatbeside.launch import places, static
from chatbeside.launch.progress import LaunchError, Progress
from tests.e2e.person import Person
from tests.e2e.product import Product
from tests.e2e.test_files import pick
from tests.servers.ports import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGE_HOST, SERVER_HOST = "page.chat.localhost", "server.chat.localhost"
STRANGER = "other.chat.localhost"


class _Files(SimpleHTTPRequestHandler):
    """What such hosts do: addresses without .html, the headers of ``_headers``, the redirect of ``_redirects``."""

    def do_GET(self) -> None:
        source, target, status = (Path(self.directory) / "_redirects").read_text().split()
        prefix = source.removesuffix("*")
        if self.path.startswith(prefix):
            self.send_response(int(status))
            self.send_header("Location", target.replace(":splat", self.path.removeprefix(prefix)))
            self.end_headers()
            return
        path = self.path.partition("?")[0]
        if (Path(self.directory) / f"{path.strip('/')}.html").is_file():
            self.path = f"{path}.html"
        super().do_GET()

    def end_headers(self) -> None:
        lines = (Path(self.directory) / "_headers").read_text().splitlines()
        for line in lines[1 : lines.index("/assets/*")]:
            name, _, value = line.strip().partition(": ")
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def ports() -> tuple[int, int]:
    """Free ports for the page and for the server."""
    return free_port(), free_port()


@pytest.fixture(scope="module")
def page(built: None, tmp_path_factory: pytest.TempPathFactory, ports: tuple[int, int]) -> Iterator[str]:
    """The page's address. Its files come from the command that people use."""
    mine, server = ports
    made = tmp_path_factory.mktemp("elsewhere")
    folder = made / "page"
    with places.exclusive():
        progress = Progress(made / "build.log")
        progress.begin_log()
        static.run(progress, f"http://{SERVER_HOST}:{server}", folder)
    assert built_page.current(), "the page that this machine serves is another one now"
    files = ThreadingHTTPServer(("127.0.0.1", mine), functools.partial(_Files, directory=str(folder)))
    thread = threading.Thread(target=files.serve_forever)
    thread.start()
    yield f"http://{PAGE_HOST}:{mine}"
    files.shutdown()
    thread.join()
    files.server_close()


@pytest.fixture
def product(page: str, ports: tuple[int, int], tmp_path: Path) -> Iterator[Product]:
    with Product(tmp_path / "data", port=ports[1], CHATBESIDE_URL=page, CHATBESIDE_ASSISTANT="false") as product:
        yield product
        # A page that comes from elsewhere tries its socket too, when it has the time, and is refused in the log.
        assert [line for line in product.troubles() if f"{STRANGER}:" not in line] == []


def test_two_people_with_the_page_on_another_host(product: Product, page: str, browser: Browser) -> None:
    people: list[Person] = []
    for name in ("ann", "ben"):
        context = browser.new_context(base_url=page, locale="en-GB")
        people.append(Person(name, context, None))
        people[-1].sign_up()
    ann, ben = people
    ann.find("ben")
    ann.send("Hello from a page of its own")
    ben.open("ann")
    expect(ben.message("Hello from a page of its own")).to_be_visible()
    pick(ann, ("a.txt", "text/plain", b"words"))
    ann.send("A file")
    link = ben.page.get_by_role("link", name="a.txt").first
    with ben.page.expect_download() as download:
        link.click()
    assert download.value.path().read_bytes() == b"words"
    for person in people:
        person.page.reload()
        expect(person.message("Hello from a page of its own")).to_be_visible()
        assert person.errors == []
        person.context.close()


def test_a_stranger_page_gets_nothing(product: Product, page: str, browser: Browser, ports: tuple[int, int]) -> None:
    """A page of another name on the same server may not use the log-in."""
    context = browser.new_context(base_url=page)
    ann = Person("ann", context, None)
    ann.sign_up()
    visitor = context.new_page()
    visitor.goto(page.replace(PAGE_HOST, STRANGER))
    asked = visitor.evaluate(
        "url => fetch(url, { credentials: 'include' }).then(a => a.status, e => String(e))",
        f"http://{SERVER_HOST}:{ports[1]}/api/users/me",
    )
    assert "Failed to fetch" in str(asked)
    context.close()


@pytest.mark.parametrize("server", ["", "chat.example.org", "http://chat.example.org", "https://x.org/path"])
def test_addresses_that_cannot_be_a_server(server: str, tmp_path: Path) -> None:
    with pytest.raises(LaunchError, match="--server"):
        static.run(Progress(tmp_path / "log"), server, tmp_path / "out")


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(LaunchError, match="not empty"):
        static.run(Progress(tmp_path / "log"), "https://chat.example.org", tmp_path)
