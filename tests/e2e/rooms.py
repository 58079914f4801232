"""What people do with rooms, in the words of the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.e2e.person import Person


def make_room(
    person: Person, name: str, *, public: bool = False, topic: str = "", members: tuple[str, ...] = ()
) -> None:
    """Make a room by the menu "New" and stand in it."""
    person.begin("New room")
    dialog = person.page.get_by_role("dialog", name="New room")
    expect(dialog.get_by_label("Name", exact=True)).to_be_focused()
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_label("Topic").fill(topic)
    if public:
        dialog.get_by_role("radio", name="Public").check()
    for member in members:
        dialog.get_by_role("textbox", name="First members").fill(member)
        dialog.get_by_role("button", name=f"@{member}").click()
        expect(dialog.get_by_role("button", name=f"Take out {member}")).to_be_visible()
    dialog.get_by_role("button", name="Make the room").click()
    expect(dialog).to_be_hidden()
    person.expect_open(name)


def join_public(person: Person, name: str) -> None:
    """Find a public room in the list of all and join it."""
    person.begin("Browse public rooms")
    dialog = person.page.get_by_role("dialog", name="Public rooms")
    dialog.get_by_role("textbox", name="Name of the room").fill(name[:4].lower())
    dialog.get_by_role("button", name=f"Join {name}").click()
    expect(dialog).to_be_hidden()
    person.expect_open(name)


def details(person: Person) -> Locator:
    """The details of the open room, opened where they are put away."""
    pane = person.page.get_by_role("complementary", name="Details")
    if person.phone and not pane.is_visible():
        person.page.get_by_role("button", name="Details", exact=True).click()
    expect(pane).to_be_visible()
    return pane


def member(person: Person, name: str) -> Locator:
    """The row of a member in the details."""
    rows = details(person).get_by_role("region", name="People").get_by_role("listitem")
    return rows.filter(has=person.page.get_by_text(re.compile(rf"^{name}( \(you\))?$")))


def about(person: Person, name: str) -> Locator:
    """The dialog about a member, opened."""
    member(person, name).get_by_role("button", name=f"More about {name}").click()
    dialog = person.page.get_by_role("dialog", name=name, exact=True)
    expect(dialog).to_be_visible()
    return dialog


def invite_link(person: Person, *, uses: str = "Any number", days: str = "Seven days") -> str:
    """Make an invite into the open room and return its link, as the button copies it."""
    details(person).get_by_role("button", name="Invite", exact=True).click()
    dialog = person.page.get_by_role("dialog", name=re.compile("^Invite to"))
    dialog.get_by_label("Lets in").select_option(label=uses)
    dialog.get_by_label("Ends after").select_option(label=days)
    dialog.get_by_role("button", name="Make a link").click()
    # First the list as it was may stand there still, with links that do not hold any more.
    newest = dialog.get_by_role("listitem").first
    for other in person.links:
        expect(newest).not_to_contain_text(other)
    newest.get_by_role("button", name="Copy link").click()
    expect(newest.get_by_role("button", name="Copied")).to_be_visible()
    link = str(person.page.evaluate("() => navigator.clipboard.readText()"))
    person.links.append(link.removeprefix(person.wire.url))
    dialog.get_by_role("button", name="Close").click()
    return link


def line(person: Person, words: str) -> Locator:
    """A quiet line of the timeline."""
    return person.log.get_by_text(words, exact=True)
