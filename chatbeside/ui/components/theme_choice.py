"""Light, dark, or as the system says."""

from typing import Final

import reflex as rx

from chatbeside.ui import theme
from chatbeside.ui.icons import icon

_THEMES: Final[tuple[tuple[theme.Choice, str, str], ...]] = (
    ("light", "Light", "sun"),
    ("dark", "Dark", "moon"),
    ("system", "System", "monitor"),
)


def theme_segments() -> rx.Component:
    """Return the choice as a segmented control, for menus."""
    buttons = [
        rx.el.button(
            icon(sign),
            name,
            type="button",
            on_click=theme.choose(value),
            custom_attrs={"aria-pressed": rx.cond(theme.chosen() == value, "true", "false")},
        )
        for value, name, sign in _THEMES
    ]
    return rx.el.div(*buttons, class_name="seg", role="group", custom_attrs={"aria-label": "Appearance"})


def theme_cards() -> rx.Component:
    """Return the choice as three small pictures of the product, for the settings."""
    cards = [
        rx.el.button(
            rx.el.span(rx.el.b(rx.el.u(), rx.el.u(), rx.el.u(class_name="a")), class_name="thp"),
            rx.el.span(icon(sign), name, icon("check", "ck")),
            type="button",
            role="radio",
            on_click=theme.choose(value),
            class_name=f"th {value}",
            custom_attrs={"aria-checked": rx.cond(theme.chosen() == value, "true", "false")},
        )
        for value, name, sign in _THEMES
    ]
    return rx.el.div(*cards, class_name="themes", role="radiogroup", custom_attrs={"aria-label": "Appearance"})
