"""Folding, keys and hits: whatever is in a text is found by what the stores keep of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbeside.domain.errors import InvalidInput
from chatbeside.domain.models import Attachment, Message
from chatbeside.domain.search import QUERY_MOST, excerpt, parse, shown
from chatbeside.domain.words import hits, keys, sought, words
from tests.contract.make import START

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
SPOKEN = st.lists(
    st.sampled_from(
        ["Café", "北京", "烤鸭", "ﾊﾟﾝ", "क़लम", "น้ำ", "ที่", "كِتَاب", "Straße", "a_b", " ", "\n", "ﬁn", "①", "👍", "ё", "학"]
    ),
    max_size=12,
).map("".join)


def message(content: str, *names: str) -> Message:
    files = tuple(Attachment("f", name, "text/plain", 1) for name in names)
    return Message("m", "r", 1, 1, "u", "c", "text", content, START, attachments=files)


def marked(content: str, query: str, *names: str) -> str:
    parts = shown(message(content, *names), parse(query))
    assert parts is not None
    return "".join(f"[{part.text}]" if part.hit else part.text for part in parts)


@given(TEXT | SPOKEN)
def test_a_text_is_found_by_each_of_its_words(text: str) -> None:
    for word in words(text):
        whole = (word,)
        assert all(any(key.startswith(begin) for key in keys(text)) for begin in sought(whole))
        found = hits(text, whole)
        assert found == sorted(found)
        assert any(begin <= word.starts[0] and word.end <= end for begin, end in found)


@given(TEXT | SPOKEN, TEXT | SPOKEN)
def test_what_has_hits_has_the_keys(text: str, query: str) -> None:
    wanted = tuple(words(query))
    if hits(text, wanted):
        assert all(any(key.startswith(begin) for key in keys(text)) for begin in sought(wanted))


@given(TEXT | SPOKEN)
def test_keys_are_letters_marks_and_digits(text: str) -> None:
    for key in keys(text):
        assert key
        assert len(key) <= 64
        assert not set(key) & set(" \"'*^$.()[]{}\\|?+-:\0\ue000")


@pytest.mark.parametrize(
    ("content", "query", "line"),
    [
        ("The blue box has brackets", "brack", "The blue box has [brackets]"),
        ("Café cafe", "café", "[Café] [cafe]"),
        ("我喜欢北京烤鸭", "北京", "我喜欢[北京]烤鸭"),
        ("東京と京都", "京", "東[京]と[京]都"),
        ("กินข้าวที่บ้าน", "ข้าว", "กิน[ข้าว]ที่บ้าน"),
        ("ﾊﾟﾝ", "パン", "[ﾊﾟﾝ]"),
        ("two\nlines\there", "lines", "two [lines] here"),
        ("<b>bold</b> & <script>", "bold", "<b>[bold]</b> & <script>"),
        ("> the **back** wall\n>\n> and\n\nUntil it leans", "until back", "the [back] wall  and  [Until] it leans"),
        ("# Tools\n- `saw`\n2. [the *drill*](https://x.example/lent)", "drill", "Tools saw the [drill]"),
        ("see [the drill](https://x.example/lent)", "lent", "see [the drill](https://x.example/[lent])"),
        ("see\n| a | b |\n|---|:-:|\n| 1 | 2 |", "see 1", "[see]   a   b      [1]   2  "),
        ("```py\nprint(2 * 3)\n``` snake_case_name", "print", "[print](2 * 3)  snake_case_name"),
    ],
)
def test_hits_are_marked(content: str, query: str, line: str) -> None:
    assert marked(content, query) == line


def test_a_long_text_is_cut_around_the_first_hit() -> None:
    line = marked("begin " + "word " * 200 + "needle " + "word " * 200, "needle")
    assert line.startswith("…word ")
    assert line.endswith(" word…")
    assert "[needle]" in line
    assert len(line) < 220
    assert len(marked("北" * 5000 + "京", "京")) < 220
    assert len(marked("x" * 5000, "x")) < 220


def test_pieces_make_up_the_line() -> None:
    assert "".join(part.text for part in excerpt("one two three", [(0, 3), (8, 13)])) == "one two three"


def test_the_name_of_a_file_is_searched_too() -> None:
    assert marked("see", "plan", "Plan of the garden.pdf") == "see [Plan] of the garden.pdf"
    assert marked("", "garden plan", "Plan.pdf", "garden.png") == "[Plan].pdf [garden].png"
    assert shown(message("see", "a.png"), parse("plan")) is None


@pytest.mark.parametrize("query", ["", "  \n", "!?", "👍", "x" * (QUERY_MOST + 1), " ".join(map(str, range(13)))])
def test_what_cannot_be_searched_for(query: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(query)
    assert refused.value.fields["q"] == refused.value.message
