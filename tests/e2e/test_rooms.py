"""Rooms, with four people: an invite through sign-up, a public room, roles, removal, settings, a phone."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Meet
from tests.e2e.rooms import about, details, invite_link, join_public, line, make_room, member
from tests.e2e.test_files import picture

CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_an_invite_leads_a_newcomer_through_sign_up_into_a_private_room(meet: Meet) -> None:
    ann, ben = meet("ann", **CLIPBOARD), meet("ben")
    ann.sign_up()
    make_room(ann, "Workshop", topic="What we build and mend")
    expect(line(ann, "You made this room")).to_be_visible()
    ann.send("The key is under the stone")
    link = invite_link(ann, uses="One person")
    assert link.startswith(f"{ann.wire.url}/join?code=")

    ben.page.goto(link.replace(ann.wire.url, ben.wire.url))
    expect(ben.page.get_by_role("heading", name="You are invited to Workshop")).to_be_visible()
    expect(ben.page.get_by_text("What we build and mend")).to_be_visible()
    expect(ben.page.get_by_text("The key is under")).to_have_count(0)
    ben.page.get_by_role("link", name="Log in", exact=True).click()
    expect(ben.page.get_by_text("You are invited to the room Workshop")).to_be_visible()
    # Changing one's mind at the door keeps the invite.
    ben.page.get_by_role("navigation").get_by_role("link", name="Sign up").click()
    expect(ben.page.get_by_text("You are invited to the room Workshop")).to_be_visible()
    ben.fill_sign_up()
    ben.expect_open("Workshop")
    ben.expect_texts("The key is under the stone")
    ben.expect_unread("Workshop", 0)
    expect(line(ben, "You came in by an invite")).to_be_visible()
    expect(line(ann, "ben came in by an invite")).to_be_visible()
    expect(member(ann, "ben")).to_be_visible()

    # It was for one person.
    cleo = meet("cleo")
    cleo.page.goto(link.replace(ann.wire.url, cleo.wire.url))
    expect(cleo.page.get_by_role("heading", name="This invite does not work")).to_be_visible()
    expect(cleo.page.get_by_text("Workshop")).to_have_count(0)

    # A second one is taken back before it is used; somebody signed in uses a third with one press.
    second = invite_link(ann)
    details(ann).get_by_role("button", name="Invite", exact=True).click()
    dialog = ann.page.get_by_role("dialog", name="Invite to Workshop")
    dialog.get_by_role("button", name=re.compile("^Revoke")).click()
    expect(dialog.get_by_role("listitem")).to_have_count(0)
    ann.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    cleo.sign_up()
    cleo.page.goto(second.replace(ann.wire.url, cleo.wire.url))
    expect(cleo.page.get_by_role("heading", name="This invite does not work")).to_be_visible()
    third = invite_link(ann, days="No end")
    cleo.page.goto(third.replace(ann.wire.url, cleo.wire.url))
    cleo.page.get_by_role("button", name="Come in").click()
    cleo.expect_open("Workshop")
    expect(member(cleo, "ann")).to_contain_text("Owner")
    # A member may not invite.
    expect(details(cleo).get_by_role("button", name="Invite", exact=True)).to_have_count(0)


def test_a_public_room_is_found_and_joined_and_everybody_hears_what_becomes_of_it(meet: Meet) -> None:
    ann, ben, cleo, dana = (meet(name) for name in ("ann", "ben", "cleo", "dana"))
    for person in (ann, ben, cleo, dana):
        person.sign_up()
    make_room(ann, "Garden", public=True, members=("ben",))
    ben.open("Garden")
    expect(line(ann, "You made this room")).to_be_visible()
    join_public(cleo, "Garden")
    dana.page.keyboard.press("Control+K")
    switcher = dana.page.get_by_role("dialog", name="Find somebody or a room")
    switcher.get_by_role("textbox", name="Name").fill("gar")
    switcher.get_by_role("button", name="Garden").click()
    dana.expect_open("Garden")
    # Somebody whose conversation is offered is not offered as a stranger too.
    dana.page.keyboard.press("Control+K")
    switcher.get_by_role("textbox", name="Name").fill("be")
    switcher.get_by_role("button", name="@ben").click()
    dana.expect_open("ben")
    dana.page.keyboard.press("Control+K")
    switcher.get_by_role("textbox", name="Name").fill("be")
    expect(switcher.get_by_role("link", name="@ben")).to_be_visible()
    switcher.get_by_role("textbox", name="Name").fill("ben")
    expect(switcher.get_by_role("heading", name="Messages")).to_be_visible()
    expect(switcher.get_by_role("button", name="@ben")).to_have_count(0)
    dana.page.keyboard.press("Escape")
    dana.open("Garden")
    for person in (ann, ben, cleo, dana):
        expect(details(person).get_by_role("region", name="People").get_by_role("listitem")).to_have_count(4)
    expect(line(ben, "dana joined")).to_be_visible()
    expect(line(dana, "You joined")).to_be_visible()

    ann.send("Beans or peas?")
    for person in (ben, cleo, dana):
        person.expect_texts("Beans or peas?")
    details(ann).get_by_role("button", name="Name and topic").click()
    dialog = ann.page.get_by_role("dialog", name="This room")
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("Garden")
    dialog.get_by_label("Name", exact=True).fill(" ")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Give it a name.")).to_be_visible()
    dialog.get_by_label("Name", exact=True).fill("Allotment")
    dialog.get_by_label("Topic").fill("Beans")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    for person in (ann, ben, cleo, dana):
        expect(person.page.get_by_role("heading", level=1, name="Allotment")).to_be_visible()
        expect(person.row("Allotment")).to_be_visible()
        expect(details(person).get_by_text("Beans", exact=True)).to_be_visible()
    expect(line(ben, "ann renamed this room to Allotment")).to_be_visible()

    # The filters of the list keep rooms and people apart.
    ben.find("cleo")
    ben.page.get_by_role("group", name="Show").get_by_role("button", name="Rooms").click()
    expect(ben.row("Allotment")).to_be_visible()
    expect(ben.row("cleo")).to_have_count(0)
    ben.page.get_by_role("group", name="Show").get_by_role("button", name="People").click()
    expect(ben.row("cleo")).to_be_visible()
    expect(ben.row("Allotment")).to_have_count(0)
    ben.page.get_by_role("group", name="Show").get_by_role("button", name="All").click()

    # The switcher ranks by prefix before recency, and opens with Enter.
    ben.page.keyboard.press("Control+K")
    switcher = ben.page.get_by_role("dialog", name="Find somebody or a room")
    expect(switcher.get_by_role("link").first).to_contain_text("Allotment")
    ben.page.keyboard.type("all")
    expect(switcher.get_by_role("link")).to_have_count(1)
    ben.page.keyboard.press("Enter")
    expect(switcher).to_be_hidden()
    ben.expect_open("Allotment")

    details(dana).get_by_role("button", name="Leave").click()
    dana.page.get_by_role("dialog", name="Leave Allotment?").get_by_role("button", name="Leave").click()
    expect(dana.row("Allotment")).to_have_count(0)
    expect(dana.page).to_have_url(re.compile(r"/$"))
    expect(line(ann, "dana left")).to_be_visible()
    expect(member(ann, "dana")).to_have_count(0)

    # An owner does not leave others behind, and is told why.
    details(ann).get_by_role("button", name="Leave").click()
    dialog = ann.page.get_by_role("dialog", name="Leave Allotment?")
    expect(dialog).to_contain_text("Hand the room over to somebody first")
    dialog.get_by_role("button", name="Leave").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Hand the room over")
    dialog.get_by_role("button", name="Stay").click()
    details(ann).get_by_role("button", name="Archive").click()
    for person in (ann, ben, cleo):
        expect(person.page.get_by_text("This conversation is closed.")).to_be_visible()
    details(ann).get_by_role("button", name="Bring back").click()
    expect(cleo.field).to_be_visible()


def test_roles_are_given_and_end_where_they_should(meet: Meet) -> None:
    ann, ben, cleo, dana = (meet(name) for name in ("ann", "ben", "cleo", "dana"))
    for person in (ann, ben, cleo, dana):
        person.sign_up()
    make_room(ann, "Crew", members=("ben", "cleo"))
    ben.open("Crew")
    cleo.open("Crew")
    # A member is offered nothing that is not theirs to do.
    expect(member(ben, "cleo")).to_be_visible()
    expect(member(ben, "cleo").get_by_role("button")).to_have_count(0)
    expect(details(ben).get_by_role("button", name="Name and topic")).to_have_count(0)
    expect(details(ben).get_by_role("button", name="Add people")).to_have_count(0)

    about(ann, "ben").get_by_role("button", name="Make admin").click()
    expect(member(ann, "ben")).to_contain_text("Admin")
    expect(member(cleo, "ben")).to_contain_text("Admin")
    expect(line(cleo, "ann made ben an admin")).to_be_visible()
    expect(line(ben, "ann made you an admin")).to_be_visible()

    # Now Ben may bring people in, and put members out, but not the owner.
    details(ben).get_by_role("button", name="Add people").click()
    dialog = ben.page.get_by_role("dialog", name="Invite to Crew")
    dialog.get_by_role("textbox", name="Find people to add").fill("dan")
    dialog.get_by_role("button", name="Add dana").click()
    expect(dialog.get_by_text("In the room")).to_be_visible()
    ben.page.keyboard.press("Escape")
    dana.open("Crew")
    expect(line(dana, "ben added you")).to_be_visible()
    expect(member(ben, "ann").get_by_role("button")).to_have_count(0)
    dialog = about(ben, "dana")
    expect(dialog.get_by_role("button", name="Make admin")).to_have_count(0)
    dialog.get_by_role("button", name="Close").click()

    # Dana is removed while she looks at the room: she is told, and has a way on.
    ann.send("Before Dana goes")
    dana.expect_texts("Before Dana goes")
    dialog = about(ben, "dana")
    dialog.get_by_role("button", name="Remove from the room").click()
    dialog.get_by_role("button", name="Remove", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(dana.page.get_by_text("You are not in Crew any more")).to_be_visible()
    expect(dana.page.get_by_text("Before Dana goes")).to_have_count(0)
    expect(dana.row("Crew")).to_have_count(0)
    dana.page.get_by_role("link", name="To your conversations").click()
    expect(dana.page.get_by_text("You are not in Crew any more")).to_have_count(0)
    expect(line(cleo, "ben removed dana")).to_be_visible()

    # The owner hands the room over, after a question, and is an admin then.
    dialog = about(ann, "ben")
    dialog.get_by_role("button", name="Hand the room over").click()
    dialog.get_by_role("button", name="Hand over", exact=True).click()
    expect(dialog).to_be_hidden()
    for person in (ann, ben, cleo):
        expect(member(person, "ben")).to_contain_text("Owner")
        expect(member(person, "ann")).to_contain_text("Admin")
    expect(member(ann, "ben").get_by_role("button")).to_have_count(0)
    expect(details(ann).get_by_role("button", name="Archive")).to_have_count(0)
    expect(details(ben).get_by_role("button", name="Archive")).to_be_visible()
    about(ben, "ann").get_by_role("button", name="Make member").click()
    expect(line(ann, "ben made you a member")).to_be_visible()
    expect(details(ann).get_by_role("button", name="Invite", exact=True)).to_have_count(0)


def test_a_room_is_muted_and_pinned_for_oneself_on_all_devices(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    make_room(ann, "Noise", members=("ben",))
    make_room(ann, "Quiet", members=("ben",))
    ann.send("Sh")
    ben.open("Noise")
    phone = meet("ben", **PHONE)
    phone.log_in()
    expect(phone.row("Quiet")).to_contain_text("Sh")
    rows = phone.page.get_by_role("navigation", name="Conversations").get_by_role("link")
    expect(rows.first).to_contain_text("Quiet")

    pane = details(ben)
    pane.get_by_role("button", name="Pin").click()
    expect(pane.get_by_role("button", name="Pinned")).to_have_attribute("aria-pressed", "true")
    expect(rows.first).to_contain_text("Noise")
    pane.get_by_role("button", name="Mute").click()
    expect(pane.get_by_role("button", name="Muted")).to_have_attribute("aria-pressed", "true")
    pane.get_by_role("button", name="Mentions").click()
    expect(pane.get_by_role("button", name="Mentions")).to_have_attribute("aria-pressed", "true")
    ben.reload()
    expect(details(ben).get_by_role("button", name="Mentions")).to_have_attribute("aria-pressed", "true")
    expect(details(ben).get_by_role("button", name="All", exact=True)).to_have_attribute("aria-pressed", "false")

    # What is muted counts, but in outline, and not in the title; to Ann it is as before.
    ben.open("Quiet")
    ann.open("Noise")
    ann.send("Hear me")
    expect(ben.row("Noise").locator(".pill.soft")).to_have_text("1 unread")
    expect(ben.page).to_have_title(re.compile("^chatbeside"))
    expect(details(ann).get_by_role("button", name="Mute", exact=True)).to_have_attribute("aria-pressed", "false")


def test_rooms_on_a_phone(meet: Meet) -> None:
    ann = meet("ann", **CLIPBOARD, **PHONE)
    ben = meet("ben")
    ben.sign_up()
    ann.sign_up()
    ann.page.get_by_role("button", name="Get an invite link").click()
    dialog = ann.page.get_by_role("dialog", name="Invite to ann's room")
    dialog.get_by_role("button", name="Copy link").click()
    link = str(ann.page.evaluate("() => navigator.clipboard.readText()"))
    _fits(ann.page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]"))
    dialog.get_by_role("button", name="Close").click()
    ben.page.goto(link.replace(ann.wire.url, ben.wire.url))
    ben.page.get_by_role("button", name="Come in").click()
    ben.expect_open("ann's room")
    ann.send("Welcome")
    ben.expect_texts("Welcome")
    about(ann, "ben").get_by_role("button", name="Make admin").click()
    expect(member(ann, "ben")).to_contain_text("Admin")
    for control in details(ann).get_by_role("button").all():
        box = control.bounding_box()
        if box:
            assert min(box["width"], box["height"]) >= 44, control.text_content()
    ann.page.get_by_role("button", name="Close details").click()
    ann.page.get_by_role("link", name="Back to conversations").first.click()
    make_room(ann, "Second")
    _fits(ann.page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]"))


def _fits(widths: list[int]) -> None:
    page, window = widths
    assert page <= window, "the page scrolls sideways"


def test_what_went_wrong_is_said_where_it_was_done(meet: Meet) -> None:
    ann = meet("ann")
    ann.sign_up()
    ann.begin("New room")
    dialog = ann.page.get_by_role("dialog", name="New room")
    dialog.get_by_role("button", name="Make the room").click()
    expect(dialog.get_by_text("Give it a name.")).to_be_visible()
    expect(dialog.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "true")
    ann.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    # The focus is where it was before.
    expect(ann.page.get_by_role("button", name="New", exact=True)).to_be_focused()
    ann.begin("New room")
    expect(dialog.get_by_text("Give it a name.")).to_have_count(0)


def test_what_is_said_of_a_rooms_picture_is_not_said_of_another_room(meet: Meet) -> None:
    ann = meet("ann")
    ann.sign_up()
    make_room(ann, "Garden")
    make_room(ann, "Kitchen")
    dialog = ann.page.get_by_role("dialog", name="This room")
    words = dialog.get_by_role("status").filter(has_text="This is the picture now.")
    details(ann).get_by_role("button", name="Name and topic").click()
    with ann.page.expect_file_chooser() as chooser:
        dialog.get_by_role("button", name="Choose a picture").click()
    chooser.value.set_files({"name": "stove.jpg", "mimeType": "image/jpeg", "buffer": picture(200, 200)})
    expect(words).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    ann.open("Garden")
    details(ann).get_by_role("button", name="Name and topic").click()
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("Garden")
    expect(words).to_have_count(0)


def test_a_phone_says_why_one_cannot_write(meet: Meet) -> None:
    ann = meet("ann", **PHONE)
    ann.sign_up()
    # No public room: the way to one is there.
    ann.begin("Browse public rooms")
    browse = ann.page.get_by_role("dialog", name="Public rooms")
    browse.get_by_role("button", name="New room").click()
    dialog = ann.page.get_by_role("dialog", name="New room")
    dialog.get_by_label("Name", exact=True).fill("Workshop")
    dialog.get_by_role("button", name="Make the room").click()
    ann.expect_open("Workshop")
    ann.write("x" * 12_001)
    expect(ann.page.get_by_text("1 character too many: a message has room for 12,000.")).to_be_visible()
    ann.write("")
    details(ann).get_by_role("button", name="Archive").click()
    details(ann).get_by_role("button", name="Close details").click()
    expect(ann.page.get_by_text("This conversation is closed. You can read it but not write.")).to_be_visible()
