from pathlib import Path

import pytest

from chatbeside.assistant.commands import (
    COMMANDS,
    Called,
    Poll,
    Translation,
    Unknown,
    complete,
    parse,
    parse_poll,
    parse_translate,
    poll_text,
    unknown_words,
)


def test_a_command_with_its_rest():
    called = parse("/remind in 5 minutes\n tea ")
    assert isinstance(called, Called)
    assert (called.command.name, called.rest) == ("remind", "in 5 minutes\n tea")


@pytest.mark.parametrize("text", ["hello", "/etc/hosts", "/", "//x", "a /help", "/2 cups", "/help, please"])
def test_not_a_command(text):
    assert parse(text) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("catchpu", "catchup"), ("sumarize", "summarise"), ("serach", "search"), ("remnid", "remind"), ("pol", "poll")],
)
def test_nearest(typed, meant):
    unknown = parse(f"/{typed} x")
    assert isinstance(unknown, Unknown)
    assert unknown.nearest[0] == meant
    assert f"`/{meant}`" in unknown_words(unknown)


def test_nothing_near():
    unknown = parse("/zzzzzz")
    assert isinstance(unknown, Unknown)
    assert "/help" in unknown_words(unknown)


def test_aliases():
    assert all(isinstance(parse(f"/{a}"), Called) for c in COMMANDS for a in c.aliases)
    assert parse("/HELP") == parse("/help")


def test_completion():
    assert complete("/") == list(COMMANDS)
    assert [c.name for c in complete("/s")] == ["summarise", "search"]
    assert complete("/search x") == []
    assert complete("x") == []


def test_every_example_is_understood():
    for command in COMMANDS:
        called = parse(command.example)
        assert isinstance(called, Called)
        assert called.command is command


def test_every_command_is_in_the_help():
    text = (Path(__file__).parents[2] / "docs" / "help" / "commands.md").read_text()
    assert [c.name for c in COMMANDS if f"`/{c.name}" not in text] == []


@pytest.mark.parametrize(
    ("rest", "poll"),
    [
        ("Lunch? yes, no, later", Poll("Lunch?", ("yes", "no", "later"))),
        ('"Where to?" "Park, north gate" "Lake"', Poll("Where to?", ("Park, north gate", "Lake"))),
        ("Which?\nred\nblue", Poll("Which?", ("red", "blue"))),
        ("Lunch at noon?", Poll("Lunch at noon?", ("Yes", "No"))),
        ("Same? a, a, b", Poll("Same?", ("a", "b"))),
        ("Several: What? cups, plates", Poll("What?", ("cups", "plates"), several=True)),
        ('several: "What?" "cups" "plates"', Poll("What?", ("cups", "plates"), several=True)),
        ("several people? yes, no", Poll("several people?", ("yes", "no"))),
        ("one answer? only", None),
        ("no question mark", None),
        ('"unclosed', None),
        ("", None),
        ("too many? " + ",".join("abcdefghij"), None),
    ],
)
def test_polls(rest, poll):
    assert parse_poll(rest) == poll


def test_poll_text_has_an_emoji_for_each_answer():
    poll = Poll("Lunch?", ("yes", "no"))
    assert "1️⃣ yes" in poll_text(poll)
    assert "2️⃣ no" in poll_text(poll)
    assert "the number of your answer" in poll_text(poll)
    assert "the numbers of your answers" in poll_text(Poll("What?", ("cups", "plates"), several=True))


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("French: good morning", Translation("French", "good morning")),
        ("into german the cat", Translation("German", "the cat")),
        ("to Spanish", Translation("Spanish", "")),
        ("french", Translation("French", "")),
        ("guten Morgen zusammen", Translation("English", "guten Morgen zusammen")),
        ("", Translation("English", "")),
    ],
)
def test_translations(rest, expected):
    assert parse_translate(rest) == expected
