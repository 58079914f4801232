"""The list of conversations, with the way to find more above it and the own account below."""

from typing import Any, Final

import reflex as rx

from chatbeside.ui import islands, live
from chatbeside.ui.components.brand import brand
from chatbeside.ui.components.find_people import FIND_DIALOG
from chatbeside.ui.components.invite_hint import invite_hint
from chatbeside.ui.components.new_menu import new_menu, open_new_room
from chatbeside.ui.components.room_row import room_row
from chatbeside.ui.components.skeletons import list_skeleton
from chatbeside.ui.components.user_menu import user_menu
from chatbeside.ui.icons import icon

_TAB: Final = "list"
_TABS: Final = (("all", "All"), ("unread", "Unread"), ("rooms", "Rooms"), ("people", "People"))


def _head() -> rx.Component:
    return rx.el.header(
        brand(),
        new_menu(),
        class_name="list-h",
    )


def _finder() -> rx.Component:
    return rx.el.button(
        icon("search"),
        rx.el.span("Find or jump to…"),
        rx.el.kbd("Ctrl K"),
        type="button",
        class_name="find",
        on_click=islands.open_dialog(FIND_DIALOG),
    )


def _tab(value: str, name: str) -> rx.Component:
    count: Any = live.totals().rooms
    badge = rx.cond(count > 0, rx.fragment(" ", rx.el.b(count))) if value == "unread" else rx.fragment()
    return rx.el.button(
        name,
        badge,
        type="button",
        on_click=live.choose(_TAB, value),
        custom_attrs={"aria-pressed": rx.cond(live.choice(_TAB, "all") == value, "true", "false")},
    )


def _rows() -> rx.Component:
    rows = live.rooms(live.choice(_TAB, "all"))
    nothing = rx.match(
        live.choice(_TAB, "all"),
        ("unread", rx.el.p("You have read everything.", class_name="none")),
        (
            "rooms",
            rx.el.div(
                rx.el.p("You are in no room yet."),
                rx.el.button(
                    icon("hash"), "Open a room", type="button", class_name="btn sec", on_click=open_new_room()
                ),
                class_name="none",
            ),
        ),
        rx.el.div(
            rx.el.p("No conversations yet."),
            rx.el.button(
                icon("user-plus"),
                "Find somebody",
                type="button",
                class_name="btn sec",
                on_click=islands.open_dialog(FIND_DIALOG),
            ),
            class_name="none",
        ),
    )
    return rx.cond(
        live.rooms_ready(),
        islands.roving_group(
            rx.cond(
                rows.length() > 0,
                rx.foreach(rows, lambda row: rx.fragment(room_row(row=row), key=row.room)),
                nothing,
            ),
            as_="nav",
            class_name="rows",
            custom_attrs={"aria-label": "Conversations"},
        ),
        list_skeleton(),
    )


def list_pane() -> rx.Component:
    """Return the pane: name and new conversation, finder, tabs, rows, a hint while it is quiet, the account."""
    tabs = rx.el.div(
        *[_tab(value, name) for value, name in _TABS],
        class_name="tabs",
        role="group",
        custom_attrs={"aria-label": "Show"},
    )
    return rx.el.aside(
        _head(),
        _finder(),
        tabs,
        _rows(),
        invite_hint(),
        user_menu(),
        class_name="list",
        custom_attrs={"aria-label": "Conversations"},
    )
