"""Takes everything out of a picture that is not the picture: place, camera, comments, what was hung on at the end.

Nothing is decoded and no quality is lost: of each format only the parts are copied that a viewer needs. What remains
of EXIF is the orientation, for without it photographs lie on their side.
"""

import re
import zlib
from collections.abc import Callable, Iterator, Mapping

Parts = Iterator[bytes]

_JPEG_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.DOTALL)
_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT pHYs bKGD acTL fcTL fdAT".split()
)
_WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_FLAG_EXIF, _WEBP_FLAG_XMP = 0x08, 0x04
_PIECE = 1 << 20
_GIF_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


class Damaged(Exception):
    """The picture is not built as its format says."""


def without_metadata(media_type: str, data: memoryview, orientation: int) -> Parts:
    """Return the parts of a picture that make it up.

    Args:
        media_type: One of :data:`FORMATS`.
        data: The whole file.
        orientation: EXIF's number, 1 to 8, to be kept; 1 is upright.

    Raises:
        Damaged: At any part.
    """
    try:
        yield from FORMATS[media_type](data, orientation)
    except (IndexError, ValueError) as error:
        raise Damaged(str(error)) from error


def _exif(orientation: int) -> bytes:
    """Return the smallest EXIF there is: little endian, one entry (0x0112, SHORT, 1 value)."""
    entry = b"\x12\x01\x03\x00\x01\x00\x00\x00" + orientation.to_bytes(2, "little") + b"\x00\x00"
    return b"II*\x00\x08\x00\x00\x00\x01\x00" + entry + b"\x00\x00\x00\x00"


def _take(data: memoryview, start: int, length: int) -> bytes:
    if start + length > len(data):
        raise Damaged("It ends too early.")
    return bytes(data[start : start + length])


def _jpeg(data: memoryview, orientation: int) -> Parts:
    """ITU-T T.81, annex B. Kept of the application segments: JFIF, ICC profile, Adobe's colour transform."""
    yield _take(data, 0, 2)
    at = 2
    if orientation != 1:
        exif = b"Exif\x00\x00" + _exif(orientation)
        yield b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    while True:
        if data[at] != 0xFF:
            raise Damaged("There is no marker where one must be.")
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if marker == 0xD9:
            yield b"\xff\xd9"
            return
        if marker in _JPEG_ALONE:
            at += 2
            continue
        length = int.from_bytes(_take(data, at + 2, 2), "big")
        segment = _take(data, at, 2 + length)
        at += len(segment)
        if _jpeg_needs(marker, segment[4:]):
            yield segment
        if marker == 0xDA:  # the coded picture follows, up to the next real marker
            end = _jpeg_next(data, at)
            yield from _copied(data, at, end)
            at = end


def _jpeg_next(data: memoryview, at: int) -> int:
    # In pieces, so that other threads get their turn; each begins with the last byte of the one before.
    while at + 1 < len(data):
        found = _JPEG_MARKER.search(data, at, at + _PIECE)
        if found is not None:
            return found.start()
        at += _PIECE - 1
    raise Damaged("The picture has no end.")


def _jpeg_needs(marker: int, body: bytes) -> bool:
    if marker == 0xFE:
        return False
    if not 0xE0 <= marker <= 0xEF:
        return True
    wanted = {0xE0: b"JFIF\x00", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}.get(marker)
    return wanted is not None and body.startswith(wanted)


def _png(data: memoryview, orientation: int) -> Parts:
    """PNG, third edition, section 5. The signature, then chunks of length, type, data and CRC."""
    yield _take(data, 0, 8)
    at, kind = 8, b""
    while kind != b"IEND":
        length = int.from_bytes(_take(data, at, 4), "big")
        kind = _take(data, at + 4, 4)
        if at + 12 + length > len(data):
            raise Damaged("A chunk ends too late.")
        if kind in _PNG_KEPT:
            yield from _copied(data, at, at + 12 + length)
        if kind == b"IHDR" and orientation != 1:
            yield _png_chunk(b"eXIf", _exif(orientation))
        at += 12 + length


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def _webp(data: memoryview, orientation: int) -> Parts:
    """RFC 9649: RIFF chunks of type, length and data, padded to an even length."""
    end = 8 + int.from_bytes(_take(data, 4, 4), "little")
    chunks: list[tuple[bytes, int, int]] = []
    at = 12
    while at + 8 <= min(end, len(data)):
        kind, length = _take(data, at, 4), int.from_bytes(_take(data, at + 4, 4), "little")
        stop = at + 8 + length + length % 2
        if at + 8 + length > len(data):
            raise Damaged("A chunk ends too late.")
        if kind in _WEBP_KEPT:
            chunks.append((kind, at, min(stop, len(data))))
        at = stop
    extended = bool(chunks) and chunks[0][0] == b"VP8X"
    exif = _exif(orientation) if extended and orientation != 1 else b""
    tail = b"EXIF" + len(exif).to_bytes(4, "little") + exif if exif else b""
    size = 4 + sum(stop - start + (stop - start) % 2 for _, start, stop in chunks) + len(tail)
    yield b"RIFF" + size.to_bytes(4, "little") + b"WEBP"
    for kind, start, stop in chunks:
        if kind == b"VP8X":
            head = bytearray(_take(data, start, stop - start))
            head[8] &= ~(_WEBP_FLAG_EXIF | _WEBP_FLAG_XMP)
            head[8] |= _WEBP_FLAG_EXIF if exif else 0
            yield bytes(head)
        else:
            yield from _copied(data, start, stop)
            yield b"\x00" * ((stop - start) % 2)
    yield tail


def _gif(data: memoryview, _orientation: int) -> Parts:
    """GIF89a. Kept are pictures, their timing and how often they repeat."""
    at = 13 + _gif_colours(data[10])
    yield _take(data, 0, at)
    while True:
        start, kind = at, data[at]
        if kind == 0x3B:
            yield b"\x3b"
            return
        if kind == 0x21:
            label = data[at + 1]
            at = _gif_blocks(data, at + 2)
            if label == 0xF9 or (label == 0xFF and bytes(data[start + 3 : start + 14]) in _GIF_LOOPS):
                yield from _copied(data, start, at)
        elif kind == 0x2C:
            at = _gif_blocks(data, at + 11 + _gif_colours(data[at + 9]))
            yield from _copied(data, start, at)
        else:
            raise Damaged("There is no block where one must be.")


def _gif_colours(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_blocks(data: memoryview, at: int) -> int:
    while size := data[at]:
        at += 1 + size
    return at + 1


def _copied(data: memoryview, start: int, stop: int) -> Parts:
    for at in range(start, stop, _PIECE):
        yield bytes(data[at : min(at + _PIECE, stop)])


FORMATS: Mapping[str, Callable[[memoryview, int], Parts]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
    "image/gif": _gif,
}
"""The formats that can be read here."""
