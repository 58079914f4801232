"""What a picture is and how it looks when it is small. Everything here is for a worker thread."""

import io
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from chatbeside.domain.avatars import EDGE
from chatbeside.domain.files import PICTURES, PIXELS_MOST, THUMBNAIL_EDGE
from chatbeside.domain.picture_parts import FORMATS, Damaged, without_metadata

_PILLOW_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
_ORIENTATION = 0x0112
_QUALITY = 82
_PROFILE_MOST = 64 * 1024


class NoPicture(Exception):
    """This is no picture that can be shown, whatever it calls itself."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was understood. ``width`` and ``height`` are in pixels, as it is to be seen.

    ``small`` says that there is a thumbnail: what has too many pixels is never unfolded.
    """

    media_type: str
    width: int
    height: int
    small: bool


def clean(path: Path, into: Path, thumbnail: Path) -> Picture:
    """Copy a picture without what it tells beside the picture, and make a small one.

    Args:
        path: What came in.
        into: Where the cleaned picture goes; a new file.
        thumbnail: Where the small one goes: WebP, upright, at most :data:`THUMBNAIL_EDGE` pixels.

    Raises:
        NoPicture: It is not one of the known formats, or is damaged.
        OSError: The disk cannot be written.
    """
    with _understood(), Image.open(path, formats=_PILLOW_FORMATS) as image:
        media_type = Image.MIME.get(image.format or "", "")
        width, height = image.size
        orientation = _orientation(image)
        fits = width * height <= PIXELS_MOST
        if media_type not in PICTURES or not (fits or media_type in FORMATS):
            raise NoPicture
        again = _again(image) if media_type not in FORMATS else None
        small = _small(image) if fits else None
    if small is not None:
        thumbnail.write_bytes(small)
    if again is not None:
        into.write_bytes(again)
    else:
        _copy_parts(path, into, media_type, orientation)
    if orientation >= 5:
        width, height = height, width
    return Picture(media_type, width, height, small is not None)


def square(picture: bytes) -> bytes:
    """Return the middle of a small picture as a square WebP of :data:`EDGE` pixels a side.

    Raises:
        NoPicture: It is damaged.
    """
    with _understood(), Image.open(io.BytesIO(picture), formats=_PILLOW_FORMATS) as image:
        written = io.BytesIO()
        middle = ImageOps.fit(image, (EDGE, EDGE), Image.Resampling.LANCZOS)
        middle.save(written, "WEBP", quality=_QUALITY, method=4, exif=b"", xmp=b"")
        return written.getvalue()


@contextmanager
def _understood() -> Iterator[None]:
    """Turn whatever a decoder makes of a malformed file into :class:`NoPicture`.

    Decoders meet hostile files here, and raise whatever their parsing happens to run into.
    """
    try:
        yield
    except Exception as error:
        raise NoPicture from error


def _orientation(image: Image.Image) -> int:
    found = image.getexif().get(_ORIENTATION, 1)
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def _small(image: Image.Image) -> bytes:
    image.draft("RGB", (THUMBNAIL_EDGE, THUMBNAIL_EDGE))  # a JPEG need not be unfolded whole
    profile = image.info.get("icc_profile") if image.mode in ("RGB", "RGBA") else None
    small: Image.Image = image
    if image.mode not in ("RGB", "RGBA"):
        transparent = "transparency" in image.info or image.mode in ("LA", "PA", "La")
        small = image.convert("RGBA" if transparent else "RGB")
    small.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    small = ImageOps.exif_transpose(small)
    written = io.BytesIO()
    options = {"icc_profile": profile} if profile and len(profile) <= _PROFILE_MOST else {"icc_profile": b""}
    small.save(written, "WEBP", quality=_QUALITY, method=3, exif=b"", xmp=b"", **options)
    return written.getvalue()


def _again(image: Image.Image) -> bytes:
    """Return a picture whose format has no reader in ``picture_parts`` (AVIF), written anew and upright."""
    written = io.BytesIO()
    profile = image.info.get("icc_profile") or b""
    ImageOps.exif_transpose(image).save(written, image.format, quality=85, exif=b"", xmp=b"", icc_profile=profile)
    return written.getvalue()


def _copy_parts(path: Path, into: Path, media_type: str, orientation: int) -> None:
    with (
        path.open("rb") as source,
        mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
        memoryview(mapped) as data,
        into.open("xb") as target,
    ):
        try:
            for part in without_metadata(media_type, data, orientation):
                target.write(part)
        except Damaged as error:
            raise NoPicture from error
