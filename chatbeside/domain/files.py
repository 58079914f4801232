"""What is known of a stored file, what it may be called, and which kinds a browser may show in place."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from chatbeside.domain.models import Attachment

ATTACHMENTS_MOST = 10
"""Files in one message."""
NAME_MOST = 120
"""Characters in a file's name."""
THUMBNAIL_EDGE = 680
"""Most pixels of a thumbnail's longer edge."""
PIXELS_MOST = 50_000_000
"""A picture of more pixels is kept as a plain file: nobody's memory is spent on unfolding it."""
UNSENT_FOR = timedelta(days=1)
"""How long a file waits for the message that names it."""

PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"})
PLAYABLE = frozenset(
    {
        "audio/mpeg",
        "audio/mp4",
        "audio/ogg",
        "audio/webm",
        "audio/wav",
        "audio/flac",
        "audio/aac",
        "video/mp4",
        "video/webm",
        "video/ogg",
    }
)
"""Sound and film that browsers play. Like pictures they cannot run anything."""
UNKNOWN = "application/octet-stream"
TEXT = "text/plain"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that somebody uploaded.

    ``media_type`` was found in the content. ``thumbnail`` says that there is one, and that the content was proven to
    be a picture. ``message_id`` is the message that the file was given to; ``sent_at`` is set once that message is
    known to be stored, and while it is not set the file is looked at again later.
    """

    id: str
    uploader_id: str
    name: str
    media_type: str
    size: int
    checksum: str
    created_at: datetime
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    thumbnail: bool = False
    message_id: str | None = None
    sent_at: datetime | None = None

    @property
    def inline(self) -> bool:
        """Whether a browser may show it in place; everything else is only ever downloaded."""
        return self.media_type in PLAYABLE or (self.media_type in PICTURES and self.thumbnail)

    @property
    def blobs(self) -> tuple[str, ...]:
        """The keys under which its content is kept."""
        return (self.id, thumbnail_key(self.id)) if self.thumbnail else (self.id,)

    def attachment(self) -> Attachment:
        """Return it as a message names it."""
        return Attachment(
            file_id=self.id,
            name=self.name,
            media_type=self.media_type,
            size=self.size,
            width=self.width,
            height=self.height,
            duration=self.duration,
            thumbnail=self.thumbnail,
        )


def thumbnail_key(file_id: str) -> str:
    """Return the key of a file's thumbnail."""
    return f"{file_id}.thumbnail"


_UNSAFE = re.compile(r'[<>:"|?*]')
_SPACES = re.compile(r"\s+")
_JOINERS = frozenset("\u200c\u200d")  # parts of words in some scripts, and of emoji
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def clean_name(name: str) -> str:
    """Return a name that is only a name, on every system, and looks like what it is.

    Folders, control characters, marks that turn the direction of writing (``gpj.exe`` shown as ``exe.jpg``), characters
    that some systems refuse and dots or spaces at the ends are taken out; a long name is cut before its ending.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", maxsplit=1)[-1]
    seen = "".join(char for char in last if char in _JOINERS or not _invisible(char))
    text = _UNSAFE.sub("_", _SPACES.sub(" ", seen)).strip(". ")
    if _DEVICES.fullmatch(text):
        text = f"_{text}"
    if len(text) > NAME_MOST:
        ending = PurePosixPath(text).suffix[:16]
        text = text[: NAME_MOST - len(ending)].rstrip(". ") + ending
    return text or "file"


def _invisible(char: str) -> bool:
    return unicodedata.category(char) in _INVISIBLE and not char.isspace()
