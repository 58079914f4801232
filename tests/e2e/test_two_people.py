"""Two people sign up, find each other and talk; then things go wrong, and nothing is lost."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Meet
from tests.e2e.product import Product


def test_two_people_talk(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()

    ann.find("ben")
    ann.send("Hello Ben")
    ann.expect_texts("Hello Ben")

    # It is there for Ben without a reload: unread until he opens it.
    ben.expect_unread("ann", 1)
    ann.expect_state("Hello Ben", "Delivered")
    ben.open("ann")
    ben.expect_texts("Hello Ben")
    ben.expect_unread("ann", 0)
    ann.expect_state("Hello Ben", "Read")

    ben.send("Hello Ann", "How are you?")
    ann.expect_texts("Hello Ben", "Hello Ann", "How are you?")
    ben.expect_state("How are you?", "Read")
    ann.expect_unread("ben", 0)

    for person in (ann, ben):
        person.reload()
        person.expect_texts("Hello Ben", "Hello Ann", "How are you?")
    ann.expect_state("Hello Ben", "Read")
    ben.expect_state("How are you?", "Read")


def test_typing_and_presence_show(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    ann.find("ben")
    ann.expect_presence("ben", "Online")
    ben.find("ann")
    ann.field.press_sequentially("Let me thi")
    expect(ben.page.get_by_role("main").get_by_text("ann is typing").first).to_be_visible()
    expect(ann.page.get_by_text("ann is typing")).to_have_count(0)
    ann.field.fill("")
    expect(ben.page.get_by_text("ann is typing")).to_have_count(0)
    ben.expect_presence("ann", "Online")
    ann.page.close()
    ben.expect_presence("ann", "Offline")


def test_who_was_away_gets_everything_once_and_in_order(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    ann.find("ben")
    ann.send("Before")
    ben.open("ann")
    ben.expect_texts("Before")
    ann.expect_state("Before", "Read")

    ben.go_offline()
    # Without a connection nobody is said to be there.
    ben.expect_presence("ann", "Not known")
    ann.send("One", "Two", "Three")
    ann.expect_state("Three", "Sent")
    ben.expect_texts("Before")
    ben.send("From the tunnel")
    ben.expect_state("From the tunnel", "Waiting to be sent")

    ben.come_back()
    ben.expect_presence("ann", "Online")
    ben.expect_texts("Before", "One", "Two", "Three", "From the tunnel")
    ann.expect_texts("Before", "One", "Two", "Three", "From the tunnel")
    ann.expect_state("Three", "Read")
    ben.expect_state("From the tunnel", "Read")
    for person, other in ((ann, "ben"), (ben, "ann")):
        person.expect_unread(other, 0)


def test_unread_marks_follow_the_account_not_the_tab(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    phone = meet("ben")
    phone.log_in()

    ann.find("ben")
    ann.send("One", "Two")
    for device in (ben, phone):
        device.expect_unread("ann", 2)
    phone.open("ann")
    for device in (ben, phone):
        device.expect_unread("ann", 0)
    # What is sent on one device is on the other.
    phone.send("From the phone")
    ben.open("ann")
    ben.expect_texts("One", "Two", "From the phone")


def test_a_draft_survives_a_reload(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ben.sign_up()
    ann.sign_up()
    ann.find("ben")
    ann.write("Not quite finis")
    ann.reload()
    expect(ann.field).to_have_value("Not quite finis")
    ann.field.press("End")
    ann.field.press_sequentially("hed")
    ann.field.press("Enter")
    ann.expect_texts("Not quite finished")
    ann.reload()
    expect(ann.field).to_have_value("")


def test_what_was_not_sent_survives_a_reload(meet: Meet, product: Product) -> None:
    ann, ben = meet("ann"), meet("ben")
    ben.sign_up()
    ann.sign_up()
    ann.find("ben")
    expect(ann.log).to_contain_text("This is where your conversation begins")  # it is here before the server goes
    product.kill()
    ann.send("Into the dark", "And another")
    ann.expect_state("Into the dark", "Waiting to be sent")
    product.start()
    ann.reload()
    ann.expect_texts("Into the dark", "And another")
    # Delivered, when Ben's page was back before this one.
    expect(ann.message("And another").get_by_title(re.compile("^(Sent|Delivered)$"))).to_be_visible()
    ben.reload()
    ben.open("ann")
    ben.expect_texts("Into the dark", "And another")


def test_what_waits_is_shown_in_a_conversation_that_is_not_there_yet(meet: Meet) -> None:
    ann, ben, cleo = meet("ann"), meet("ben"), meet("cleo")
    for person in (ann, ben, cleo):
        person.sign_up()
    ann.find("ben")
    ann.send("From before")
    ann.expect_state("From before", "Delivered")
    ann.find("cleo")
    ann.reload()
    ann.expect_signed_in()
    ann.expect_open("cleo")
    ann.go_offline()
    ann.open("ben")
    ann.send("Into the dark")
    ann.expect_state("Into the dark", "Waiting to be sent")
    ann.expect_texts("Into the dark")
    ann.come_back()
    ann.expect_texts("From before", "Into the dark")
    ann.expect_state("Into the dark", "Delivered")


def test_the_server_dies_and_comes_back_while_the_page_is_open(meet: Meet, product: Product) -> None:
    ann, ben, cleo = meet("ann"), meet("ben"), meet("cleo")
    for person in (ann, ben, cleo):
        person.sign_up()
    ann.find("ben")
    ann.send("Before")
    ben.open("ann")
    ann.expect_state("Before", "Read")

    product.kill()
    ann.send("While it was down")
    expect(ann.page.get_by_role("button", name="Try now")).to_be_visible()
    product.start()
    ben.expect_texts("Before", "While it was down")
    ben.send("Welcome back")
    ann.expect_texts("Before", "While it was down", "Welcome back")
    expect(ann.page.get_by_role("button", name="Try now")).to_have_count(0)
    # The page still reaches its own server: finding people goes through page state.
    ann.find("cleo")


def test_two_people_write_at_the_same_time_and_see_one_order(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    ann.find("ben")
    ben.find("ann")
    for number in range(10):
        ann.send(f"ann {number}")
        ben.send(f"ben {number}")
    expect(ann.messages).to_have_count(20)
    expect(ben.messages).to_have_count(20)
    ann.expect_state("ann 9", "Read")
    ben.expect_state("ben 9", "Read")
    assert ann.texts.all_inner_texts() == ben.texts.all_inner_texts()
    for name in ("ann", "ben"):
        own = [text for text in ann.texts.all_inner_texts() if text.startswith(name)]
        assert own == [f"{name} {number}" for number in range(10)]
