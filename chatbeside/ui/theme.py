"""Style sheets, fonts, the theme and what else stands in the head of every page."""

from typing import Any, Final, Literal

import reflex as rx
from reflex.style import color_mode, set_color_mode
from reflex.vars.base import Var

Choice = Literal["light", "dark", "system"]

SHEETS: Final = (
    "tokens",
    "base",
    "forms",
    "layout",
    "list",
    "timeline",
    "poll",
    "composer",
    "attachments",
    "assistant",
    "details",
    "dialogs",
    "hands",
    "rooms",
    "search",
    "link",
    "door",
    "hello",
    "settings",
    "admin",
    "calls",
    "check",
    "skeleton",
)
"""The style sheets of ``assets/styles``, in their order; a component's sheet comes after the tokens."""

STYLESHEETS: Final = [f"/styles/{name}.css" for name in SHEETS]

_TEXT_FONT: Final = "/fonts/atkinson-hyperlegible-next-latin-wght-normal.woff2"


def head() -> list[rx.Component]:
    """Return what every page has in its head.

    Text shows in the system's font until the page's own is there, so the scripts go first on a slow line.
    """
    return [
        rx.el.link(
            rel="preload",
            href=_TEXT_FONT,
            custom_attrs={"as": "font", "type": "font/woff2", "crossOrigin": "anonymous", "fetchPriority": "low"},
        ),
        rx.el.link(rel="icon", href="/mark.svg", custom_attrs={"type": "image/svg+xml"}),
        rx.el.link(rel="apple-touch-icon", href="/icons/180.png"),
        rx.el.link(rel="manifest", href="/manifest.webmanifest"),
        rx.el.meta(name="color-scheme", content="light dark"),
        rx.el.meta(name="theme-color", content="#edeae4", custom_attrs={"media": "(prefers-color-scheme: light)"}),
        rx.el.meta(name="theme-color", content="#151311", custom_attrs={"media": "(prefers-color-scheme: dark)"}),
    ]


def chosen() -> Var[str]:
    """Return the chosen theme: ``light``, ``dark`` or ``system``."""
    return color_mode


def choose(theme: Choice) -> Any:
    """Return the event that chooses a theme. It runs in the browser and is kept there."""
    return set_color_mode(theme)
