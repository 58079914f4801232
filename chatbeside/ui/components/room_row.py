"""A row of the conversation list."""

import reflex as rx

from chatbeside.ui import avatar, live
from chatbeside.ui.components.links import link
from chatbeside.ui.components.ticks import tick
from chatbeside.ui.icons import icon


def _second_line(row: rx.Var[live.RoomRow]) -> rx.Component:
    typing = rx.el.span(row.typing)
    draft = rx.fragment(rx.el.em("Draft", class_name="draft"), " ", row.draft)
    preview = rx.fragment(rx.cond(row.preview_who, rx.fragment(rx.el.b(row.preview_who), " ")), row.preview)
    return rx.el.span(
        rx.cond(row.typing, typing, rx.cond(row.draft, draft, preview)),
        class_name="row-p",
        # What people write runs as it wants to; a sentence of the page does not turn round for a name in it.
        custom_attrs={"dir": rx.cond(row.told, "ltr", "auto")},
    )


def _marks(row: rx.Var[live.RoomRow]) -> rx.Component:
    unread = rx.cond(row.unread > 99, "99+", row.unread.to_string())
    return rx.el.span(
        rx.el.time(row.time, date_time=row.iso, title=row.full_time),
        rx.el.span(
            rx.cond(
                row.mentions > 0,
                rx.el.b("@", rx.el.span("you are mentioned", class_name="hide"), class_name="pill at"),
            ),
            rx.cond(
                row.unread > 0,
                rx.el.b(
                    unread,
                    rx.el.span(" unread", class_name="hide"),
                    class_name=rx.cond(row.muted, "pill soft", "pill"),
                ),
                rx.cond(row.tick, tick(row.tick, row.tick_text)),
            ),
        ),
        class_name="row-m",
    )


@rx.memo
def room_row(row: rx.Var[live.RoomRow]) -> rx.Component:
    """Avatar, name, one line of the last message, and at the end time above marks."""
    name = rx.el.span(
        rx.el.span(rx.el.bdi(row.name)),
        rx.cond(row.pinned, icon("pin", "tiny")),
        rx.cond(row.muted, icon("bell-off", "tiny")),
        class_name="row-n",
    )
    return link(
        avatar.conversation(row),
        rx.el.span(name, _second_line(row), class_name="row-t"),
        _marks(row),
        to=row.href,
        class_name=rx.cond(row.selected, "row on", rx.cond(row.unread > 0, "row unread", "row")),
        custom_attrs={"data-rove": "", "aria-current": rx.cond(row.selected, "page", rx.Var("undefined"))},
    )
