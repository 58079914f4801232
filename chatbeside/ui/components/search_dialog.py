"""A dialog that looks for something while one types: a field above, finds below, arrows between them."""

from typing import Any

import reflex as rx

from chatbeside.ui import islands
from chatbeside.ui.icons import icon, icon_button

TYPING_PAUSE = 150
"""Milliseconds after the last letter before the server is asked."""


def search_dialog(
    dialog: str,
    label: str,
    *finds: rx.Component,
    field: str,
    placeholder: str,
    on_change: Any,
    enter_first: bool,
    foot: rx.Component | None = None,
) -> rx.Component:
    """Return the dialog.

    Args:
        dialog: Its id.
        label: What it is, for who cannot see it.
        finds: What stands under the field.
        field: What the field is for, for who cannot see it.
        placeholder: The same for everybody, as long as the field is empty.
        on_change: What happens with every letter.
        enter_first: Whether Enter in the field presses the first find.
        foot: What stands under it all.
    """
    box = rx.el.div(
        icon("search"),
        rx.el.input(
            type="text",
            placeholder=placeholder,
            auto_complete="off",
            auto_focus=True,
            spell_check=False,
            max_length=64,
            on_change=on_change,
            custom_attrs={"data-rove": "", "aria-label": field, **({"enterKeyHint": "go"} if enter_first else {})},
        ),
        icon_button("x", "Close", on_click=islands.close_dialog(dialog)),
        class_name="qs",
    )
    return rx.el.dialog(
        islands.roving_group(
            box, rx.el.div(*finds, class_name="ql"), as_="div", enter_first=enter_first, class_name="find-b"
        ),
        foot or rx.fragment(),
        id=dialog,
        class_name="dlg quick-d",
        custom_attrs={"aria-label": label, "data-aside": "close"},
    )
