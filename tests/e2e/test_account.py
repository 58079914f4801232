"""One's own account: devices, passwords, the second step, leaving."""

import re
import zipfile

import pyotp
from playwright.sync_api import expect

from tests.e2e.conftest import Meet
from tests.e2e.person import PASSWORD, Person


def settings(person: Person) -> None:
    """Go to the settings by the own menu."""
    person.open_menu()
    person.page.get_by_role("link", name="Settings").first.click()
    expect(person.page.get_by_role("heading", name="Devices")).to_be_visible()


def test_logging_another_device_out_brings_its_pages_to_the_door_at_once(meet: Meet) -> None:
    ann, lost = meet("ann"), meet("ann")
    ann.sign_up()
    lost.log_in()
    # Two pages of the lost device: the chat, and the settings, where it works through the page's own socket.
    second = lost.context.new_page()
    second.goto("/settings")
    expect(second.get_by_role("list", name="Devices").get_by_role("listitem")).to_have_count(2)
    settings(ann)
    devices = ann.page.get_by_role("list", name="Devices").get_by_role("listitem")
    expect(devices).to_have_count(2)
    expect(devices.first).to_contain_text("This one")
    expect(devices.first).to_contain_text(re.compile(r"Active now, logged in (just now|\d+ minutes? ago)"))
    expect(devices.first.get_by_role("button")).to_have_count(0)
    devices.last.get_by_role("button", name=re.compile("^Log out .* on Linux")).click()
    for page in (lost.page, second):
        page.wait_for_url(re.compile(r"/login/?\?"))
        expect(page.get_by_text("This device was logged out from another one.")).to_be_visible()
    expect(devices).to_have_count(1)
    expect(ann.page.get_by_text("The device is logged out.")).to_be_visible()
    # Logged in again, it is back at the page it was on.
    second.get_by_label("Name or e-mail").fill("ann")
    second.get_by_label("Password", exact=True).fill(PASSWORD)
    second.locator("form").get_by_role("button", name="Log in").click()
    expect(second.get_by_role("heading", name="Devices")).to_be_visible()
    # All others at once.
    ann.reload()
    ann.page.get_by_role("button", name="Log out the others").click()
    second.wait_for_url(re.compile(r"/login/?\?"))
    expect(ann.page.get_by_text("One device is logged out.")).to_be_visible()


def test_another_name_address_and_password(meet: Meet) -> None:
    ann, other, ben = meet("ann"), meet("ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    ben.find("ann")
    other.log_in()
    settings(ann)
    page = ann.page
    page.get_by_label("Name that others see").fill("Ann of the Garden")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(ben.page.get_by_role("heading", level=1, name="Ann of the Garden")).to_be_visible()

    page.get_by_label("Present password").fill("not my password")
    page.get_by_label("New password", exact=True).fill("short")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_label("Present password")).to_have_accessible_description("This is not your password.")
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("another horse battery")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("The password is changed, and all your other devices")).to_be_visible()
    expect(page.get_by_label("Present password")).to_have_value("")
    expect(other.page.get_by_text("The password was changed, so this device was logged out.")).to_be_visible()

    page.get_by_label("New e-mail address").fill("garden@example.org")
    form = page.locator("form", has=page.get_by_label("New e-mail address"))
    form.get_by_label("Your password").fill("another horse battery")
    page.get_by_role("button", name="Change the address").click()
    expect(page.get_by_text("@ann, garden@example.org")).to_be_visible()
    other.page.get_by_label("Name or e-mail").fill("garden@example.org")
    other.page.get_by_label("Password", exact=True).fill("another horse battery")
    other.page.locator("form").get_by_role("button", name="Log in").click()
    expect(other.page.get_by_role("button", name=re.compile("Ann of the Garden Online$"))).to_be_attached()


