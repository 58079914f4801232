"""The addresses in a text."""

import re

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\^{|}\x00-\x20]{1,2048}", re.IGNORECASE)
_TRAILING = ".,;:!?*_~"
_CLOSING = {")": "(", "]": "["}


def first_link(text: str) -> str | None:
    """Return the first http or https address in ``text`` outside of code, without the sentence's own signs."""
    found = _ADDRESS.search(_CODE.sub(" ", text))
    if found is None:
        return None
    link = found[0]
    while link and (
        link[-1] in _TRAILING or (link[-1] in _CLOSING and link.count(_CLOSING[link[-1]]) < link.count(link[-1]))
    ):
        link = link[:-1]
    return link if "." in link or "[" in link else None
