"""A bar at the head of the sheet while the server, or a part of it, cannot be reached."""

import reflex as rx

from chatbeside.ui import live
from chatbeside.ui.components.unanswered import unanswered_beside_messages
from chatbeside.ui.icons import icon


def offline_bar() -> rx.Component:
    """Return the bar: what is wrong, what happens with unsent messages, and a way to try at once."""
    connection = live.connection()
    return rx.el.div(
        rx.cond(
            connection.shown,
            rx.el.div(
                icon("wifi-off"),
                rx.el.span(connection.text),
                rx.el.button("Try now", type="button", on_click=live.reconnect()),
                class_name="off",
            ),
            unanswered_beside_messages(),
        ),
        role="status",
    )
