"""The small picture of a preview: whatever came is drawn anew. For a worker thread."""

import base64
import io

from PIL import Image, ImageOps

KINDS = ("image/jpeg", "image/png", "image/webp", "image/gif")
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
EDGE = 168
"""Pixels of its edge: twice what it takes on the page."""
_PIXELS_MOST = 12_000_000
_BYTES_MOST = 9_000
_QUALITIES = (70, 45, 20)


def small(picture: bytes) -> str:
    """Return a square picture as a ``data:`` address of at most about 12,000 characters, or nothing.

    Args:
        picture: A file that calls itself a picture.
    """
    try:
        with Image.open(io.BytesIO(picture), formats=_FORMATS) as image:
            width, height = image.size
            if width * height > _PIXELS_MOST or min(width, height) < 16:
                return ""
            image.draft("RGB", (2 * EDGE, 2 * EDGE))
            square = ImageOps.fit(ImageOps.exif_transpose(image).convert("RGB"), (EDGE, EDGE))
    except Exception:  # decoders meet hostile files here and raise whatever they run into
        return ""
    for quality in _QUALITIES:
        written = io.BytesIO()
        square.save(written, "WEBP", quality=quality, method=4, exif=b"", xmp=b"", icc_profile=b"")
        if written.tell() <= _BYTES_MOST:
            return "data:image/webp;base64," + base64.b64encode(written.getvalue()).decode("ascii")
    return ""
