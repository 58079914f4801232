"""The scrolling timeline of the open room."""

import reflex as rx

from chatbeside.ui import assistant, avatar, live
from chatbeside.ui.components.message_row import message_rows
from chatbeside.ui.components.message_tools import message_tools
from chatbeside.ui.components.skeletons import timeline_skeleton


def _beginning() -> rx.Component:
    """What stands where the conversation began."""
    room = live.room()
    return rx.el.div(
        avatar.conversation(room, "s56"),
        rx.el.h2(rx.el.bdi(room.name)),
        rx.el.p(
            "This is where your conversation begins. ",
            rx.cond(
                room.public, "Everybody on this server can find and join this room.", "Only its members can read it."
            ),
        ),
        class_name="start",
    )


def _above() -> rx.Component:
    timeline = live.timeline()
    older = rx.el.div(
        rx.cond(
            timeline.loading_older,
            rx.el.span("Loading older messages…", class_name="mut"),
            rx.el.button("Show older messages", type="button", class_name="tb", on_click=live.load_older()),
        ),
        class_name="older",
    )
    return rx.cond(timeline.has_older, older, _beginning())


def timeline() -> rx.Component:
    """Return the log: rows, at most 300 of them.

    Until the newest page is there, placeholders stand above what waits to be sent: that is here already.
    """
    state = live.timeline()
    trouble = rx.el.div(
        rx.el.b("The messages could not be loaded"),
        rx.el.span(state.error),
        rx.el.button("Try again", type="button", class_name="btn sec", on_click=live.reconnect()),
        class_name="quiet",
        role="alert",
    )
    return live.timeline_scroller(
        rx.el.div(
            rx.cond(state.loaded, _above(), rx.cond(state.error, trouble, timeline_skeleton())),
            rx.foreach(
                live.message_groups(),
                lambda group: rx.el.div(message_rows(group=group), key=group.key, class_name="stretch"),
            ),
            rx.cond(state.loaded & ~state.has_newer, rx.el.div(assistant.streams(), class_name="stretch")),
            class_name="col",
        ),
        message_tools(),
        label="Messages",
        class_name="log",
    )
