"""axe-core (https://github.com/dequelabs/axe-core) finds nothing serious or critical on any page, light or dark."""

from typing import Any, Literal

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Meet
from tests.e2e.person import Person
from tests.e2e.product import ROOT

AXE = ROOT / "tests" / "js" / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
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
    ann, ben = meet("ann", color_scheme=scheme), meet("ben")
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
    ann.page.goto("/settings")
    expect(ann.page.get_by_role("heading", name="Notifications")).to_be_visible()
    look_at(ann)
