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
there this to was we what when where which who why will with would you your about beside chatbeside use using
make get
"""
_STOP = frozenset(_STOP_WORDS.split())
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
    words that were asked for it has, 0 to 1.
    """

    section: Section
    fit: float
    share: float


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
        query = " OR ".join(f'"{word}"' for word in dict.fromkeys(words[:24]))
        rows = self._index.execute(
            "SELECT rowid, -bm25(help, 2.0, 6.0, 1.0) AS fit FROM help WHERE help MATCH ? "
            "ORDER BY fit DESC, rowid LIMIT ?",
            (query, limit),
        )
        return [Found(self.sections[rowid - 1], fit, self._share(rowid, words)) for rowid, fit in rows.fetchall()]

    def _share(self, rowid: int, words: list[str]) -> float:
        query = "SELECT 1 FROM help WHERE help MATCH ? AND rowid = ?"
        known = [word for word in words if self._index.execute(query, (f'"{word}"', rowid)).fetchone()]
        return len(known) / len(words)

    def pages(self) -> list[str]:
        """Return the titles of the pages."""
        return list(dict.fromkeys(section.page for section in self.sections))

    def close(self) -> None:
        """Give the index's memory back."""
        self._index.close()
