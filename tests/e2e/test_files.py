"""Files between people: dropped, pasted, cancelled, said into the microphone; who gets them and who does not."""

from __future__ import annotations

import base64
import io
import re
import time
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import JSHandle, Locator, Page, Route

    from tests.e2e.conftest import Meet
    from tests.e2e.person import Person


UPLOADS = re.compile(r"/api/files\?")
# A file in the browser, out of its name, its content in base 64 and its type.
CARRY = """(name, data, type) => {
    const carried = new DataTransfer();
    carried.items.add(new File([Uint8Array.from(atob(data), (char) => char.charCodeAt(0))], name, { type }));
    return carried;
}"""


def picture(width: int = 1200, height: int = 800) -> bytes:
    written = io.BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(written, "JPEG")
    return written.getvalue()


def carry(page: Page, name: str, data: bytes, kind: str) -> JSHandle:
    """Return what a drag (or the clipboard) carries: one file."""
    text = base64.b64encode(data).decode()
    return page.evaluate_handle(f"(given) => ({CARRY})(...given)", [name, text, kind])


def chips(person: Person) -> Locator:
    return person.page.get_by_role("list", name="Files to send").get_by_role("listitem")


def pick(person: Person, *files: tuple[str, str, bytes]) -> None:
    """Choose files in the browser's dialog."""
    with person.page.expect_file_chooser() as chooser:
        person.page.get_by_role("button", name="Attach files").click()
    chooser.value.set_files([{"name": name, "mimeType": kind, "buffer": data} for name, kind, data in files])


def wait_until_held(page: Page, held: list[Route], count: int) -> None:
    """Wait until the handler of a route holds so many requests: a request is told of before it comes there."""
    end = time.monotonic() + 30
    while len(held) < count:
        assert time.monotonic() < end, f"{len(held)} requests came, not {count}"
        page.wait_for_timeout(10)  # handlers run only while something of Playwright's is waited for


def send(person: Person) -> None:
    person.page.get_by_role("button", name="Send", exact=True).click()


def test_a_picture_dropped_by_one_is_seen_by_the_other_and_by_nobody_else(meet: Meet) -> None:
    ben, eve, ann = meet("ben"), meet("eve"), meet("ann")
    for person in (ben, eve, ann):
        person.sign_up()
    ann.find("ben")
    carried = carry(ann.page, "garden.jpg", picture(), "image/jpeg")
    ann.field.dispatch_event("dragenter", {"dataTransfer": carried})
    overlay = ann.page.get_by_text("Drop to attach")
    expect(overlay).to_be_visible()
    ann.field.dispatch_event("drop", {"dataTransfer": carried})
    expect(overlay).to_be_hidden()
    expect(chips(ann)).to_have_count(1)
    expect(chips(ann)).to_contain_text("garden.jpg")
    ann.write("look at this")
    send(ann)
    expect(chips(ann)).to_have_count(0)
    ann.expect_state("look at this", "Delivered")
    held: list[Route] = []
    holding = True

    def hold(route: Route) -> None:
        if holding:
            held.append(route)
        else:
            route.continue_()

    ben.page.route(re.compile(r"/api/files/.*thumbnail=1"), hold)
    ben.open("ann")
    seen = ben.message("look at this").get_by_role("img", name="garden.jpg")
    expect(seen).to_be_visible()
    before = seen.bounding_box()
    assert before is not None
    assert (round(before["width"]), round(before["height"])) == (340, 227)
    wait_until_held(ben.page, held, 1)
    holding = False
    for route in held:
        route.continue_()
    ben.page.wait_for_function("(picture) => picture.complete && picture.naturalWidth > 0", arg=seen.element_handle())
    assert seen.bounding_box() == before
    # Large, with its name, and away again by Escape; the focus is where it was.
    seen.click()
    viewer = ben.page.get_by_role("dialog", name="Picture: garden.jpg")
    expect(viewer.get_by_role("img", name="garden.jpg")).to_be_visible()
    ben.page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(ben.message("look at this").get_by_role("button", name="garden.jpg")).to_be_focused()
    url = re.sub(r"\?.*", "", seen.get_attribute("src") or "")
    for address in (url, f"{url}?thumbnail=1"):
        assert ben.page.request.get(address).status == 200
        assert eve.page.request.get(address).status == 404


