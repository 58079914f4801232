"""What the quick switcher offers beyond names: messages that have the words, and asking the assistant."""

import reflex as rx

from chatbeside.ui import avatar, islands, live
from chatbeside.ui.icons import icon
from chatbeside.ui.live import searching


def further_picks(dialog: str) -> rx.Component:
    """Return the sections; ``dialog`` is the id of the dialog that they close."""
    asked = live.choice("find")
    messages = rx.el.button(
        rx.el.span(icon("search"), class_name="av s28"),
        rx.el.span("Search messages for “", rx.el.bdi(asked), "”"),
        type="button",
        class_name="pick",
        on_click=[searching.open_search("", asked), islands.close_dialog(dialog)],
        custom_attrs={"data-rove": ""},
    )
    ask = rx.el.button(
        avatar.assistant("s28"),
        rx.el.span("Ask beside about “", rx.el.bdi(asked), "”"),
        type="button",
        class_name="pick",
        on_click=[searching.ask_beside(asked), islands.close_dialog(dialog)],
        custom_attrs={"data-rove": ""},
    )
    return rx.cond(
        asked,
        rx.fragment(
            rx.el.h3("Messages"),
            messages,
            rx.cond(searching.beside(), rx.fragment(rx.el.h3("Ask"), ask)),
        ),
    )
