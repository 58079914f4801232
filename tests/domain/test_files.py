import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbeside.domain.files import NAME_MOST, clean_name


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("photo.jpg", "photo.jpg"),
        ("Übersicht 2026 - final.pdf", "Übersicht 2026 - final.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\cv.doc", "cv.doc"),
        ("a/b/", "file"),
        ("", "file"),
        ("...", "file"),
        (".profile", "profile"),
        ("in\r\nvoice\0.pdf", "in voice.pdf"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\u200bb\ufeff.txt", "ab.txt"),
        ("who?.txt", "who_.txt"),
        ('"; filename="x.html', "_; filename=_x.html"),
        ("con.txt", "_con.txt"),
        ("LPT1", "_LPT1"),
        ("half\ud800.txt", "half.txt"),
        ("👩\u200d🚀.png", "👩\u200d🚀.png"),
        ("x" * 300 + ".tar.gz", "x" * (NAME_MOST - 3) + ".gz"),
    ],
)
def test_names(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


@given(st.text())
def test_every_name_is_a_name(name: str) -> None:
    cleaned = clean_name(name)
    assert 0 < len(cleaned) <= NAME_MOST
    assert not set(cleaned) & set('/\\<>:"|?*\r\n\0\u202e\u2066')
    assert cleaned == cleaned.strip(". ")
    cleaned.encode()
    assert clean_name(cleaned) == cleaned
