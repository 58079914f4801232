"""Signing up, logging in and out."""

import re

from playwright.sync_api import Route, expect

from tests.e2e.conftest import Meet
from tests.e2e.person import PASSWORD, expect_door


def test_a_taken_name_is_said_beside_the_field_and_the_form_keeps_what_was_typed(meet: Meet) -> None:
    ann, other = meet("ann"), meet("other")
    ann.sign_up()
    other.page.goto("/signup")
    other.fill_sign_up(name="Ann", email="other@example.org", password="a rather long sentence")
    name = other.page.get_by_label("Name", exact=True)
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_accessible_description("Somebody has this name already. Choose another.")
    expect(name).to_have_value("Ann")
    expect(other.page.get_by_label("E-mail", exact=True)).to_have_value("other@example.org")
    expect(other.page.get_by_label("Password", exact=True)).to_have_value("a rather long sentence")
    # It is put right without typing the rest again.
    name.fill(other.name)
    other.page.get_by_role("button", name="Create account").click()
    other.expect_signed_in()


def test_every_field_says_what_is_wrong_with_it(meet: Meet) -> None:
    ann = meet("ann")
    ann.page.goto("/signup")
    ann.fill_sign_up(name="a b", email="nowhere", password="short")
    for label in ("Name", "E-mail", "Password"):
        expect(ann.page.get_by_label(label, exact=True)).to_have_attribute("aria-invalid", "true")
        expect(ann.page.get_by_label(label, exact=True)).to_have_accessible_description(re.compile(r"\w+"))


def test_a_wrong_password_does_not_say_which_part_was_wrong(meet: Meet) -> None:
    ann = meet("ann")
    ann.sign_up()
    stranger = meet("stranger")
    said = []
    for name, password in (("ann", "not the password"), ("nobody", PASSWORD)):
        stranger.page.goto("/login")
        stranger.page.get_by_label("Name or e-mail").fill(name)
        stranger.page.get_by_label("Password", exact=True).fill(password)
        stranger.page.locator("form").get_by_role("button", name="Log in").click()
        alert = stranger.page.get_by_role("alert").first
        expect(alert).to_be_visible()
        said.append(alert.inner_text())
    assert said[0] == said[1]


def test_log_out_and_in_again(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ben.sign_up()
    ann.sign_up()
    ann.find("ben")
    ann.send("I shall be back")
    ann.expect_state("I shall be back", "Delivered")
    ann.log_out()
    ann.page.goto("/")
    expect(ann.page.get_by_role("button", name="Log in")).to_be_visible()
    expect(ann.page.get_by_text("I shall be back")).to_have_count(0)
    ann.log_in()
    ann.open("ben")
    ann.expect_texts("I shall be back")


def test_a_log_out_forgets_unsent_words_even_when_its_answer_is_lost(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ben.sign_up()
    ann.sign_up()
    ann.find("ben")
    second = ann.context.new_page()
    second.goto(ann.page.url)
    second.get_by_role("textbox", name="Message").fill("not sent yet")
    unsent = "() => Object.keys(localStorage).filter((key) => /:(draft|out):/.test(key)).length"
    second.wait_for_function(f"() => ({unsent})() === 1")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    ann.page.route("**/api/auth/logout", lose)
    ann.log_out()
    expect_door(second)
    assert ann.page.evaluate(unsent) == 0


def test_a_log_out_that_does_not_work_says_so(meet: Meet) -> None:
    ann = meet("ann")
    ann.sign_up()
    ann.page.route("**/api/auth/logout", lambda route: route.fulfill(status=503))
    words = ann.page.get_by_role("alert").filter(has_text="You could not be logged out. Try again.")
    ann.open_menu()
    ann.page.get_by_role("button", name="Log out").click()
    expect(words).to_be_visible()
    ann.page.goto("/settings")
    ann.page.get_by_role("button", name="Log out", exact=True).last.click()
    expect(words).to_be_visible()
    ann.page.unroute("**/api/auth/logout")
    ann.page.get_by_role("button", name="Log out", exact=True).last.click()
    expect_door(ann.page)


def test_the_session_cookie_is_out_of_reach_of_scripts(meet: Meet) -> None:
    ann = meet("ann")
    ann.sign_up()
    cookie = next(cookie for cookie in ann.context.cookies() if cookie["name"] == "chatbeside_session")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    stored = ann.page.evaluate("() => document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    assert cookie["value"] not in stored


def test_without_a_session_the_chat_sends_to_the_door(meet: Meet) -> None:
    ann = meet("ann")
    ann.page.goto("/")
    expect_door(ann.page)
    assert "/login" in ann.page.url or "/signup" in ann.page.url
