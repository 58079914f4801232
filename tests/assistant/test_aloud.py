"""What is read aloud of an answer. The long texts would take hours if any part of them were read again and again."""

import pytest

from chatbeside.assistant.aloud import LONGEST, plain, sentences
from chatbeside.assistant.builtin import _CONNECT

LONG = 300_000


def test_marks_links_and_bullets_are_not_spoken() -> None:
    text = "# Plan\n\n  - **Ask** [the team](https://a.example/b) [1].\n\n2. See https://a.example/c now\n`x`"
    assert plain(text) == " Plan\n\nAsk the team.\n\nSee a link now\nx"
    assert sentences("One. Two", done=False) == ["One."]


@pytest.mark.parametrize("unit", ["[", "![", "[a](", "[(", "[`", "[1, ", "\n", "\t\n", " ", "`", '"', ".)", "http://"])
def test_no_answer_is_slow_to_read(unit: str) -> None:
    assert all(len(each) <= LONGEST for each in sentences(unit * (LONG // len(unit)), done=True))


def test_no_question_is_slow_to_read() -> None:
    assert _CONNECT.search("How do I connect a local model?")
    assert _CONNECT.search("use " * (LONG // 4)) is None
