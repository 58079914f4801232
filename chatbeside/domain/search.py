"""What is searched for, and how a find is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chatbeside.domain.errors import InvalidInput
from chatbeside.domain.models import Attachment, Message, MessageKind
from chatbeside.domain.plain import plain
from chatbeside.domain.words import Word, hits, keys, words

QUERY_MOST = 200
"""Characters of a query."""
WORDS_MOST = 12
_BEFORE = 48
_EXCERPT = 200
"""Characters of an excerpt, about; and of it before the first hit, at most."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a store looks for: messages that have a key with each of these beginnings.

    Without any beginnings it has to be ``with_file``, and all messages with a file are meant. ``since`` is the first
    moment, ``until`` the first one that is too late.
    """

    rooms: tuple[str, ...]
    beginnings: tuple[str, ...]
    sender_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    with_file: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an excerpt; ``hit`` when it was searched for."""

    text: str
    hit: bool


def parse(query: str) -> tuple[Word, ...]:
    """Return the words of what somebody typed, each once. Raises :class:`InvalidInput` with words for a person."""
    problem = None
    found = tuple({word.text: word for word in words(query)}.values()) if len(query) <= QUERY_MOST else ()
    if len(query) > QUERY_MOST:
        problem = f"Use at most {QUERY_MOST} characters."
    elif not query.strip():
        problem = "Type a word to search for."
    elif not found:
        problem = "Type a word: letters or digits, not only signs."
    elif len(found) > WORDS_MOST:
        problem = f"Use at most {WORDS_MOST} words."
    if problem:
        raise InvalidInput(problem, fields={"q": problem})
    return found


def found_by(message: Message) -> set[str]:
    """Return the keys by which a store finds ``message``: of its text and its files' names. None for quiet lines."""
    if message.kind != MessageKind.TEXT or message.deleted_at is not None:
        return set()
    return keys(message.content).union(*(keys(attachment.name) for attachment in message.attachments))


def shown(message: Message, query: Sequence[Word]) -> list[Part] | None:
    """Return the part of ``message`` that has what was searched for, or ``None`` when it does not have it all.

    Where no words were searched for it is the beginning: of the text, or else the names of the files.
    """
    if not query:
        return [Part(_beginning(_with_names(plain(message.content), message.attachments, query)[0]), hit=False)]
    # The address behind a link is a find too, and only in the text as it was written.
    for content in (plain(message.content), message.content):
        text, found = content, hits(content, query)
        if not found:
            text, found = _with_names(content, message.attachments, query)
        if found:
            return excerpt(text, found)
    return None


def excerpt(text: str, ranges: Sequence[tuple[int, int]]) -> list[Part]:
    """Return a line of ``text`` around its first hit, cut into pieces. ``ranges`` are rising and do not overlap."""
    begin, end = _window(text, ranges[0][0])
    parts = [Part("…", hit=False)] if begin else []
    place = begin
    for first, last in ranges:
        if first >= end:
            break
        if first > place:
            parts.append(Part(_line(text[place:first]), hit=False))
        place = min(last, end)
        parts.append(Part(_line(text[first:place]), hit=True))
    rest = _line(text[place:end]) + ("…" if end < len(text) else "")
    return [*parts, Part(rest, hit=False)] if rest else parts


def _window(text: str, first: int) -> tuple[int, int]:
    begin = max(0, first - _BEFORE)
    if begin:
        gap = text.find(" ", begin, first)
        begin = gap + 1 if gap >= 0 else begin
    end = begin + _EXCERPT
    if end < len(text):
        gap = text.rfind(" ", first + 1, end)
        end = gap if gap > end - _BEFORE else end
    return begin, min(end, len(text))


def _beginning(text: str) -> str:
    return _line(text[:_EXCERPT]) + ("…" if len(text) > _EXCERPT else "")


def _line(text: str) -> str:
    return "".join(" " if char.isspace() else char for char in text)


def _with_names(
    text: str, attachments: Sequence[Attachment], query: Sequence[Word]
) -> tuple[str, list[tuple[int, int]]]:
    """Return the text with the names of the files under it, and the hits in that."""
    whole = "\n".join([*([text] if text else []), *(attachment.name for attachment in attachments)])
    return whole, hits(whole, query)
