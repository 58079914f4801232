"""Commands: words with a slash that the assistant understands without a model."""

import difflib
import re
import shlex
from dataclasses import dataclass

from chatbeside.domain.polls import ANSWERS_MOST, number_emoji


@dataclass(frozen=True, slots=True)
class Command:
    """One command, as the help and the completion list show it."""

    name: str
    usage: str
    summary: str
    example: str
    aliases: tuple[str, ...] = ()


COMMANDS = (
    Command("help", "/help [topic]", "How something works here", "/help reminders", ("?", "hilfe")),
    Command(
        "catchup", "/catchup [since]", "What you missed, with the messages it rests on", "/catchup 2 hours", ("missed",)
    ),
    Command(
        "summarise",
        "/summarise [how many]",
        "The last messages in a few sentences",
        "/summarise 100",
        ("summarize", "summary", "tldr"),
    ),
    Command("search", "/search words", "Find messages you may read", "/search invoice from:ann", ("find",)),
    Command(
        "translate",
        "/translate [language]: text",
        "Put a text into another language",
        "/translate French: good morning",
        (),
    ),
    Command(
        "remind",
        "/remind when what",
        "A message from the assistant at the right time",
        "/remind in 20 minutes take out the bread",
        ("remindme",),
    ),
    Command(
        "poll",
        "/poll question? answer, answer",
        "Ask everyone here to choose",
        "/poll Lunch at noon? yes, no, later",
        ("vote",),
    ),
    Command(
        "ask", "/ask question", "Ask the assistant about this conversation", "/ask which date did we agree on?", ()
    ),
)
"""Every command, in the order of the completion list."""

_BY_NAME = {name: command for command in COMMANDS for name in (command.name, *command.aliases)}
_FORM = re.compile(r"/(?P<name>[^\W\d_][\w-]{0,31}|\?)(?:\s+(?P<rest>.*))?\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Called:
    """A command with what follows it."""

    command: Command
    rest: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A slash word that is no command; ``nearest`` are the names it may have meant, best first."""

    name: str
    nearest: tuple[str, ...]


def parse(text: str) -> Called | Unknown | None:
    """Read ``text`` as a command. Return ``None`` when it is not one (a path such as ``/etc/hosts`` is not)."""
    match = _FORM.match(text.strip())
    if match is None:
        return None
    name = match["name"].casefold()
    rest = (match["rest"] or "").strip()
    command = _BY_NAME.get(name)
    if command is not None:
        return Called(command, rest)
    nearest = difflib.get_close_matches(name, _BY_NAME, n=3, cutoff=0.5)
    return Unknown(name, tuple(dict.fromkeys(_BY_NAME[near].name for near in nearest)))


def complete(text: str) -> list[Command]:
    """Return the commands that ``text`` may be the beginning of; nothing once the first space is typed."""
    if not text.startswith("/") or re.search(r"\s", text):
        return []
    begun = text[1:].casefold()
    return [c for c in COMMANDS if any(name.startswith(begun) for name in (c.name, *c.aliases))]


def unknown_words(unknown: Unknown) -> str:
    """Return what to tell somebody who typed a command that does not exist."""
    if not unknown.nearest:
        return f"There is no command `/{unknown.name}`. Type `/help` for those that exist."
    near = " or ".join(f"`/{name}`" for name in unknown.nearest)
    return f"There is no command `/{unknown.name}`. Did you mean {near}?"


@dataclass(frozen=True, slots=True)
class Poll:
    """A question with answers to choose from."""

    question: str
    answers: tuple[str, ...]
    several: bool = False


POLL_MIN, POLL_MAX = 2, ANSWERS_MOST
_SEVERAL = "several:"


def parse_poll(rest: str) -> Poll | None:
    """Read ``question? a, b, c``, or ``"question" "a" "b"``, or one line each. Return ``None`` when it is no poll.

    A question without answers asks for yes or no. After ``several:`` each may choose several answers.
    """
    rest = rest.strip()
    several = rest.casefold().startswith(_SEVERAL)
    if several:
        rest = rest[len(_SEVERAL) :].lstrip()
    if rest[:1] in {'"', "“"}:
        try:
            parts = shlex.split(rest.replace("“", '"').replace("”", '"'))
        except ValueError:
            return None
    elif "\n" in rest:
        parts = rest.split("\n")
    else:
        question, mark, answers = rest.partition("?")
        parts = [question + mark, *answers.split(",")] if mark else []
    words = [part.strip() for part in parts if part.strip()]
    if not words:
        return None
    answers_given = tuple(dict.fromkeys(words[1:])) or ("Yes", "No")
    if not POLL_MIN <= len(answers_given) <= POLL_MAX:
        return None
    return Poll(words[0], answers_given, several)


def poll_text(poll: Poll) -> str:
    """Return the message of a poll for clients that know nothing of polls: each answer has a number to react with."""
    lines = [f"{number_emoji(number)} {answer}" for number, answer in enumerate(poll.answers, 1)]
    how = "React with the numbers of your answers." if poll.several else "React with the number of your answer."
    return "\n".join([f"**{poll.question}**", "", *(line + "  " for line in lines), "", how])


@dataclass(frozen=True, slots=True)
class Translation:
    """A text and the language it shall be put into; ``text`` may be empty: then it is the message replied to."""

    language: str
    text: str


def parse_translate(rest: str, *, default: str = "English") -> Translation:
    """Read ``French: text``, ``to French text`` or only a text (into ``default``)."""
    match = re.match(r"(?:in)?to\s+(?P<language>[^\W\d_]+)\s*[:,]?\s*(?P<text>.*)\Z", rest, re.DOTALL | re.IGNORECASE)
    match = match or re.match(r"(?P<language>[^\W\d_]+)\s*:\s*(?P<text>.*)\Z", rest, re.DOTALL)
    if match:
        return Translation(match["language"].capitalize(), match["text"].strip())
    if rest and not re.search(r"\s", rest):
        return Translation(rest.capitalize(), "")
    return Translation(default, rest.strip())
