"""The list of keyboard shortcuts, opened by a question mark."""

from typing import Final

import reflex as rx

from chatbeside.ui import islands
from chatbeside.ui.icons import icon_button

KEYS_DIALOG: Final = "keys"
_SHORTCUTS = (
    ("Find somebody or jump to a conversation", ("Ctrl", "K")),
    ("Send the message", ("Enter",)),
    ("Begin a new line", ("Shift", "Enter")),
    ("Move in the list, or among messages", ("↑", "↓")),
    ("Edit your last message, in an empty field", ("↑",)),
    ("On a message: reply, edit, delete", ("R", "E", "Del")),
    ("On a message: its actions", ("Enter",)),
    ("Name somebody, write an emoji, give a command", ("@", ":", "/")),
    ("In a call: microphone, camera, share the screen", ("M", "V", "S")),
    ("Close what is on top", ("Esc",)),
    ("Show this list", ("?",)),
)


def shortcuts_dialog() -> rx.Component:
    """Return the dialog; :func:`chatbeside.ui.islands.open_dialog` opens it."""
    lines = [rx.el.div(rx.el.dt(what), rx.el.dd(*[rx.el.kbd(key) for key in keys])) for what, keys in _SHORTCUTS]
    return rx.el.dialog(
        rx.el.header(
            rx.el.h2("Shortcuts", id="keys-t"),
            icon_button("x", "Close", on_click=islands.close_dialog(KEYS_DIALOG)),
        ),
        rx.el.dl(*lines, class_name="keys"),
        id=KEYS_DIALOG,
        class_name="dlg",
        custom_attrs={"aria-labelledby": "keys-t", "data-aside": "close"},
    )
