"""What an uploaded file is, by its content and never by its name. For a worker thread."""

import codecs
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import filetype

from chatbeside.domain.files import PICTURES, TEXT, UNKNOWN
from chatbeside.services import pictures
from chatbeside.store.blobs.folder import on_disk

_HEAD = 8192
_USUAL: Mapping[str, str] = {"audio/x-wav": "audio/wav", "audio/x-flac": "audio/flac"}
_SAME_CONTAINER = (
    frozenset({"video/webm", "audio/webm"}),
    frozenset({"video/ogg", "audio/ogg"}),
    frozenset({"video/mp4", "audio/mp4"}),
)
"""Types that only a look inside would tell apart; here the sender is believed."""
_TEXT_CONTROLS = frozenset("\t\n\r\f\x1b")


@dataclass(frozen=True, slots=True)
class Inspected:
    """What was found. ``path`` is what is to be kept: the file as it came, or cleaned."""

    path: Path
    media_type: str
    size: int
    checksum: str
    width: int | None = None
    height: int | None = None
    thumbnail: bool = False


def inspect(path: Path, cleaned: Path, thumbnail: Path, declared: str) -> Inspected:
    """Find out what a file is; clean it if it is a picture.

    Args:
        path: What came in.
        cleaned: Where a cleaned picture goes.
        thumbnail: Where a small picture goes.
        declared: The type that the sender named.

    Raises:
        NoRoom: The disk is full.
        StoreUnavailable: The disk cannot be written.
    """
    with on_disk():
        try:
            picture = pictures.clean(path, cleaned, thumbnail)
        except pictures.NoPicture:
            with path.open("rb") as file:
                found = _by_head(file.read(_HEAD), declared.partition(";")[0].strip().lower())
            return Inspected(path, found, path.stat().st_size, _checksum(path))
        return Inspected(
            cleaned,
            picture.media_type,
            cleaned.stat().st_size,
            _checksum(cleaned),
            picture.width,
            picture.height,
            picture.small,
        )


def _by_head(head: bytes, declared: str) -> str:
    guessed: str | None = filetype.guess_mime(head)
    if guessed is None:
        return TEXT if _is_text(head) else UNKNOWN
    found = _USUAL.get(guessed, guessed)
    if found in PICTURES:  # it begins like one and is none
        return UNKNOWN
    if any(found in same and declared in same for same in _SAME_CONTAINER):
        return declared
    return found


def _is_text(head: bytes) -> bool:
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return all(char >= " " or char in _TEXT_CONTROLS for char in text)


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
