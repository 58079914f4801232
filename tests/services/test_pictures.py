"""What is left of a picture after it came in."""

import io
from pathlib import Path

import pytest
from PIL import Image

from chatbeside.domain.picture_parts import Damaged, without_metadata
from chatbeside.services import pictures
from tests.services.files_kit import CAMERA, picture

TAIL = b"<script>alert(1)</script>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def clean(folder: Path, data: bytes) -> tuple[pictures.Picture, bytes, Image.Image | None]:
    came, cleaned, small = (folder / name for name in ("came", "cleaned", "small"))
    came.write_bytes(data)
    found = pictures.clean(came, cleaned, small)
    thumbnail = Image.open(io.BytesIO(small.read_bytes())) if small.exists() else None
    return found, cleaned.read_bytes(), thumbnail


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_only_the_picture_remains(folder: Path, kind: str, orientation: int) -> None:
    found, cleaned, small = clean(folder, picture(kind, (900, 300), orientation) + TAIL)
    turned = orientation in (6, 8)
    assert found == pictures.Picture(f"image/{kind.lower()}", *((300, 900) if turned else (900, 300)), True)
    assert CAMERA.encode() not in cleaned
    assert TAIL not in cleaned
    with Image.open(io.BytesIO(cleaned)) as kept:
        exif = kept.getexif()
        assert set(exif) <= {0x0112}
        assert not exif.get_ifd(0x8825)
        assert exif.get(0x0112, 1) == orientation or kept.size == (found.width, found.height)
    assert small is not None
    assert small.format == "WEBP"
    assert small.size == ((227, 680) if turned else (680, 227))
    assert not small.getexif()
    red = {1: (50, 50), 3: (600, 50), 6: (50, 50), 8: (50, 600)}[orientation]
    pixel = small.convert("RGB").getpixel(red)
    assert pixel[0] > 200 > 60 > pixel[2]


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 100}, {"comment": b"said on the side"}])
def test_a_photograph_loses_no_quality(folder: Path, options: dict) -> None:
    noise = Image.effect_noise((640, 480), 90).convert("RGB")
    written = io.BytesIO()
    noise.save(written, "JPEG", exif=Image.Exif(), icc_profile=b"profile" * 30, **options)
    _, cleaned, _ = clean(folder, written.getvalue())
    with Image.open(io.BytesIO(written.getvalue())) as before, Image.open(io.BytesIO(cleaned)) as after:
        assert before.tobytes() == after.tobytes()
        assert after.info["icc_profile"] == b"profile" * 30
        assert "comment" not in after.info


def test_what_moves_goes_on_moving(folder: Path) -> None:
    frames = [Image.new("RGB", (50, 40), (number * 60, 0, 0)) for number in range(4)]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:], loop=3, duration=70, comment=b"aside")
    found, cleaned, small = clean(folder, written.getvalue() + TAIL)
    assert (found.width, found.height, found.small) == (50, 40, True)
    with Image.open(io.BytesIO(cleaned)) as kept:
        assert (kept.n_frames, kept.info["loop"], kept.info["duration"]) == (4, 3, 70)
    assert b"aside" not in cleaned
    assert TAIL not in cleaned
    assert small is not None
    assert small.size == (50, 40)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_colour_gets_a_small_picture(folder: Path, mode: str) -> None:
    written = io.BytesIO()
    Image.new(mode, (20, 10)).save(written, "PNG")
    found, _, small = clean(folder, written.getvalue())
    assert found == pictures.Picture("image/png", 20, 10, True)
    assert small is not None
    assert (small.mode == "RGBA") is (mode in ("LA", "RGBA"))


def test_a_picture_of_too_many_pixels_is_never_unfolded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "PIXELS_MOST", 90 * 90)
    found, cleaned, small = clean(folder, picture("JPEG", (91, 90)))
    assert found == pictures.Picture("image/jpeg", 91, 90, False)
    assert small is None
    assert CAMERA.encode() not in cleaned


def test_a_bomb_is_no_picture(folder: Path) -> None:
    # 40,000 x 40,000 pixels in the header, next to nothing behind it.
    bomb = bytearray(picture("PNG", (8, 8)))
    bomb[16:24] = (40_000).to_bytes(4, "big") * 2
    with pytest.raises(pictures.NoPicture):
        clean(folder, bytes(bomb))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_damaged_picture_is_none(folder: Path, kind: str) -> None:
    whole = picture(kind, (300, 200))
    for number, cut in enumerate(range(0, len(whole) - 2, max(1, len(whole) // 40))):
        place = folder / str(number)
        place.mkdir()
        try:
            clean(place, whole[:cut])
        except (pictures.NoPicture, ValueError):
            continue
        pytest.fail(f"{cut} of {len(whole)} bytes were taken for a picture")


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "gif"])
def test_garbage_is_damaged_and_nothing_else(kind: str) -> None:
    whole = picture(kind.upper(), (60, 40))
    for place in range(len(whole)):
        broken = bytearray(whole)
        broken[place] ^= 0xFF
        try:
            b"".join(without_metadata(f"image/{kind}", memoryview(bytes(broken)), 6))
        except Damaged:
            continue
