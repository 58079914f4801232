"""Citations: which messages an answer rests on, checked by us, not believed.

A model writes ``[3]`` for the source it was given under that number. A number that was not in the
prompt, or whose message the readers may not read, is taken out. What is left is numbered anew from 1 in
the order of appearance, so that the same text streams and is stored. Pictures become links: a picture
would be fetched by every reader's browser at once, and its address could carry what the model has read.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from chatbeside.assistant.interfaces import Source

_PARTS = re.compile(
    r"(?P<code>```.*?(?:```|\Z)|`[^`\n]*`)"
    r"|(?P<picture>!(?=\[))"
    r"|(?P<cite>[ \t]*\[(?P<n>\d{1,4}(?:[ \t]*[,;][ \t]*\d{1,4})*)\](?!\())",
    re.DOTALL,
)
_UNFINISHED = re.compile(r"(?:!?[ \t]*\[[\d,; \t]{0,40}\]?|!|[ \t]+)\Z")
_SENTENCE = re.compile(r"(?<=[.!?…])((?:[ \t]*\[\d+\])*)[ \t]+(?=[^\s\[])")
_ITEM = re.compile(r"\s*(?:[-*]|\d+\.)\s+")
_GROUP = re.compile(r".*?(?:\[\d+\](?:[ \t]*\[\d+\])*[.!?]?|\Z)", re.DOTALL)


@dataclass(slots=True)
class Citations:
    """Turns a model's text into what people see. Give it the whole text so far as often as you like.

    Args:
        sources: What was in the prompt.
        readable: Ids of the messages that the readers may read; the rest of ``sources`` cannot be cited.
    """

    sources: Sequence[Source]
    readable: Collection[str] | None = None
    _order: dict[int, int] = field(default_factory=dict)

    def show(self, text: str, *, final: bool = False) -> str:
        """Return ``text`` with checked, renumbered citations. While not ``final``, an unfinished one is held back."""
        if not final:
            text = _UNFINISHED.sub("", text)
        return _PARTS.sub(self._replace, text)

    def cited(self) -> list[Source]:
        """Return the sources cited so far, the first is number 1."""
        by_number = {source.n: source for source in self.sources}
        return [by_number[n] for n in self._order]

    def _replace(self, match: re.Match[str]) -> str:
        if match["picture"]:
            return "! "
        if match["code"] is not None or not self.sources:
            return match[0]
        allowed = {s.n for s in self.sources if self.readable is None or s.message_id in self.readable}
        numbers = [n for n in dict.fromkeys(map(int, re.findall(r"\d+", match["n"]))) if n in allowed]
        shown = "".join(f"[{self._order.setdefault(number, len(self._order) + 1)}]" for number in numbers)
        return f" {shown}" if shown else ""


def sentences(line: str) -> list[str]:
    """Return the sentences of a line, each with the citations that follow it."""
    cut = _SENTENCE.sub(lambda match: f"{match[1]}\0", line)
    return [part for part in cut.split("\0") if part.strip()]


def only_cited(text: str) -> str:
    """Return ``text`` without the sentences that cite nothing: in a digest every one must rest on a message."""
    kept = []
    for line in text.splitlines():
        head = _ITEM.match(line)
        lead, rest = (head[0], line[head.end() :]) if head else ("", line)
        good = [part.strip() for part in sentences(rest) if re.search(r"\[\d+\]", part)]
        if good:
            kept.append("- " + " ".join(good) if lead else " ".join(good))
    return "\n".join(kept)


def strike(text: str, number: int, *, gone: bool) -> str:
    """Return ``text`` with what rests on ``number`` struck: the list item, or the words since the citation before.

    Args:
        text: An answer as it is stored.
        number: The citation whose message was edited or deleted.
        gone: The message was deleted: its words go too.
    """
    lines = []
    for line in text.split("\n"):
        head = _ITEM.match(line)
        lead, rest = (head[0], line[head.end() :]) if head else ("", line)
        parts = [rest] if head else _GROUP.findall(rest)
        lines.append(lead + "".join(_strike_one(part, number, gone) for part in parts))
    return "\n".join(lines)


def _strike_one(part: str, number: int, gone: bool) -> str:
    if f"[{number}]" not in part:
        return part
    marks = "".join(re.findall(r"\[\d+\]", part))
    space = part[: len(part) - len(part.lstrip())]
    words = re.sub(r"[ \t]*\[\d+\]", "", part).strip()
    if gone:
        return f"{space}~~(deleted since)~~ {marks}"
    return part if words.startswith("~~") else f"{space}~~{words}~~ {marks}"