def test_files_are_listed_in_the_details_and_forwarded(meet: Meet) -> None:
    ann, ben, cleo = meet("ann"), meet("ben"), meet("cleo")
    for person in (ann, ben, cleo):
        person.sign_up()
    ann.find("ben")
    pick(ann, ("plan.pdf", "application/pdf", b"%PDF-1.7 ..."), ("garden.png", "image/png", picture(200, 100)))
    send(ann)
    ben.open("ann")
    files = ben.page.get_by_role("complementary", name="Details").get_by_role("region", name="Files")
    expect(files.get_by_role("listitem")).to_have_count(2)
    expect(files.get_by_role("listitem").first).to_contain_text("plan.pdf")
    expect(files.get_by_role("listitem").first).to_contain_text("ann")
    with ben.page.expect_download() as saved:
        files.get_by_role("link", name="Save plan.pdf").click()
    assert saved.value.path().read_bytes() == b"%PDF-1.7 ..."
    # What comes while one looks is there at once; a file leads to its message.
    ann.send(*(f"small talk {number}" for number in range(30)))
    pick(ann, ("list.txt", "text/plain", b"bolts"))
    send(ann)
    expect(files.get_by_role("listitem").first).to_contain_text("list.txt")
    expect(ben.message("plan.pdf")).not_to_be_in_viewport()
    files.get_by_role("link", name=re.compile("^plan.pdf")).click()
    expect(ben.message("plan.pdf")).to_be_in_viewport()
    # All of them, by the search.
    files.get_by_role("button", name="Search all files").click()
    found = ben.page.get_by_role("region", name="Search")
    expect(found.get_by_role("status")).to_have_text("2 messages, newest first")
    expect(found.get_by_role("link").last).to_contain_text("plan.pdf garden.png")
    ben.page.keyboard.press("Escape")

    # Forwarded, Cleo has files of her own to look at, also when the first message is gone.
    ben.find("cleo")
    ben.open("ann")
    files.get_by_role("link", name=re.compile("^plan.pdf")).click()
    first = ben.message("plan.pdf")
    first.hover()
    first.get_by_role("toolbar", name="Message actions").get_by_role("button", name="More").click()
    ben.page.locator("#message-menu").get_by_role("button", name="Forward…").click()
    dialog = ben.page.get_by_role("dialog", name="Forward the message")
    dialog.get_by_role("textbox", name="Conversation").fill("cl")
    dialog.get_by_role("button", name="cleo").click()
    expect(ben.page.get_by_text("Forwarded to cleo.")).to_be_visible()
    cleo.open("ben")
    come = cleo.message("From ann:")
    expect(come.get_by_role("img", name="garden.png")).to_be_visible()
    gone = ann.message("plan.pdf")
    gone.scroll_into_view_if_needed()
    gone.hover()
    gone.get_by_role("toolbar", name="Message actions").get_by_role("button", name="More").click()
    ann.page.locator("#message-menu").get_by_role("button", name="Delete…").click()
    ann.page.get_by_role("button", name="Delete", exact=True).click()
    expect(files.get_by_role("listitem")).to_have_count(1)
    with cleo.page.expect_download() as saved:
        come.get_by_role("link", name=re.compile("^Save plan.pdf")).click()
    assert saved.value.path().read_bytes() == b"%PDF-1.7 ..."


def test_an_upload_is_cancelled_and_another_tried_again(meet: Meet) -> None:
    ben, ann = meet("ben"), meet("ann")
    for person in (ben, ann):
        person.sign_up()
    ann.find("ben")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    ann.page.route(UPLOADS, hold)
    pick(ann, ("secret.txt", "text/plain", b"not this one"))
    wait_until_held(ann.page, held, 1)
    ann.page.get_by_role("button", name="Remove secret.txt").click()
    expect(chips(ann)).to_have_count(0)
    pick(ann, ("notes.txt", "text/plain", b"this one"))
    wait_until_held(ann.page, held, 2)
    full = '{"detail": "There is no room left on the server.", "code": "storage_full"}'
    held[-1].fulfill(status=507, content_type="application/problem+json", body=full)
    expect(chips(ann)).to_contain_text("no room left")
    expect(ann.page.get_by_role("button", name="Send", exact=True)).to_have_attribute("aria-disabled", "true")
    ann.page.unroute(UPLOADS)
    chips(ann).get_by_role("button", name="Try again").click()
    expect(chips(ann)).not_to_contain_text("no room left")
    send(ann)
    ben.open("ann")
    card = ben.messages.get_by_role("link", name="Save notes.txt")
    with ben.page.expect_download() as download:
        card.click()
    assert download.value.suggested_filename == "notes.txt"
    assert download.value.path().read_bytes() == b"this one"
    expect(ben.messages).to_have_count(1)


def test_a_pasted_picture_waits_for_the_connection(meet: Meet) -> None:
    ben, ann = meet("ben"), meet("ann")
    for person in (ben, ann):
        person.sign_up()
    ann.find("ben")
    ann.send("first")
    ann.expect_state("first", "Delivered")
    ann.go_offline()
    carried = carry(ann.page, "image.png", picture(300, 200), "image/jpeg")
    paste = """(field, clipboardData) =>
        field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))"""
    ann.field.evaluate(paste, carried)
    expect(chips(ann)).to_contain_text("Picture ")
    send(ann)
    pending = ann.messages.last
    expect(pending.get_by_role("img", name=re.compile("Picture "))).to_be_visible()
    expect(pending.get_by_title("Waiting to be sent", exact=True)).to_be_visible()
    ann.come_back()
    ben.open("ann")
    expect(ben.messages.last.get_by_role("img", name=re.compile("Picture "))).to_be_visible(timeout=30_000)


def test_a_voice_message_is_recorded_sent_and_played(meet: Meet) -> None:
    ben, ann = meet("ben"), meet("ann", permissions=["microphone"])
    for person in (ben, ann):
        person.sign_up()
    ann.find("ben")
    record = ann.page.get_by_role("button", name="Record a voice message")
    record.click()
    bar = ann.page.get_by_role("group", name="Recording a voice message")
    bar.get_by_role("button", name="Throw the recording away").click()
    expect(bar).to_be_hidden()
    record.click()
    expect(bar.get_by_role("timer")).to_have_text(re.compile(r"^0:0[1-9]$"))
    bar.get_by_role("button", name="Send the voice message").click()
    expect(bar).to_be_hidden()
    ben.open("ann")
    player = ben.messages.locator("audio")
    expect(player).to_have_count(1)
    expect(ben.messages).to_contain_text("Voice message")
    expect(ben.messages).not_to_contain_text("Voice message.")
    player.evaluate("(audio) => audio.play()")
    ben.page.wait_for_function("(audio) => audio.currentTime > 0.2", arg=player.element_handle())
