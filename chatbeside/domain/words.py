"""What counts as a word when people search, in any script. Both stores and the excerpts read text by this alone.

Letters are folded: case, width, accents, Arabic and Hebrew points, and the nukta of Indic scripts make no difference.
Scripts that put no spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) are read letter by letter: what
is kept of them are pairs of neighbours, and the last letter alone.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

KEY_MOST = 64
"""Characters of a word that a store keeps."""

_ASCII_WORD = re.compile(r"[A-Za-z0-9]+")
_DENSE = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
_JOINERS = frozenset("\u200c\u200d")  # they shape letters inside a word
_VOICED = frozenset("\uff9e\uff9f")  # half-width kana write a mark as a letter of its own
_TATWEEL = "\u0640"  # only stretches an Arabic word

_NONE, _LETTER, _DENSE_LETTER, _MARK = range(4)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text.

    ``letters`` are its folded letters, each with its marks, and ``starts`` says where in the text each begins; of a
    word in a script with spaces the whole word is one of them. ``end`` is where it ends in the text.
    """

    letters: tuple[str, ...]
    starts: tuple[int, ...]
    end: int
    dense: bool = False

    @property
    def text(self) -> str:
        """The folded word."""
        return "".join(self.letters)


def words(text: str) -> Iterator[Word]:
    """Yield the words of ``text`` in their order."""
    if text.isascii():
        for found in _ASCII_WORD.finditer(text):
            yield Word((found[0].lower(),), (found.start(),), found.end())
        return
    begin, of = 0, _NONE
    for place, char in enumerate(text):
        kind = _kind(char)
        if kind == of or (kind == _MARK and of != _NONE):
            continue
        if of != _NONE:
            yield from _word(text, begin, place, dense=of == _DENSE_LETTER)
        begin, of = place, _NONE if kind == _MARK else kind
    if of != _NONE:
        yield from _word(text, begin, len(text), dense=of == _DENSE_LETTER)


def keys(text: str) -> set[str]:
    """Return what a store keeps of ``text``, to be found by the beginnings that :func:`sought` gives."""
    found: set[str] = set()
    for word in words(text):
        if word.dense:
            following = (*word.letters[1:], "")
            found.update(f"{one}{other}"[:KEY_MOST] for one, other in zip(word.letters, following, strict=True))
        else:
            found.add(word.text[:KEY_MOST])
    return found


def sought(query: Sequence[Word]) -> list[str]:
    """Return the beginnings of keys that every text has which holds these words, the longest first.

    Not every text that has them all holds the words: see :func:`hits`.
    """
    found: set[str] = set()
    for word in query:
        if word.dense and len(word.letters) > 1:
            found.update(f"{one}{other}"[:KEY_MOST] for one, other in zip(word.letters, word.letters[1:], strict=False))
        else:
            found.add(word.text[:KEY_MOST])
    return sorted(found, key=lambda key: (-len(key), key))


def hits(text: str, query: Sequence[Word]) -> list[tuple[int, int]]:
    """Return where the words of ``query`` are in ``text``, as rising ranges that do not overlap.

    A word with spaces around is found as the beginning of a word, one of a script without spaces anywhere.
    The answer is empty unless every one of them is found.
    """
    missing = set(query)
    found: list[tuple[int, int]] = []
    for word in words(text):
        for wanted in query:
            places = list(_places(word, wanted))
            if places:
                missing.discard(wanted)
                found += places
    return [] if missing else _joined(found)


def _places(word: Word, wanted: Word) -> Iterator[tuple[int, int]]:
    if word.dense is not wanted.dense:
        return
    if not word.dense:
        if word.text.startswith(wanted.text):
            yield word.starts[0], word.end
        return
    joined, size = word.text, len(wanted.text)
    begins: list[int] = []  # where each letter begins in the folded word
    at = 0
    for letter in word.letters:
        begins.append(at)
        at += len(letter)
    for number, begin in enumerate(begins):
        if joined.startswith(wanted.text, begin):
            after = next((n for n in range(number + 1, len(begins)) if begins[n] >= begin + size), None)
            yield word.starts[number], word.end if after is None else word.starts[after]


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(ranges):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _word(text: str, begin: int, end: int, *, dense: bool) -> Iterator[Word]:
    if not dense:
        folded = fold(text[begin:end])
        if folded:
            yield Word((folded,), (begin,), end)
        return
    starts = [place for place in range(begin, end) if place == begin or _kind(text[place]) != _MARK]
    letters = [fold(text[one:other]) for one, other in zip(starts, [*starts[1:], end], strict=True)]
    kept = [(letter, start) for letter, start in zip(letters, starts, strict=True) if letter]
    if kept:
        yield Word(tuple(letter for letter, _ in kept), tuple(start for _, start in kept), end, dense=True)


def fold(word: str) -> str:
    """Return ``word`` without what makes no difference when searching."""
    taken_apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    return unicodedata.normalize("NFC", "".join(char for char in taken_apart if _kept(char)))


@lru_cache(maxsize=4096)
def _kind(char: str) -> int:
    if char in _JOINERS or char in _VOICED or unicodedata.category(char)[0] == "M":
        return _MARK
    if _DENSE.match(char):
        return _DENSE_LETTER if unicodedata.category(char)[0] in "LN" else _NONE
    return _LETTER if unicodedata.category(char)[0] in "LN" else _NONE


@lru_cache(maxsize=4096)
def _kept(char: str) -> bool:
    kind = unicodedata.category(char)[0]
    if kind == "M":
        # By combining class (Unicode 4.3): 1 overlays, 7 nukta, 10 to 36 points, from 200 on accents. Kana's own mark
        # (8), viramas (9), vowels and tones of South-East Asia (up to 132) are part of what is written.
        place = unicodedata.combining(char)
        return not (place in (1, 7) or 10 <= place <= 36 or place >= 200)
    return kind in "LN" and char != _TATWEEL
