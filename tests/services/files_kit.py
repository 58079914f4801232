"""Files to upload: made here, byte by byte, so that it is known what is in them."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from PIL import Image

from chatbeside.domain.files import StoredFile
from chatbeside.services.container import Services
from chatbeside.services.files import About
from chatbeside.services.principal import Principal

PLACE = "N"
CAMERA = "Camera-of-Ann"
WEBM = b"\x1aE\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"


def picture(kind: str = "JPEG", size: tuple[int, int] = (1000, 500), orientation: int = 1, **options: Any) -> bytes:
    """Return a picture, red on its left half, with a place and a camera in its EXIF."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, CAMERA
    exif.get_ifd(0x8825)[1] = PLACE
    written = io.BytesIO()
    if kind != "GIF":
        options["exif"] = exif
    image.save(written, kind, **options)
    return written.getvalue()


async def pieces(data: bytes, size: int = 60_000) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def upload(
    services: Services, who: Principal, name: str, data: bytes, declared: str = "", about: About | None = None
) -> StoredFile:
    return await services.files.receive(who, name, pieces(data), declared=declared, about=about)


async def content(services: Services, file: StoredFile) -> bytes:
    return b"".join([piece async for piece in await services.files.read(file, start=0, stop=file.size)])


def on_disk(data: Path) -> list[Path]:
    """Return every file that is kept, or arriving, in the data folder."""
    return sorted(path for path in (data / "files").rglob("*") if path.is_file())
