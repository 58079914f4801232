import time

import pytest

from chatbeside.domain import mentions
from chatbeside.domain.mentions import MENTIONS_MOST, called


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("hello @ann", [("ann",)]),
        ("@Ann, @BEN: hi", [("ann",), ("ben",)]),
        ("(@ann) *@ben*", [("ann",), ("ben",)]),
        ("is it @ann?", [("ann",)]),
        ("ask @ann.", [("ann",)]),
        ("ask @ann-lee.b", [("ann-lee.b", "ann-lee", "ann")]),
        ("@ann @Ann @ANN", [("ann",)]),
        ("@Jürgen @小明", [("jürgen",), ("小明",)]),
        ("@\uff21nn", [("ann",)]),
        ("@" + "x" * 33, []),
        ("@" + "x" * 30 + "-tail", [("x" * 30,)]),
        ("mail ann@example.org or see https://x.example/@ann", []),
        ("@@ann", []),
        ("@ ann", []),
        ("`@ann` and ```\n@ben\n``` but @cleo", [("cleo",)]),
        ("```\n@ann never closed", []),
        ("an unclosed ` tick @ann", [("ann",)]),
        ("nobody", []),
    ],
)
def test_names(content: str, names: list[tuple[str, ...]]) -> None:
    assert list(called(content).names) == names


@pytest.mark.parametrize(
    ("content", "room"),
    [("@room", True), ("@All!", True), ("@here.", True), ("@everyone", True), ("@channel", True), ("`@room`", False)],
)
def test_the_whole_room(content: str, room: bool) -> None:
    assert called(content).room is room


def test_system_is_nobody_and_not_everybody() -> None:
    assert called("@system").room is False


def test_only_so_many_count() -> None:
    assert len(called(" ".join(f"@name{n}" for n in range(1000))).names) == MENTIONS_MOST


@pytest.mark.parametrize("text", ["@" + "a-" * 50_000, "`" * 100_000, "@" * 100_000, "@a " * 33_000, "`a\n" * 33_000])
def test_a_text_made_to_be_slow_is_not(text: str) -> None:
    began = time.process_time()
    called(text)
    assert time.process_time() - began < 0.5


def test_a_name_that_is_called_again_and_again_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    real = mentions._readings

    def counted(text: str) -> tuple[str, ...]:
        read.append(text)
        return real(text)

    monkeypatch.setattr(mentions, "_readings", counted)
    assert len(called("@a.b.c.d.e.f.g.h " * 700).names) == 1
    assert len(read) == 1
    read.clear()
    found = called("".join(f"@n{number}.b.c " for number in range(900)) + "@room")
    assert (len(found.names), found.room) == (MENTIONS_MOST, True)
    assert len(read) == MENTIONS_MOST
