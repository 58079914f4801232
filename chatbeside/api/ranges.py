"""Parts of a file (RFC 9110, section 14): one range, as players and interrupted downloads ask for."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes\s*=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*", re.ASCII)


class Unsatisfiable(Exception):
    """The file has no such part."""


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes from ``start`` up to but not including ``stop`` of ``size``."""

    start: int
    stop: int
    size: int

    @property
    def content_range(self) -> str:
        """The value of Content-Range."""
        return f"bytes {self.start}-{self.stop - 1}/{self.size}"


def wanted(header: str | None, size: int) -> Part | None:
    """Return the part that a Range header asks for, or ``None`` for the whole file.

    What is not understood, several ranges among it, asks for the whole file.

    Raises:
        Unsatisfiable: It begins behind the end.
    """
    match = _RANGE.fullmatch(header) if header else None
    if match is None or match.group(1, 2) == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(int(last) + 1 if last else size, size)
        if last and int(last) < int(first):
            return None
    if start >= size:
        raise Unsatisfiable
    return Part(start, stop, size)
