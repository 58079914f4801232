"""A digest without a model: the sentences that say most, word for word, each with the message it rests on."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from chatbeside.assistant.interfaces import Source
from chatbeside.assistant.prompts import one_line, visible

_WORD = re.compile(r"[^\W_]{2,}")
_END = re.compile(r"(?<=[.!?…\u3002\uff01\uff1f])\s+|\n+")
_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~!])")
_STOP_WORDS = """
good great hello hey hi lol morning evening thank thanks
a about after all also am an and any are as at be been but by can could did do does for from get go got had
has have he her here him his how i if in into is it its just like me more my no not now of off ok okay on one
or our out she so some than that the their them then there they this to too up us very was we were what when
which who will with would yes you your
"""
_STOP = frozenset(_STOP_WORDS.split())
_MATTERS = re.compile(
    r"\b(?:decid\w+|agree\w*|deadline|due|must|need(?:s|ed)?|please|todo|action|plan\w*|release\w*|ship\w*|merge\w*"
    r"|broken|fail\w*|bug|fix\w*|meeting|tomorrow|today|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|by \d|at \d{1,2}(?::\d\d)?|approve\w*|cancel\w*|moved?|done|finished|instead)\b|\b\d{4}-\d\d-\d\d\b",
    re.IGNORECASE,
)
MAX_SENTENCES = 4_000
"""More sentences than this are not weighed: the newest ones are."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a message; ``order`` is its place in the conversation."""

    source: Source
    text: str
    order: int


def split(source: Source) -> list[str]:
    """Return the sentences of a message, code left out, each on one line."""
    text = _CODE.sub("", visible(source.text))
    lines = [re.sub(r"\A\s*(?:>|[-*+]|\d+\.)\s+", "", part) for part in _END.split(text)]
    return [re.sub(r"\s+", " ", line).strip() for line in lines if _WORD.search(line)]


def escape(text: str) -> str:
    """Return ``text`` so that Markdown shows it as it is."""
    return _MARKDOWN.sub(r"\\\1", text)


def choose(sources: Sequence[Source], *, most: int, name: str = "") -> list[Sentence]:
    """Return the ``most`` sentences that say most, in the order of the conversation.

    A sentence weighs what its words weigh (frequent in few messages), counted once per sentence, over the root
    of its length; questions, decisions, dates and the reader's own name weigh more. One that repeats a chosen
    one is passed over.

    Args:
        sources: The messages, oldest first.
        most: How many sentences at most.
        name: The reader's name.
    """
    all_sentences = [(source, text) for source in sources for text in split(source)][-MAX_SENTENCES:]
    candidates = [Sentence(source, text, order) for order, (source, text) in enumerate(all_sentences)]
    bags = [frozenset(w for w in _WORD.findall(s.text.casefold()) if w not in _STOP) for s in candidates]
    spread: Counter[str] = Counter(word for bag in bags for word in bag)
    total = len(candidates)
    scores = [
        _score(sentence, bag, spread, total, name.casefold()) for sentence, bag in zip(candidates, bags, strict=True)
    ]
    chosen: list[int] = []
    for index in sorted(range(total), key=lambda i: (-scores[i], -i)):
        if len(chosen) == most or scores[index] <= 0:
            break
        if all(_likeness(bags[index], bags[other]) < 0.5 for other in chosen):
            chosen.append(index)
    return [candidates[index] for index in sorted(chosen)]


def _score(sentence: Sentence, bag: frozenset[str], spread: Counter[str], total: int, name: str) -> float:
    if len(bag) < 2:
        return 0.0
    # What the talk is about stands in several sentences, but not in most: rare words alone may be noise.
    weights = (math.log1p(spread[word]) * math.log((total + 1) / spread[word]) for word in bag)
    score = sum(weights) / math.sqrt(len(bag) + 4)
    if sentence.text.endswith(("?", "\uff1f")):
        score *= 1.3
    if _MATTERS.search(sentence.text):
        score *= 1.4
    if name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sentence.text.casefold()):
        score *= 2.0
    return (score + 0.01) * (1.0 + sentence.source.weight)


def _likeness(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / (min(len(a), len(b)) or 1)


def digest(sources: Sequence[Source], *, most: int = 8, name: str = "", limit: int = 220) -> str:
    """Return a digest as Markdown: list items that quote a sentence and cite ``[n]``, the number of its source.

    Args:
        sources: The messages, numbered, oldest first.
        most: How many sentences at most.
        name: The reader's name.
        limit: Most characters of a sentence; a longer one is cut at a word.
    """
    lines = []
    for sentence in choose(sources, most=most, name=name):
        text = sentence.text
        if len(text) > limit:
            text = text[:limit].rsplit(" ", 1)[0] + " …"
        place = f" in {escape(one_line(sentence.source.room_name))}" if sentence.source.room_name else ""
        lines.append(f"- **{escape(one_line(sentence.source.who))}**{place}: {escape(text)} [{sentence.source.n}]")
    return "\n".join(lines)


def overview(sources: Sequence[Source]) -> str:
    """Return one line on how much was said by whom."""
    people = Counter(source.who for source in sources)
    names = [escape(one_line(who)) for who, _ in people.most_common(3)]
    others = len(people) - len(names)
    if others:
        names.append(f"{others} other{'s' if others > 1 else ''}")
    joined = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{len(sources)} message{'s' if len(sources) != 1 else ''} from {joined}."
