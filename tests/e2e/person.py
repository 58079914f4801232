"""A person at a browser: what they do and what they see, in the words of the page (roles and labels)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import ConsoleMessage, expect

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

    from tests.e2e.wire import Wire

PASSWORD = "correct horse battery"
# The browser's own words for a request that found no server, or a socket that it just closed. Being offline is
# allowed, and so is being logged out from elsewhere, so they are.
# And its words for a window without a push service, as private ones are: no page can know beforehand.
_ALLOWED = re.compile(
    r"net::ERR_|WebSocket connection to .* failed|Failed to load resource|WebSocket is already in CLOSING"
    r"|does not support the Push API in incognito mode"
)


def expect_door(page: Page) -> None:
    """Nobody is logged in: the page asks who it is."""
    expect(page.get_by_label("Password", exact=True)).to_be_visible()


class Person:
    """Somebody with a browser profile of their own; ``page`` is the tab in front of them."""

    def __init__(self, name: str, context: BrowserContext, wire: Wire | None, *, phone: bool = False) -> None:
        self.name = name
        self.wire = wire
        self.context = context
        self.phone = phone
        self.errors: list[str] = []
        self.links: list[str] = []  # invites that they made
        context.on("console", self._console)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        self.page = context.new_page()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _ALLOWED.search(message.text):
            self.errors.append(message.text)

    # Doing

    def sign_up(self) -> None:
        self.page.goto("/signup")
        self.fill_sign_up()
        self.expect_signed_in()

    def fill_sign_up(self, *, name: str | None = None, email: str | None = None, password: str = PASSWORD) -> None:
        self.page.get_by_label("Name", exact=True).fill(self.name if name is None else name)
        self.page.get_by_label("E-mail", exact=True).fill(email or f"{self.name}@example.org")
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Create account").click()

    def log_in(self) -> None:
        self.page.goto("/login")
        self.page.get_by_label("Name or e-mail").fill(self.name)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.locator("form").get_by_role("button", name="Log in").click()
        self.expect_signed_in()

    def open_menu(self) -> None:
        """Open the menu behind the own name."""
        self._own_button("Online").click()

    def log_out(self) -> None:
        self.open_menu()
        self.page.get_by_role("button", name="Log out").click()
        expect_door(self.page)

    def find(self, other: str) -> None:
        """Open the conversation with somebody by name, as one does the first time."""
        self.begin("New conversation")
        dialog = self.page.get_by_role("dialog", name="Find somebody")
        dialog.get_by_role("textbox", name="Name").fill(other[:3])
        dialog.get_by_role("button", name=f"@{other}").click()
        expect(dialog).to_be_hidden()
        self.expect_open(other)

    def begin(self, what: str) -> None:
        """Choose something of the menu "New"."""
        self.page.get_by_role("button", name="New", exact=True).click()
        self.page.get_by_role("button", name=what).first.click()

    def open(self, other: str) -> None:
        """Open a conversation that is in the list."""
        self.row(other).click()
        self.expect_open(other)

    def write(self, text: str) -> None:
        """Type into the field without sending."""
        self.field.fill(text)

    def send(self, *texts: str) -> None:
        for text in texts:
            self.write(text)
            if self.phone:
                # There Enter makes a new line, as people with a thumb keyboard expect.
                self.page.get_by_role("button", name="Send", exact=True).click()
            else:
                self.field.press("Enter")
            expect(self.field).to_have_value("")

    def reload(self) -> None:
        self.page.reload()

    def go_offline(self) -> None:
        """Lose the network, open connections included."""
        self.context.set_offline(True)
        self.wire.cut()

    def come_back(self) -> None:
        self.wire.mend()
        self.context.set_offline(False)

    # Seeing

    @property
    def field(self) -> Locator:
        return self.page.get_by_role("main").get_by_role("textbox")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name="Messages")

    @property
    def messages(self) -> Locator:
        return self.log.get_by_role("article")

    def message(self, text: str) -> Locator:
        return self.messages.filter(has_text=text)

    @property
    def texts(self) -> Locator:
        return self.messages.locator(".md")

    def row(self, other: str) -> Locator:
        """The row of a conversation in the list."""
        rows = self.page.get_by_role("navigation", name="Conversations").get_by_role("link")
        return rows.filter(has=self.page.get_by_text(other, exact=True))

    def expect_signed_in(self) -> None:
        """In the chat, and connected: from then on the page hears what happens and takes keys."""
        expect(self._own_button("Online")).to_be_attached(timeout=30_000)

    def _own_button(self, state: str) -> Locator:
        return self.page.get_by_role("button", name=re.compile(rf"{self.name} {state}$"))

    def expect_open(self, other: str) -> None:
        expect(self.page.get_by_role("heading", level=1, name=other)).to_be_visible()
        expect(self.field).to_be_visible()

    def expect_texts(self, *texts: str) -> None:
        """The timeline holds exactly these messages, in this order."""
        expect(self.texts).to_have_text([re.compile(rf"^\s*{re.escape(text)}\s*$") for text in texts])

    def expect_state(self, text: str, state: str) -> None:
        """The own message with this text shows how far it has come: Waiting to be sent, Sent, Delivered, Read."""
        expect(self.message(text).get_by_title(state, exact=True)).to_be_visible()

    def expect_presence(self, other: str, state: str) -> None:
        """The head of the open conversation says whether somebody is Online, Away or Offline."""
        name = self.page.get_by_role("heading", level=1, name=other)
        expect(name.locator("xpath=following-sibling::p")).to_have_text(state)

    def expect_unread(self, other: str, count: int) -> None:
        if count:
            expect(self.row(other)).to_contain_text(f"{count} unread")
        else:
            expect(self.row(other)).not_to_contain_text("unread")
