"""axe-core (https://github.com/dequelabs/axe-core) finds nothing serious or critical on any page, light or dark.

It also looks whether targets have 24 pixels (WCAG 2.2, 2.5.8), which it does only when asked. Further places are in
test_accessible_places.py.
"""

from typing import Any, Literal

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Meet
from tests.e2e.person import Person
from tests.e2e.product import ROOT
from tests.e2e.rooms import details, make_room
from tests.e2e.test_files import pick, picture

AXE = ROOT / "tests" / "js" / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """async () => (await axe.run(document, {
    resultTypes: ["violations"], rules: {"target-size": {enabled: true}}})).violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => [one.id, ...one.nodes.map((node) => `${node.target.join(" ")}: ${node.failureSummary}`)])"""


def look_at(person: Person) -> None:
    """Run axe over what the person has before them."""
    # By the debugger: the page's own policy lets no foreign script in.
    person.page.evaluate(f"() => {{ {AXE.read_text('utf-8')} }}")
    found: list[Any] = person.page.evaluate(_RUN)
    assert found == [], f"{person.page.url}: {found}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_violation(meet: Meet, scheme: Literal["light", "dark"]) -> None:
    # Without motion: what fades in has too little contrast until it is there.
    ann, ben = meet("ann", color_scheme=scheme, reduced_motion="reduce"), meet("ben")
    for path in ("/signup", "/login"):
        ann.page.goto(path)
        expect(ann.page.locator("form")).to_be_visible()
        look_at(ann)
    for person in (ann, ben):
        person.sign_up()
    look_at(ann)
    ann.find("ben")
    ann.send("hello", "**bold** and `code`, [a link](https://example.org)", "> a quotation")
    ben.open("ann")
    ben.send("an answer")
    expect(ann.message("an answer")).to_be_visible()
    ann.expect_state("hello", "Read")
    look_at(ann)
    # A room with a file, what stands over it, and what lies over it all.
    make_room(ann, "Workshop", topic="What we build")
    pick(ann, ("plan.pdf", "application/pdf", b"%PDF-1.7 ..."), ("garden.png", "image/png", picture(200, 100)))
    ann.send("two files")
    expect(details(ann).get_by_role("region", name="Files").get_by_role("listitem")).to_have_count(2)
    look_at(ann)
    ann.page.get_by_role("button", name="Search all files").click()
    expect(ann.page.get_by_role("region", name="Search").get_by_role("link")).to_have_count(1)
    ann.page.get_by_role("region", name="Search").get_by_label("When").select_option("Chosen days")
    look_at(ann)
    ann.page.keyboard.press("Escape")
    ann.page.keyboard.press("Control+k")
    expect(ann.page.get_by_role("dialog", name="Find somebody or a room").get_by_role("link")).to_have_count(2)
    look_at(ann)
    ann.page.keyboard.press("Escape")
    for name in ("New room", "Browse public rooms"):
        ann.begin(name)
        expect(ann.page.get_by_role("dialog").get_by_role("textbox").first).to_be_focused()
        look_at(ann)
        ann.page.keyboard.press("Escape")
    details(ann).get_by_role("button", name="Invite", exact=True).click()
    expect(ann.page.get_by_role("dialog", name="Invite to Workshop")).to_be_visible()
    look_at(ann)
    ann.page.keyboard.press("Escape")
    ann.go_offline()
    expect(ann.page.get_by_role("button", name="Try now")).to_be_visible()
    look_at(ann)
    ann.come_back()
    ann.page.goto("/settings")
    expect(ann.page.get_by_role("heading", name="Notifications")).to_be_visible()
    look_at(ann)
    ann.page.goto("/devices")
    expect(ann.page.get_by_role("button", name="Start the test")).to_be_visible()
    look_at(ann)
