"""What people wrote, without the marks of Markdown: for lines that show a message where nothing is set in type.

The page has its own (`assets/live/markdown.js`) for what it shows of conversations.
"""

import re

# No part begins again where another one may have begun, so that no text is slow to read.
_FENCE = re.compile(r"```[\w+#.-]*\n?")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\(([^\[()\s]*)\)")
_BEGINNING = re.compile(r"^[^\S\n]{0,3}(?:(?:(?:#{1,6}|>|[-*+]|\d{1,9}[.)])[^\S\n]+)+|>$)", re.MULTILINE)
_ROW = re.compile(r"^[^\S\n]*\|.*$|^[ \t|:-]*$", re.MULTILINE)
_PAIR = re.compile(r"(\*\*|__|~~|`)(?=\S)(.+?)\1")
_ITALIC = re.compile(r"(?<![\w*])([*_])(?=\S)([^*_\n]*[^*_\s])\1(?![\w*])")


def plain(text: str) -> str:
    """Return ``text`` as words alone: of a link its label, of a quotation, a heading or a list what stands there."""
    text = _LINK.sub(lambda link: link[1] or link[2], _FENCE.sub("", text))
    text = _BEGINNING.sub("", _ROW.sub(_cells, text))
    return _ITALIC.sub(r"\2", _PAIR.sub(r"\2", text))


def _cells(row: re.Match[str]) -> str:
    """Return a line of a table as its words; of the line under its head nothing."""
    words = row[0].replace("|", " ")
    return "" if "---" in words and not words.strip(" \t:-") else words
