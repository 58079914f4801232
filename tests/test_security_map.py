"""What docs/security.md names is there, and every line of its map says where it is held or that it is not."""

import re

import pytest

from tests.e2e.product import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text("utf-8")
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+) \|$", TEXT, re.MULTILINE)
NAMED = sorted(set(re.findall(r"`((?:assets|chatbeside|deploy|docs|tests)/[\w./-]+|[\w.-]+\.(?:txt|lock))`", TEXT)))


@pytest.mark.parametrize("name", NAMED)
def test_what_is_named_is_there(name: str) -> None:
    assert (ROOT / name).exists()


def test_every_line_says_where_or_why_not() -> None:
    numbers = [number for number, _, _ in ROWS]
    assert len(numbers) == len(set(numbers))
    assert {int(number.partition(".")[0]) for number in numbers} == set(range(1, 18))
    for number, _, where in ROWS:
        assert re.match(r"held|in part|\*\*not held\*\*|not offered|left to", where), number
        if where.startswith("held"):
            assert "`" in where or "this page" in where or "no test of ours" in where, number


def test_links_lead_here() -> None:
    assert "docs/security.md" in (ROOT / "README.md").read_text("utf-8")
    assert "docs/security.md" in (ROOT / "SECURITY.md").read_text("utf-8")
