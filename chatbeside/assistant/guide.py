"""The product's own help pages, found by their words.

The index is SQLite's full-text search in memory, which ranks by BM25 and knows English word endings.
The pages are small and the index is built once, so a look-up takes well under a millisecond.
"""

import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

HELP = Path(__file__).resolve().parents[2] / "docs" / "help"
_STOP_WORDS = """
a an and are can could do does for from have how i in is it me my of on or please should so tell that the
there this to was we what when where which who will with would you your about beside chatbeside use using
 get want need work works like old
"""
_STOP = frozenset(_STOP_WORDS.split())
_SAME = (
    ("make", "create", "start", "begin"),
    ("somebody", "someone", "person", "people", "friend", "member", "user"),
    ("picture", "photo", "image", "avatar"),
    ("file", "attachment", "document", "upload"),
    ("large", "maximum", "max", "size", "limit", "big"),
    ("call", "ring", "telephone"),
    ("microphone", "mic", "headset"),
    ("camera", "webcam", "video"),
    ("delete", "remove", "erase", "unsend"),
    ("edit", "change", "correct", "wrote"),
    ("dark", "theme", "mode", "night", "colour", "color"),
    ("phone", "mobile", "iphone", "android", "app"),
    ("group", "channel", "room"),
    ("encrypted", "private", "secure", "encryption", "privacy"),
    ("openai", "cloud", "elsewhere", "tracking"),
    ("notifications", "notification", "notify", "alert"),
    ("emoji", "smiley", "reaction"),
    ("invite", "invitation", "link"),
    ("mention", "tag", "ping"),
    ("broken", "wrong", "error", "problem"),
)
"""Words that mean the same to whoever asks. A word may stand in several lines."""
_EXAMPLE = re.compile(r"`(/?\w+)[^`]*`")
"""Of an example only its first word says what a section is about; the rest is made up."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a help page."""

    page: str
    title: str
    body: str


def read_sections(folder: Path = HELP) -> list[Section]:
    """Return every section of every page in ``folder``, by page name and place.

    A page begins with a ``#`` heading; a section begins with ``##`` and ends at the next one.
    """
    sections = []
    for path in sorted(folder.glob("*.md")):
        title = ""
        for part in re.split(r"(?m)^(?=#{1,2} )", path.read_text(encoding="utf-8")):
            head, _, body = part.strip().partition("\n")
            if head.startswith("# "):
                title = head[2:].strip()
                head = ""
            if body.strip():
                name = head.removeprefix("## ").strip()
                sections.append(Section(title, name or title, body.strip()))
    return sections


@dataclass(frozen=True, slots=True)
class Found:
    """A section that was found.

    ``fit`` is how well it fits among the sections (BM25, higher is better), ``share`` which part of the
    words that were asked for it has, 0 to 1, ``titled`` which part of them its title has.
    """

    section: Section
    fit: float
    share: float
    titled: float = 0.0


class Guide:
    """Finds the section of the help that fits a question."""

    def __init__(self, sections: list[Section] | None = None) -> None:
        self.sections = read_sections() if sections is None else sections
        # Read-only after this line; look-ups from any thread are serialised by SQLite.
        self._index = sqlite3.connect(":memory:", check_same_thread=False)
        self._index.execute("CREATE VIRTUAL TABLE help USING fts5(page, title, body, tokenize='porter unicode61')")
        rows = [(section.page, section.title, _EXAMPLE.sub(r"\1", section.body)) for section in self.sections]
        self._index.executemany("INSERT INTO help(page, title, body) VALUES (?, ?, ?)", rows)

    def find(self, question: str, *, limit: int = 3) -> list[Found]:
        """Return the sections that fit best, best first."""
        words = [w for w in re.findall(r"[^\W_]{2,}", question.casefold()) if w not in _STOP]
        if not words:
            return []
        words = list(dict.fromkeys(words[:24]))
        query = " OR ".join(_any_of(word) for word in words)
        rows = self._index.execute(
            "SELECT rowid, -bm25(help, 2.0, 6.0, 1.0) AS fit FROM help WHERE help MATCH ? "
            "ORDER BY fit DESC, rowid LIMIT ?",
            (query, 4 * limit),
        )
        found = [
            Found(
                self.sections[rowid - 1],
                fit,
                share=self._share(rowid, [_any_of(word) for word in words]),
                titled=self._share(rowid, [f'title : "{word}"' for word in words]),
            )
            for rowid, fit in rows.fetchall()
        ]
        # A section that has all the words is rather meant than one that has a rare one of them; words of its title
        # as they were asked for say most.
        return sorted(found, key=lambda each: each.fit * (0.5 + each.share + each.titled), reverse=True)[:limit]

    def _share(self, rowid: int, queries: list[str]) -> float:
        query = "SELECT 1 FROM help WHERE help MATCH ? AND rowid = ?"
        fitting = [each for each in queries if self._index.execute(query, (each, rowid)).fetchone()]
        return len(fitting) / len(queries)

    def pages(self) -> list[str]:
        """Return the titles of the pages."""
        return list(dict.fromkeys(section.page for section in self.sections))

    def close(self) -> None:
        """Give the index's memory back."""
        self._index.close()


def _any_of(word: str) -> str:
    """Return the query for ``word`` and the words that mean the same."""
    singular = word.removesuffix("s")
    same = dict.fromkeys([word, *(other for line in _SAME if word in line or singular in line for other in line)])
    return "(" + " OR ".join(f'"{other}"' for other in same) + ")"
