"""What everybody expects of a chat without saying it, measured in the browser; the list is docs/ux-checklist.md."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e.rooms import make_room
from tests.e2e.test_messages import seed

if TYPE_CHECKING:
    from playwright.sync_api import Locator, WebSocketRoute

    from tests.e2e.conftest import Meet
    from tests.e2e.person import Person

PROSE = (
    "When the new shelf came it was in two boxes, and the longer one of them had lost a corner on the way, so that the "
    "boards looked out of it and everybody who went past took one in the hand, looked at it and put it back again."
)


def box(part: Locator) -> dict[str, float]:
    found = part.bounding_box()
    assert found
    return {"x": found["x"], "y": found["y"], "width": found["width"], "height": found["height"]}


def fits(person: Person) -> bool:
    """Whether the page does not scroll sideways."""
    return bool(person.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))


def lit(person: Person) -> dict[str, str]:
    """How what has the focus shows it."""
    found: dict[str, str] = person.page.evaluate(
        """() => {
            const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement);
            return { outlineStyle, outlineWidth, boxShadow };
        }"""
    )
    return found


def test_three_panes_two_panes_one_pane(meet: Meet) -> None:
    ann = meet("ann")
    ann.sign_up()
    make_room(ann, "Workshop")
    ann.send(PROSE)
    page = ann.page
    conversations = page.get_by_role("complementary", name="Conversations")
    details = page.get_by_role("complementary", name="Details")
    assert 280 <= box(conversations)["width"] <= 340
    assert 300 <= box(details)["width"] <= 330
    # A line of prose is about 75 characters long: three of them here.
    assert round(box(ann.texts.first)["height"] / 23) == 3
    for width, names in ((1024, ["list", "talk"]), (719, ["talk"]), (390, ["talk"])):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function("width => innerWidth === width", arg=width)
        expect(details).to_be_hidden()
        expect(ann.field).to_be_visible()
        expect(conversations).to_be_visible(visible="list" in names)
        assert fits(ann), width
    page.get_by_role("link", name="Back to conversations").first.click()
    expect(conversations).to_be_visible()
    expect(ann.field).to_be_hidden()
    # Twice as large (a window of half the points), and from right to left.
    ann.page.set_viewport_size({"width": 1440, "height": 900})
    ann.open("Workshop")
    page.set_viewport_size({"width": 720, "height": 450})
    expect(ann.field).to_be_in_viewport()
    assert fits(ann)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.evaluate("() => { document.documentElement.dir = 'rtl' }")
    assert box(conversations)["x"] > box(ann.field)["x"] > box(details)["x"]
    assert fits(ann)


def test_a_row_of_the_list_says_what_waits_there(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    make_room(ann, "Older", members=("ben",))
    make_room(ann, "Workshop", members=("ben",))
    ben.open("Workshop")
    ben.write("half a thought")
    ben.open("Older")
    expect(ben.row("Workshop")).to_contain_text("Draft half a thought")
    ann.open("Older")
    ann.send("nobody in particular")
    ben.expect_texts("nobody in particular")
    rows = ben.page.get_by_role("navigation", name="Conversations").get_by_role("link")
    expect(rows.first).to_contain_text("ann nobody in particular")
    expect(rows.first.locator("time")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    ann.open("Workshop")
    ann.send("@ben look", "and look again")
    ben.expect_unread("Workshop", 2)
    expect(rows.first).to_contain_text("Workshop")
    expect(rows.first).to_contain_text("you are mentioned")
    expect(rows.first).to_contain_text("Draft half a thought")


def test_a_timeline_says_who_and_when(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben", timezone_id="Europe/Vienna")
    ann.sign_up()
    ben.sign_up()
    ann.find("ben")
    ann.send("One", "Two")
    ben.open("ann")
    ben.expect_texts("One", "Two")
    ben.send("Three")
    # Two of one sender within five minutes are one group: the name stands once.
    expect(ben.log.locator("article.first")).to_have_count(2)
    expect(ben.message("One").locator("header")).to_contain_text("ann")
    expect(ben.message("Two").locator("header")).to_have_count(0)
    expect(ben.log.get_by_role("separator")).to_have_text(["Today", "New"])
    time = ben.message("One").locator("time").first
    expect(time).to_have_attribute("datetime", re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"))
    expect(time).to_have_attribute("title", re.compile(r"\d{4} at \d\d:\d\d"))
    # In the other rows of a group it comes with the pointer or the focus.
    hidden = ben.message("Two").locator("time.ht")
    expect(hidden).to_have_css("opacity", "0")
    ben.message("Two").hover()
    expect(hidden).to_have_css("opacity", "1")


def test_the_new_line_stays_and_older_pages_move_nothing(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    ann.find("ben")
    seed(ann, "ben", 130)
    ben.open("ann")
    # Up a little, and from there by a page: what one reads stays where it is.
    expect(ben.message("Number 130")).to_be_visible()
    before: dict[str, Any] = ben.log.evaluate(
        """log => new Promise(done => {
            log.scrollTop = 200;
            const rows = () => [...log.querySelectorAll("article")];
            const count = rows().length;
            const top = log.getBoundingClientRect().top;
            const seen = rows().find(row => row.getBoundingClientRect().top >= top);
            const place = seen.getBoundingClientRect().top;
            const end = performance.now() + 30_000;
            const look = () => {
                const more = rows().length - count;
                const moved = seen.getBoundingClientRect().top - place;
                if (more > 0 || performance.now() > end) done({ moved, more });
                else requestAnimationFrame(look);
            };
            look();
        })"""
    )
    assert before["more"] > 0
    assert abs(before["moved"]) <= 2
    ben.page.get_by_title("Jump to the newest message").click()
    expect(ben.message("Number 130")).to_be_in_viewport()

    # The line stands above what was new when one came in, whatever comes then.
    make_room(ben, "Elsewhere")
    ann.send("New one")
    ben.expect_unread("ann", 1)
    ben.open("ann")
    line = ben.log.get_by_role("separator").filter(has_text="New")
    expect(line).to_have_count(1)
    ann.send("New two")
    expect(ben.message("New two")).to_be_in_viewport()
    expect(line).to_have_count(1)
    above = line.locator("xpath=following-sibling::article[1]")
    expect(above).to_contain_text("New one")


def test_the_field_grows_and_waits_for_input_methods(meet: Meet) -> None:
    ann = meet("ann")
    ann.sign_up()
    make_room(ann, "Workshop")
    one = box(ann.field)["height"]
    ann.field.fill("\n".join("abcdefgh"))
    eight = box(ann.field)["height"]
    assert eight >= 7 * 23
    ann.field.fill("\n".join("abcdefghijklmnop"))
    assert box(ann.field)["height"] <= eight + 23
    ann.field.fill("")
    assert box(ann.field)["height"] == one
    # It follows when the lines break elsewhere.
    ann.field.fill("words that need more lines where there is less room " * 3)
    wide = str(ann.field.evaluate("field => field.style.height"))
    ann.page.set_viewport_size({"width": 390, "height": 844})
    expect(ann.field).not_to_have_css("height", wide)
    ann.page.set_viewport_size({"width": 1440, "height": 900})
    expect(ann.field).to_have_css("height", wide)
    # An Enter that ends a composition sends nothing.
    ann.field.fill("にほん")
    ann.field.dispatch_event("keydown", {"key": "Enter", "code": "Enter", "isComposing": True, "keyCode": 229})
    expect(ann.field).to_have_value("にほん")
    expect(ann.messages).to_have_count(0)
    ann.field.press("Enter")
    ann.expect_texts("にほん")


def test_before_anything_is_known_the_page_has_its_shape(meet: Meet) -> None:
    ann = meet("ann")
    ann.sign_up()
    make_room(ann, "Workshop")
    ann.send("hello")
    held: list[WebSocketRoute] = []

    def hold(socket: WebSocketRoute) -> None:
        held.append(socket)

    ann.page.route_web_socket(re.compile("/socket.io/"), hold)
    ann.reload()
    shapes = ann.page.get_by_role("complementary", name="Conversations").locator(".row.sk")
    expect(shapes.first).to_be_visible()
    expect(ann.page.get_by_role("region", name="Loading")).to_have_attribute("aria-busy", "true")
    waiting = box(ann.page.get_by_role("main"))
    expect(ann.page.locator("[class*=spin]")).to_have_count(0)
    fresh = ann.context.new_page()
    fresh.goto(ann.page.url)
    expect(fresh.get_by_role("log", name="Messages")).to_contain_text("hello")
    assert fresh.get_by_role("main").bounding_box() == waiting


def test_who_does_not_see_hears_what_is_new(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    ann.find("ben")
    ben.find("ann")
    # The log itself is silent; a line of its own says what came, politely.
    expect(ann.log).to_have_attribute("aria-live", "off")
    ben.send("Are you there?")
    heard = ann.page.locator("[role=status][aria-live=polite]").filter(has_text="ben: Are you there?")
    expect(heard).to_have_count(1)
    expect(ann.page.locator("[aria-live=assertive]:not(:empty)")).to_have_count(0)
    ann.send("I am")
    ann.expect_state("I am", "Read")
    expect(ann.messages).to_have_count(2)
    expect(ann.page.get_by_role("status").filter(has_text="I am")).to_have_count(0)


def test_the_keyboard_finds_its_way_and_shows_where_it_is(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ben.sign_up()
    ann.sign_up()
    make_room(ann, "One")
    make_room(ann, "Two")
    ann.reload()
    ann.expect_open("Two")
    for role, name in (("main", None), ("navigation", "Conversations"), ("complementary", "Details")):
        landmark = ann.page.get_by_role(role, name=name) if name else ann.page.get_by_role("main")  # type: ignore[arg-type]
        expect(landmark).to_have_count(1)
    # As if the page had just been loaded and nothing had the focus.
    ann.page.evaluate(
        "() => { document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex') }"
    )
    keys = ann.page.keyboard
    keys.press("Tab")
    skip = ann.page.get_by_role("button", name="Skip to messages")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    keys.press("Enter")
    expect(ann.page.get_by_role("main")).to_be_focused()
    # The list is one stop; arrows move in it.
    rows = ann.page.get_by_role("navigation", name="Conversations").get_by_role("link")
    expect(rows).to_have_count(2)
    assert sorted(row.evaluate("row => row.tabIndex") for row in rows.all()) == [-1, 0]
    # Wherever the focus goes, it is seen.
    ann.page.get_by_role("button", name="New", exact=True).focus()
    for _ in range(25):
        keys.press("Tab")
        if ann.page.evaluate("() => document.activeElement === document.body"):
            continue
        how = lit(ann)
        named = ann.page.evaluate("() => document.activeElement.outerHTML.slice(0, 120)")
        within: bool = ann.page.evaluate("() => Boolean(document.activeElement.closest('.comp'))")
        assert within or (how["outlineStyle"] != "none" and how["outlineWidth"] != "0px"), named


def test_still_for_those_who_ask_for_it(meet: Meet) -> None:
    ann = meet("ann", reduced_motion="reduce")
    ann.sign_up()
    make_room(ann, "Workshop")
    ann.send("hello")
    long: list[str] = ann.page.evaluate(
        """() => document.getAnimations().filter(one => one.effect.getComputedTiming().activeDuration > 20)
            .map(one => one.animationName ?? one.transitionProperty)"""
    )
    assert long == []


@pytest.mark.parametrize("phone", [False, True])
def test_the_first_minute(meet: Meet, phone: bool) -> None:
    options: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    ann = meet("ann", **(options if phone else {}))
    asked: set[str] = set()
    ann.context.on("request", lambda request: asked.add(re.sub(r"^(\w+:(//[^/]*)?).*", r"\1", request.url)))
    ann.page.goto("/signup")
    password = ann.page.get_by_label("Password", exact=True)
    expect(password).to_have_attribute("autocomplete", "new-password")
    expect(ann.page.get_by_label("Name", exact=True)).to_have_attribute("autocomplete", "username")
    password.fill("abc")
    expect(ann.page.get_by_text("Too easy to guess")).to_be_visible()
    password.fill("correct horse battery staple")
    expect(ann.page.get_by_text("Too easy to guess")).to_have_count(0)
    expect(password).to_have_attribute("type", "password")
    ann.page.get_by_role("button", name="Show password").click()
    expect(password).to_have_attribute("type", "text")
    password.fill("")
    ann.fill_sign_up()
    ann.expect_signed_in()
    expect(ann.page.get_by_role("button", name="Get an invite link")).to_be_visible()
    picture = ann.page.get_by_role("contentinfo").or_(ann.page.locator("footer")).locator("img").first
    expect(picture).to_have_attribute("src", re.compile("^data:image/svg"))
    # Nobody else learns that somebody is here: nothing is asked of any other server.
    assert {each for each in asked if not each.startswith(("data:", "blob:"))} == {ann.wire.url}
