"""Calls of rooms on the page: the buttons of the header, the bar that says there is a call, and the stage.

The stage itself is JavaScript (``assets/group/stage.js``), fetched with the first call: nobody else pays for it.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

import reflex as rx
from reflex.vars import FunctionVar
from reflex.vars.base import Var

from chatbeside.ui import live
from chatbeside.ui.icons import icon, icon_button
from chatbeside.ui.live.binding import action, hook_var

MODULE: Final = "$/public/group/hooks.js"


@dataclass(frozen=True)
class RoomCall:
    """The call of a room as this page sees it. Field names are the keys in JavaScript.

    ``count`` people are in it, 0 without a call; ``names`` are the others. ``mine``: this page is in it;
    ``elsewhere``: another device of the own account is. ``busy``: this page is coming in just now.
    """

    count: int
    names: str
    mine: bool
    elsewhere: bool
    full: bool
    busy: bool


class GroupLayer(rx.Component):
    """The stage of the call of a room, or nothing."""

    library = MODULE
    tag = "GroupLayer"


layer = GroupLayer.create


def room_call(room_id: Var[str] | str) -> Var[RoomCall]:
    """Return the call of a room."""
    return hook_var("useRoomCall", RoomCall, room_id, module=MODULE)


def join(kind: Literal["audio", "video"], room_id: Any, name: Any) -> FunctionVar[Any]:
    """Begin the call of a room, or come into the one that goes on."""
    return action("groupJoin", kind, room_id, name, module=MODULE)


def group_buttons(room: Any) -> rx.Component:
    """Return the two buttons that begin a call in the open room; nothing in a conversation of two or a closed room."""
    return rx.cond(
        (room.kind == "group") & ~room.archived & (room_call(live.current_room()).count == 0),
        rx.fragment(
            icon_button("phone", "Call", on_click=join("audio", room.room, room.name)),
            icon_button("video", "Call with picture", on_click=join("video", room.room, room.name)),
        ),
        rx.fragment(),
    )


def call_bar() -> rx.Component:
    """Return the bar of a room in which there is a call: who is in it, and the way in."""
    room, call = live.room(), room_call(live.current_room())
    how_many = rx.cond(call.count == 1, "1 person", call.count.to_string() + " people")
    return rx.el.div(
        rx.cond(
            (call.count > 0) & ~call.mine,
            rx.el.div(
                icon("phone"),
                rx.el.p(
                    rx.el.strong("Call in progress"),
                    rx.el.span(how_many, rx.cond(call.names, ": " + call.names, "")),
                    rx.cond(call.elsewhere, rx.el.span("You are in it on another device."), rx.fragment()),
                ),
                rx.cond(
                    call.full & ~call.elsewhere,
                    rx.el.span("It is full."),
                    rx.fragment(
                        rx.el.button(
                            icon("video"),
                            "With picture",
                            type="button",
                            class_name="btn sec",
                            disabled=call.busy,
                            on_click=join("video", room.room, room.name),
                        ),
                        rx.el.button(
                            "Join",
                            type="button",
                            class_name="btn pri",
                            disabled=call.busy,
                            on_click=join("audio", room.room, room.name),
                        ),
                    ),
                ),
                class_name="call-bar",
            ),
        ),
        role="status",
    )
