"""How to bring somebody along: the address of this server."""

import reflex as rx

from chatbeside.ui import islands, live
from chatbeside.ui.icons import icon

_QUIET = 3  # conversations; with this many nobody needs the hint any more


def invite_hint() -> rx.Component:
    """Return a box that offers the server's address for copying; it goes when there are conversations."""
    return rx.cond(
        live.rooms_ready() & (live.rooms().length() < _QUIET),
        rx.el.div(
            rx.el.b("It is quiet here"),
            rx.el.p("Send the address of this server to the people you want to talk with. They find you by your name."),
            copy_address("btn sec"),
            class_name="hintbox",
        ),
    )


def copy_address(class_name: str) -> rx.Component:
    """Return a button that copies the server's address and says so."""
    return islands.copy_button(icon("link"), label="Copy address", done="Copied", class_name=class_name)