def test_a_second_step_from_its_beginning_to_its_end(meet: Meet) -> None:
    ann, other = meet("ann", permissions=["clipboard-read", "clipboard-write"]), meet("ann")
    ann.sign_up()
    settings(ann)
    page = ann.page
    section = page.locator("section", has=page.get_by_label("Recovery codes"))
    section.get_by_label("Your password").fill("not my password")
    section.get_by_role("button", name="Set it up").click()
    expect(section.get_by_label("Your password")).to_have_accessible_description("This is not your password.")
    section.get_by_label("Your password").fill(PASSWORD)
    section.get_by_role("button", name="Set it up").click()
    picture = section.get_by_role("img", name="QR code")
    expect(picture).to_be_visible()
    assert picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") > 100
    expect(section.get_by_label("Secret")).to_have_value(re.compile(r"^[A-Z2-7]{32}$"))
    app = pyotp.TOTP(section.get_by_label("Secret").input_value())
    section.get_by_label("Code", exact=True).fill("000000")
    section.get_by_role("button", name="Turn it on").click()
    wrong = re.compile("^This code is not right")
    expect(section.get_by_label("Code", exact=True)).to_have_accessible_description(wrong)
    section.get_by_label("Code", exact=True).fill(app.now())
    section.get_by_role("button", name="Turn it on").click()
    expect(section.get_by_label("Recovery codes")).to_have_value(re.compile(r"^(\w{4}-\w{4}\n){9}\w{4}-\w{4}$"))
    first, second, *_ = section.get_by_label("Recovery codes").input_value().split()
    section.get_by_role("button", name="Copy them").click()
    expect(section.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()").split()[:2] == [first, second]
    section.get_by_role("button", name="I have kept them").click()
    expect(section.get_by_text("It is on. 10 recovery codes are left.")).to_be_visible()
    expect(section.get_by_label("Recovery codes")).to_have_value("")

    door = other.page
    door.goto("/login")
    door.get_by_label("Name or e-mail").fill("ann")
    door.get_by_label("Password", exact=True).fill(PASSWORD)
    door.locator("form").get_by_role("button", name="Log in").click()
    expect(door.get_by_text("Your password is right.")).to_be_visible()
    door.get_by_label("Code").fill("aaaa-aaaa")
    door.get_by_role("button", name="Go on").click()
    expect(door.get_by_label("Code")).to_have_accessible_description(wrong)
    door.get_by_label("Code").fill(first)
    door.get_by_role("button", name="Go on").click()
    other.expect_signed_in()

    ann.reload()
    expect(section.get_by_text("It is on. 9 recovery codes are left.")).to_be_visible()
    section.get_by_text("Turn it off").first.click()
    off = section.locator("details")
    off.get_by_label("Your password").fill(PASSWORD)
    off.get_by_label("Code").fill(first)
    off.get_by_role("button", name="Turn it off").click()
    expect(off.get_by_label("Code")).to_have_accessible_description("This code is not right, or was used already.")
    off.get_by_label("Your password").fill(PASSWORD)
    off.get_by_label("Code").fill(second)
    off.get_by_role("button", name="Turn it off").click()
    expect(section.get_by_text("The second step is off.")).to_be_visible()
    other.log_out()
    other.log_in()


def test_taking_ones_data_along_and_leaving(meet: Meet) -> None:
    boss, ann = meet("boss"), meet("ann")
    boss.sign_up()
    ann.sign_up()
    ann.find("boss")
    ann.send("this is what I said")
    boss.open("ann")
    boss.expect_texts("this is what I said")
    settings(ann)
    with ann.page.expect_download() as download:
        ann.page.get_by_role("link", name="Download").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert "this is what I said" in archive.read("messages.jsonl").decode()
    ann.page.get_by_text("Delete your account").click()
    section = ann.page.locator("details", has_text="Delete your account")
    section.get_by_label("Your password").fill("not my password")
    section.get_by_role("button", name="Delete my account").click()
    expect(section.get_by_label("Your password")).to_have_accessible_description("This is not your password.")
    section.get_by_label("Your password").fill(PASSWORD)
    section.get_by_role("button", name="Delete my account").click()
    expect(ann.page.get_by_text("This account is closed.")).to_be_visible()
    expect(boss.page.get_by_role("heading", level=1, name="Deleted account")).to_be_visible()
    boss.expect_texts("this is what I said")


def test_on_a_phone_the_settings_say_where_one_is_and_lead_back(meet: Meet) -> None:
    ann = meet("ann", viewport={"width": 390, "height": 844})
    ann.sign_up()
    ann.page.goto("/settings")
    expect(ann.page.get_by_role("heading", level=1, name="Settings")).to_be_visible()
    ann.page.get_by_role("heading", name="Your data").scroll_into_view_if_needed()
    ann.page.get_by_role("link", name="Back to conversations").click()
    expect(ann.page.get_by_role("navigation", name="Conversations")).to_be_visible()
