"""The head of the conversation: back, picture, name, and one line about the other side."""

from typing import Final

import reflex as rx

from chatbeside.ui import assistant, avatar, live
from chatbeside.ui.calls import group_buttons, start_buttons
from chatbeside.ui.components.links import link
from chatbeside.ui.icons import icon, icon_button
from chatbeside.ui.live.searching import open_search

DETAILS_BESIDE: Final = "details-beside"
"""Choice on wide screens: empty while details stand beside the conversation, ``closed`` when put away."""
DETAILS_OVER: Final = "details-over"
"""Choice on narrower screens: ``open`` while details lie over the conversation."""


def _details_buttons() -> rx.Component:
    return rx.fragment(
        icon_button(
            "panel-right",
            "Details",
            class_name="wide-only",
            on_click=live.toggle(DETAILS_BESIDE, "closed"),
            custom_attrs={"aria-pressed": rx.cond(live.choice(DETAILS_BESIDE) == "closed", "false", "true")},
        ),
        icon_button(
            "panel-right",
            "Details",
            class_name="narrow-only",
            on_click=live.toggle(DETAILS_OVER, "open"),
            custom_attrs={"aria-expanded": rx.cond(live.choice(DETAILS_OVER) == "open", "true", "false")},
        ),
    )


def _search_button() -> rx.Component:
    return icon_button("search", "Search here", on_click=open_search(live.current_room()))


def talk_header() -> rx.Component:
    """Return the header of the open room."""
    room = live.room()
    typing = live.typing_text()
    return rx.el.header(
        link(icon("arrow-left"), to="/", class_name="ib back", custom_attrs={"aria-label": "Back to conversations"}),
        avatar.conversation(room, "s32"),
        rx.el.div(
            rx.el.h1(rx.el.bdi(room.name)),
            rx.el.p(rx.cond(typing, typing + "…", rx.cond(room.bot, assistant.status_line(), room.status))),
            class_name="talk-t",
        ),
        rx.el.div(start_buttons(room), group_buttons(room), _search_button(), _details_buttons(), class_name="acts"),
        class_name="talk-h",
    )
