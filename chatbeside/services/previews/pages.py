"""What a page says about itself: Open Graph (https://ogp.me), else its title and description. For a worker thread."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

TITLE_MOST = 200
DESCRIPTION_MOST = 300
SITE_MOST = 80
_HEAD_MOST = 128 * 1024
"""Bytes that are read for what a page says about itself; it stands at the beginning."""

# The encodings of the web (https://encoding.spec.whatwg.org), and no other codec that Python happens to have.
_ENCODING = re.compile(
    r"utf-?8|us-ascii|ascii|latin-?1|iso-?8859-?\d{1,2}|(?:windows|cp)-?125[0-8]|windows-874|macintosh|koi8-[ru]"
    r"|shift[_-]?jis|sjis|euc-(?:jp|kr)|iso-2022-jp|gbk|gb2312|gb18030|big5(?:-hkscs)?|utf-16(?:le|be)?"
)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_OPEN_GRAPH = ("title", "description", "site_name", "image", "image:url", "image:secure_url")
_WANTED = frozenset(
    [*(f"og:{name}" for name in _OPEN_GRAPH), "twitter:title", "twitter:description", "twitter:image", "description"]
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says about itself, as plain text on one line; ``picture`` is an address as it is written there."""

    title: str
    description: str
    site: str
    picture: str


def read(body: bytes, charset: str | None) -> Said:
    """Return what the page says about itself; every part may be empty.

    Args:
        body: The beginning of the page.
        charset: What its ``Content-Type`` says.
    """
    head = _Head()
    # Never closed: what is open at the end is left alone, in linear time.
    head.feed(_decoded(body[:_HEAD_MOST], charset))
    meta: Mapping[str, str] = head.meta

    def first(*names: str) -> str:
        return next((meta[name] for name in names if meta.get(name)), "")

    return Said(
        title=_line(first("og:title", "twitter:title") or head.title, TITLE_MOST),
        description=_line(first("og:description", "twitter:description", "description"), DESCRIPTION_MOST),
        site=_line(first("og:site_name"), SITE_MOST),
        picture=first("og:image:secure_url", "og:image:url", "og:image", "twitter:image").strip()[:2048],
    )


class _Head(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.meta: dict[str, str] = {}
        self.title = ""
        self._in_title = False
        self._over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self._over = True
        elif tag == "title" and not self.title:
            self._in_title = True
        elif tag == "meta" and not self._over:
            given = dict(attrs)
            name = (given.get("property") or given.get("name") or "").strip().lower()
            content = given.get("content") or ""
            if name in _WANTED and content.strip():
                self.meta.setdefault(name, content[:4096])

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        elif tag == "head":
            self._over = True

    def handle_data(self, data: str) -> None:
        if self._in_title and not self._over and len(self.title) < 1000:
            self.title += data


def _decoded(body: bytes, charset: str | None) -> str:
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    found = _META_CHARSET.search(body[:2048])
    for name in (charset, found[1].decode("ascii").lower() if found else None):
        if name and _ENCODING.fullmatch(name):
            try:
                return body.decode(name, "replace")
            except LookupError:
                continue
    return body.decode("utf-8", "replace")


def _line(text: str, most: int) -> str:
    """Return ``text`` on one line, without what cannot be seen or would turn the line around."""
    seen = "".join(
        " " if char.isspace() else char
        for char in text[:4096]
        if char.isspace() or unicodedata.category(char)[0] != "C"
    )
    line = " ".join(seen.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
