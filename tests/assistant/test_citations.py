from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbeside.assistant.citations import Citations, only_cited, strike
from chatbeside.assistant.interfaces import Source

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SOURCES = tuple(Source(n, f"m{n}", "r", n, "ann", NOW, f"text {n}") for n in range(1, 10))


def test_numbers_are_checked_and_made_new():
    citations = Citations(SOURCES, readable={f"m{n}" for n in (2, 3, 7)})
    shown = citations.show("One. [7] Two[3, 7]. Three [99][5]. Four [2]", final=True)
    assert shown == "One. [1] Two [2][1]. Three. Four [3]"
    assert [s.n for s in citations.cited()] == [7, 3, 2]


def test_code_and_links_are_left_alone():
    text = "`a[1]` and ```\nb[2]\n``` and [3](https://example.org)"
    citations = Citations(SOURCES)
    assert citations.show(text, final=True) == text
    assert citations.cited() == []


def test_without_sources_brackets_are_only_brackets():
    assert Citations(()).show("see [1]", final=True) == "see [1]"


def test_pictures_become_links():
    assert Citations(()).show("![x](https://e.example/?q=1) `![y](z)`", final=True) == (
        "! [x](https://e.example/?q=1) `![y](z)`"
    )


@given(
    st.lists(
        st.sampled_from(["word ", "[3]", "[12", "]", ". ", " [", "4", ", 5]", "\n", "!", "[5]", "(x)"]), max_size=20
    )
)
def test_streamed_text_only_grows(pieces):
    citations = Citations(SOURCES)
    text, before = "", ""
    for piece in pieces:
        text += piece
        shown = citations.show(text)
        assert shown.startswith(before)
        before = shown
    final = citations.show(text, final=True)
    assert final == Citations(SOURCES).show(text, final=True)


def test_sentences_without_a_number_are_thrown_away():
    text = (
        "A summary:\n- Ann moved it. [1]\n- Nobody said this.\n- Two things. [2] And a made-up one.\nProse. More [3]."
    )
    assert only_cited(text) == "- Ann moved it. [1]\n- Two things. [2]\nMore [3]."


@pytest.mark.parametrize(
    ("text", "number", "gone", "expected"),
    [
        ("- **ann**: Moved to Fri. at 5. [1]", 1, False, "- ~~**ann**: Moved to Fri. at 5.~~ [1]"),
        ("- **ann**: Moved to Fri. at 5. [1]", 1, True, "- ~~(deleted since)~~ [1]"),
        ("- kept [2]\n- gone [1]", 1, True, "- kept [2]\n- ~~(deleted since)~~ [1]"),
        ("First. [1] Second e.g. this. [2]", 2, True, "First. [1] ~~(deleted since)~~ [2]"),
        ("First. [1] Second. [2]", 1, False, "~~First.~~ [1] Second. [2]"),
        ("Both say so. [1][2] End", 2, False, "~~Both say so.~~ [1][2] End"),
        ("~~Old.~~ [1]", 1, False, "~~Old.~~ [1]"),
        ("~~Old.~~ [1]", 1, True, "~~(deleted since)~~ [1]"),
        ("nothing here [10]", 1, True, "nothing here [10]"),
    ],
)
def test_strike(text, number, gone, expected):
    assert strike(text, number, gone=gone) == expected


@given(st.text("ab. [12]\n-~", max_size=60), st.integers(1, 2))
def test_a_deleted_message_leaves_nothing(text, number):
    struck = strike(text, number, gone=True)
    for line in struck.split("\n"):
        for part in line.split("]")[:-1]:
            if part.endswith(f"[{number}"):
                assert "a" not in part.replace("(deleted since)", "")
                assert "b" not in part.replace("(deleted since)", "")
