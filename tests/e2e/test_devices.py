"""The test of devices and connection, with the server's echo in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.conftest import Meet
from tests.e2e.person import Person
from tests.e2e.test_calls import flowing, reading

if TYPE_CHECKING:
    from playwright.sync_api import Locator

_ECHO = reading('globalThis[Symbol.for("chatbeside.check")].stats()', "[data-check-media=echo]")


def finding(person: Person, name: str) -> Locator:
    heading = person.page.get_by_role("heading", name=name, exact=True)
    return person.page.get_by_role("listitem").filter(has=heading)


def begin(person: Person) -> None:
    person.sign_up()
    person.page.goto("/settings")
    person.page.get_by_role("link", name="Test my connection and devices").click()
    person.page.get_by_role("button", name="Start the test").click()


def test_everything_is_tried_and_said(meet: Meet) -> None:
    ann = meet("ann", permissions=["camera", "microphone"])
    begin(ann)
    for name, words in (
        ("Microphone", "You are heard"),
        ("Camera", "Your camera gives a picture"),
        ("Hear yourself", "Your voice comes back"),
        ("Direct way", "a direct way. Packets take"),
    ):
        expect(finding(ann, name)).to_contain_text(words)
        expect(finding(ann, name)).to_contain_text("Works")
    expect(finding(ann, "Relay")).to_contain_text("Not set up here")
    expect(finding(ann, "Relay")).to_contain_text("ask whoever runs this server")
    speaker = finding(ann, "Speaker")
    expect(speaker.get_by_role("button", name="I heard it")).to_be_hidden()
    speaker.get_by_role("button", name="Play the tone").click()
    speaker.get_by_role("button", name="I heard nothing").click()
    expect(speaker).to_contain_text("Turn up the volume")
    expect(ann.page.get_by_text("One thing does not work")).to_be_visible()
    speaker.get_by_role("button", name="I heard it").click()
    expect(ann.page.get_by_text("Everything works", exact=True)).to_be_visible()

    # What comes back is decoded and played, picture and sound.
    ann.page.wait_for_function(flowing(_ECHO, energy=0.005), arg=[True, True])

    ann.page.get_by_role("button", name="Stop", exact=True).click()
    expect(ann.page.get_by_role("button", name="Test again")).to_be_visible()
    assert ann.page.evaluate("() => document.querySelector('[data-check-media=echo]').srcObject") is None
    expect(finding(ann, "Direct way")).to_contain_text("Works")


def test_refused_devices_are_told_and_the_ways_tried(meet: Meet) -> None:
    ann = meet("ann")
    ann.page.add_init_script("""navigator.mediaDevices.getUserMedia = async () => {
      throw new DOMException("no", "NotAllowedError");
    };""")
    begin(ann)
    for name in ("Microphone", "Camera"):
        expect(finding(ann, name)).to_contain_text("Does not work")
        expect(finding(ann, name)).to_contain_text("Allow it beside the address of this page")
    expect(finding(ann, "Hear yourself")).to_contain_text("Needs a microphone")
    expect(finding(ann, "Direct way")).to_contain_text("Works")
    expect(ann.page.get_by_text("2 things do not work")).to_be_visible()
