"""Icons from the sprite ``icons.svg`` (Lucide, ISC licence) and the product's mark.

The sprite is part of the page, not a file that the page fetches: the icons that say "offline" and
"waiting" are needed just when nothing can be fetched.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import reflex as rx
from reflex.vars.base import Var

_SPRITE = Path(__file__).with_name("icons.svg")


@cache
def names() -> frozenset[str]:
    """Return the names that the sprite has."""
    return frozenset(re.findall(r'<symbol id="i-([a-z0-9-]+)"', _SPRITE.read_text("utf-8")))


def sprite(_stateful: bool) -> rx.Component:
    """Return the sprite as a wrap of the whole app; it shows nothing itself."""
    symbols = "".join(re.findall(r"<symbol .*?</symbol>", _SPRITE.read_text("utf-8"), re.DOTALL))
    return rx.fragment(
        rx.el.svg(
            width="0",
            height="0",
            class_name="hide",
            custom_attrs={"aria-hidden": "true", "dangerouslySetInnerHTML": {"__html": symbols}},
        )
    )


def icon(name: str | Var[str], class_name: str = "") -> rx.Component:
    """Return an icon of the sprite, 18 px unless a style says otherwise. It is hidden from assistive technology.

    Args:
        name: A Lucide name that the sprite has; a Var must come to one.
        class_name: Further classes, such as ``tiny``.

    Raises:
        ValueError: The sprite has no such icon.
    """
    if isinstance(name, str) and name not in names():
        raise ValueError(f"{_SPRITE.name} has no icon {name!r}.")
    href = f"#i-{name}" if isinstance(name, str) else Var.create("#i-") + name
    return rx.el.svg(
        rx.el.svg.use(href=href), class_name=f"i {class_name}".strip(), custom_attrs={"aria-hidden": "true"}
    )


def mark(size: int) -> rx.Component:
    """Return the mark: two forms beside each other, ``size`` pixels wide (never under 16)."""
    return rx.el.svg(
        rx.el.svg.path(class_name="m1", d="M3 28V13a7 7 0 0 1 14 0v8a7 7 0 0 1-7 7Z"),
        rx.el.svg.path(class_name="m2", d="M29 28V17.5a5 5 0 0 0-10 0V23a5 5 0 0 0 5 5Z"),
        view_box="0 0 32 32",
        width=str(size),
        height=str(size),
        class_name="mark",
        custom_attrs={"aria-hidden": "true"},
    )


def icon_button(name: str, label: str, *, class_name: str = "", **props: Any) -> rx.Component:
    """Return a square button with an icon; ``label`` is its name and its tooltip."""
    attrs = {"aria-label": label, **props.pop("custom_attrs", {})}
    return rx.el.button(
        icon(name), type="button", title=label, class_name=f"ib {class_name}".strip(), custom_attrs=attrs, **props
    )
