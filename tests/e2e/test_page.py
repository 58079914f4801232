"""What the page does with text that means harm, with themes, and on a phone."""

import re
from urllib.parse import urljoin

import httpx
from playwright.sync_api import expect

from tests.e2e.conftest import Meet
from tests.e2e.person import Person

HARMFUL = (
    '<script>window.harmed = "script"</script>',
    '<img src=x onerror="window.harmed = 1">',
    '<iframe src="javascript:parent.harmed = 1"></iframe>',
    "[a link](javascript:window.harmed=1)",
    "[b](data:text/html,<script>window.harmed=1</script>)",
    '<a href="javascript:window.harmed=1">c</a>',
    "![d](javascript:window.harmed=1)",
    "<svg><animate onbegin=window.harmed=1 attributeName=x dur=1s>",
)


def test_markdown_is_shown_and_does_no_harm(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    ann.find("ben")
    ben.find("ann")
    for text in HARMFUL:
        ann.send(text)
    ann.send("&hearts; &copy; &#9829; &semi; &notit; &copy &nothing; `&hearts;`")
    expect(ann.texts.last).to_have_text("♥ © ♥ ; &notit; &copy &nothing; &hearts;")
    ann.send("**bold** and `code` and https://example.org")
    for person in (ann, ben):
        expect(person.messages).to_have_count(len(HARMFUL) + 2)
        last = person.messages.last
        expect(last.locator("strong")).to_have_text("bold")
        expect(last.locator("code")).to_have_text("code")
        link = last.get_by_role("link", name="https://example.org")
        expect(link).to_have_attribute("rel", re.compile("noopener"))
        assert person.log.locator("iframe, script, svg animate, .md img, .md [onerror], .md [onbegin]").count() == 0
        for address in person.log.locator(".md a").all():
            assert (address.get_attribute("href") or "").startswith("https://")
        for address in person.log.locator(".md a").all():
            address.dispatch_event("click")
        assert person.page.evaluate("() => window.harmed") is None


def test_a_dark_theme_is_there_from_the_first_paint(meet: Meet) -> None:
    ann = meet("ann", color_scheme="dark")
    # Before any of the page's modules can run: what is painted first is what the system asks for.
    ann.page.route(re.compile(r"/assets/.*\.js"), lambda route: route.abort())
    ann.page.goto("/login")
    dark = _background(ann)
    assert sum(dark) < 150
    ann.page.emulate_media(color_scheme="light")
    ann.page.reload()
    assert sum(_background(ann)) > 600


def test_a_chosen_theme_is_kept_and_there_from_the_first_paint(meet: Meet) -> None:
    ann = meet("ann", color_scheme="light")
    ann.sign_up()
    light = _background(ann)
    ann.open_menu()
    ann.page.get_by_role("button", name="Dark").click()
    expect(ann.page.locator("html")).to_have_class("dark")
    dark = _background(ann)
    assert sum(dark) < sum(light)
    ann.page.route(re.compile(r"/assets/.*\.js"), lambda route: route.abort())
    ann.reload()
    assert _background(ann) == dark


def _background(person: Person) -> tuple[int, ...]:
    colour = person.page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    return tuple(int(part) for part in re.findall(r"\d+", colour)[:3])


def test_a_phone_shows_one_pane_at_a_time(meet: Meet) -> None:
    ann = meet("ann")
    ann.sign_up()
    phone = meet("ben", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="en-US")
    phone.sign_up()
    phone.find("ann")
    expect(phone.page.get_by_role("navigation", name="Conversations")).to_be_hidden()
    phone.send("From the bus")
    ann.expect_unread("ben", 1)
    phone.page.get_by_role("link", name="Back to conversations").first.click()
    expect(phone.page.get_by_role("navigation", name="Conversations")).to_be_visible()
    expect(phone.field).to_be_hidden()
    ann.open("ben")
    ann.send("Which line?")
    phone.expect_unread("ann", 1)
    phone.open("ann")
    phone.expect_texts("From the bus", "Which line?")
    width = phone.page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= 390, "the page scrolls sideways"
    ann.send("The twelve")
    row = phone.message("The twelve")
    expect(row.locator(".ht")).to_have_text(re.compile(r"^\d\d?:\d\d\s[AP]M$"))
    heights = [part.bounding_box()["height"] for part in (row, row.locator(".md"))]
    assert heights[0] <= heights[1] + 4, "the time beside a row of one line makes it higher"


def test_keys_alone_are_enough(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ben.sign_up()
    ann.sign_up()
    ann.page.keyboard.press("Control+K")
    dialog = ann.page.get_by_role("dialog", name="Find somebody")
    expect(dialog.get_by_role("textbox", name="Name")).to_be_focused()
    ann.page.keyboard.type("ben")
    expect(dialog.get_by_role("button", name="@ben")).to_be_visible()
    ann.page.keyboard.press("ArrowDown")
    ann.page.keyboard.press("Enter")
    ann.expect_open("ben")
    expect(ann.field).to_be_focused()
    ann.page.keyboard.type("line one")
    ann.page.keyboard.press("Shift+Enter")
    ann.page.keyboard.type("line two")
    ann.page.keyboard.press("Enter")
    expect(ann.messages).to_have_count(1)
    expect(ann.texts.first).to_contain_text("line one")
    expect(ann.texts.first).to_contain_text("line two")


def test_the_first_load_is_light(meet: Meet) -> None:
    ann = meet("ann")
    ann.sign_up()
    ann.page.goto("/")
    ann.expect_signed_in()
    paths = ann.page.evaluate(
        """() => performance.getEntriesByType("resource")
            .map(({ name }) => new URL(name).pathname).filter((path) => /\\.(js|css)$/.test(path))"""
    )
    sizes = [(path, _sent(ann, path, "gzip")) for path in paths]
    assert len(sizes) > 5
    total = sum(size for _, size in sizes)
    assert total <= 300_000, sorted(sizes, key=lambda entry: -entry[1])
    assert sum(_sent(ann, path, "gzip, deflate, br, zstd") for path in paths) < 0.9 * total


def _sent(person: Person, path: str, accept: str) -> int:
    """Return the bytes of a file as sent to who reads these packings."""
    with httpx.stream("GET", urljoin(person.page.url, path), headers={"Accept-Encoding": accept}) as answer:
        assert "Accept-Encoding" in answer.headers["vary"]
        return sum(map(len, answer.iter_raw()))
