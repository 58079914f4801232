"""The colours hold what tokens.css claims (WCAG 2.2: text 4.5 : 1, controls and rules 3 : 1), in both themes."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "assets/styles/tokens.css").read_text("utf-8")
_VALUE = re.compile(r"--([\w-]+):\s*(#[0-9a-f]{6});(?:[ \t]*/\*(.*?)\*/)?")
_CLAIM = re.compile(r"([a-z][\w-]*) (\d+\.\d)(?=,|\s*$)")
NOT_TEXT = {"line-strong", "accent-line", "online", "ok-fill", "danger-fill", "stage-ring"}

# Pairs that components use and the tokens' comments do not name: text on each surface it stands on.
USED = [
    (text, surface)
    for text, surfaces in {
        "ink": ("raised", "sunken", "hover", "active", "accent-soft", "danger-soft"),
        "ink-2": ("raised", "sunken", "hover", "own"),
        "ink-3": ("raised", "sunken", "hover", "own"),
        "accent-text": ("raised", "hover", "own", "active"),
        "danger-text": ("raised", "canvas", "sunken", "hover"),
        "ok-text": ("sheet", "raised"),
        "notice-ink": ("notice",),
        "accent-ink": ("accent", "accent-hover"),
    }.items()
    for surface in surfaces
]


def block(selector: str) -> str:
    start = CSS.index(selector)
    return CSS[start : CSS.index("}", start)]


LIGHT = block(":root,\n:root.light")
DARK = block("\n:root.dark {")
SYSTEM = block(":root:not(.light, .dark)")
STAGE = block(".stage {")


def colours(text: str) -> dict[str, str]:
    return {name: value for name, value, _ in _VALUE.findall(text)}


def claims(text: str) -> list[tuple[str, str, float]]:
    return [
        (name, surface, float(ratio))
        for name, _, comment in _VALUE.findall(text)
        for surface, ratio in _CLAIM.findall(comment.split("|")[-1])
    ]


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_the_claims_are_read() -> None:
    assert len(claims(LIGHT)) >= 30
    assert len(claims(DARK)) >= 30
    assert len(claims(STAGE)) >= 6


@pytest.mark.parametrize(
    ("theme", "name", "surface", "claimed"),
    [(theme, *claim) for theme, text in (("light", LIGHT), ("dark", DARK), ("stage", STAGE)) for claim in claims(text)],
)
def test_a_claimed_pair(theme: str, name: str, surface: str, claimed: float) -> None:
    values = colours({"light": LIGHT, "dark": DARK, "stage": STAGE}[theme])
    measured = ratio(values[name], values[surface])
    assert measured == pytest.approx(claimed, abs=0.1)
    assert measured >= (3 if name in NOT_TEXT else 4.5)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "surface"), USED)
def test_a_used_pair(theme: str, text: str, surface: str) -> None:
    values = colours(LIGHT if theme == "light" else DARK)
    assert ratio(values[text], values[surface]) >= 4.5


def test_dark_is_the_same_whether_chosen_or_asked_for_by_the_system() -> None:
    assert colours(SYSTEM) == colours(DARK)
    assert colours(LIGHT).keys() == colours(DARK).keys()
