"""From an answer in Markdown that grows to whole sentences that can be spoken."""

import re

_BLOCK = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
# No part begins again where another one may have begun, so that no answer is slow to read.
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^\[)\s]*\)")
_SOURCE = re.compile(r"\s?\[\d{1,4}\]")
_ADDRESS = re.compile(r"https?://\S+")
_SIGNS = re.compile(r"[*_`#>~|]+")
_BULLET = re.compile(r"^[^\S\n]*(?:[-+•]|\d+[.)])\s+", re.MULTILINE)
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u231a-\u23ff\ufe0f\u20e3]")
_END = re.compile(r"(?<=[.!?…])[\"')\]”’]*\s+|(?<=[。！？])|\n+")  # noqa: RUF001
LONGEST = 400
"""Most characters of a sentence; a longer one is cut at a space."""


def plain(text: str) -> str:
    """Return Markdown as it can be read aloud: without marks, sources, addresses and code."""
    text = _BLOCK.sub(" (there is some code in the chat) ", text)
    text = _SOURCE.sub("", _LINK.sub(r"\1", text))
    text = _BULLET.sub("", _ADDRESS.sub("a link", text))
    return _EMOJI.sub("", _SIGNS.sub("", text))


def sentences(text: str, *, done: bool) -> list[str]:
    """Return the whole sentences of ``text``; while it is not ``done``, without its last one, which may go on."""
    pieces = _END.split(plain(text))
    if not done:
        pieces.pop()
    found: list[str] = []
    for piece in pieces:
        words = " ".join(piece.split())
        while len(words) > LONGEST:
            cut = words.rfind(" ", 1, LONGEST)
            cut = cut if cut > 0 else LONGEST
            found.append(words[:cut])
            words = words[cut:].strip()
        if any(character.isalnum() for character in words):
            found.append(words)
    return found
