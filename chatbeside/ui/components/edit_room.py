"""The dialogs that change a room and that leave it."""

from typing import Final

import reflex as rx

from chatbeside.domain.models import Role
from chatbeside.domain.rooms import NAME_MOST, TOPIC_MOST
from chatbeside.ui import avatar, islands, live
from chatbeside.ui.components.fields import choices, text_field
from chatbeside.ui.components.new_room import KINDS
from chatbeside.ui.components.trouble import trouble
from chatbeside.ui.components.unanswered import unanswered
from chatbeside.ui.icons import icon_button
from chatbeside.ui.states.members import MembersState
from chatbeside.ui.states.rooms import RoomState

EDIT_DIALOG: Final = "edit-room"
LEAVE_DIALOG: Final = "leave-room"


def edit_dialog() -> rx.Component:
    """Return the dialog for picture, name, topic and, for the owner, who can come in."""
    room = live.room()
    form = rx.el.form(
        unanswered(),
        trouble(RoomState.trouble),
        rx.el.input(type="hidden", name="edit_room", value=room.room, read_only=True),
        text_field(
            "Name",
            "edit_name",
            error=RoomState.errors["name"],
            default_value=room.name,
            max_length=NAME_MOST,
            auto_complete="off",
        ),
        text_field(
            "Topic",
            "edit_topic",
            error=RoomState.errors["topic"],
            default_value=room.topic,
            hint="What it is for. May be empty.",
            max_length=TOPIC_MOST,
            auto_complete="off",
            required=False,
        ),
        rx.cond(
            MembersState.may.publish,
            choices("Who can come in", "edit_kind", KINDS, rx.cond(room.public, "public", "private")),
        ),
        rx.el.footer(
            rx.el.button("Cancel", type="button", class_name="btn ghost", on_click=islands.close_dialog(EDIT_DIALOG)),
            rx.el.button("Save", type="submit", class_name="btn pri"),
            class_name="dlg-f",
        ),
        # Another room, or another name: the fields begin with what is true now.
        key=room.room + room.name + room.topic + rx.cond(room.public, "+", "-"),
        on_submit=RoomState.update,
        reset_on_submit=False,
        class_name="form",
        custom_attrs={"noValidate": True},
    )
    return rx.el.dialog(
        islands.dialog_closer(dialog=EDIT_DIALOG, done=RoomState.done),
        rx.el.header(
            rx.el.h2("This room", id="edit-room-t"),
            icon_button("x", "Close", on_click=islands.close_dialog(EDIT_DIALOG)),
        ),
        rx.el.div(
            rx.el.div(
                avatar.room_tile(room.public, "s56", room.avatar_url),
                islands.picture_choice(
                    key=room.room,
                    path="/api/rooms/" + room.room + "/avatar",
                    has=room.avatar_url != "",
                    what="this room",
                ),
                class_name="pic-r",
            ),
            form,
            class_name="dlg-b",
        ),
        id=EDIT_DIALOG,
        class_name="dlg form-d",
        custom_attrs={"aria-labelledby": "edit-room-t", "data-aside": "close"},
    )


def leave_dialog() -> rx.Component:
    """Return the question before leaving."""
    room = live.room()
    words = rx.cond(
        room.members == 1,
        "You are the last one here: the room is archived when you leave.",
        rx.cond(
            room.role == Role.OWNER.value,
            "Hand the room over to somebody first. When only the assistant stays, the room is archived as you leave.",
            rx.cond(
                room.public,
                "You can join again whenever you like.",
                "You need an invite to come back, and until then cannot read what is said here.",
            ),
        ),
    )
    return rx.el.dialog(
        islands.dialog_closer(dialog=LEAVE_DIALOG, done=RoomState.done),
        rx.el.header(
            rx.el.h2("Leave ", rx.el.bdi(room.name), "?", id="leave-room-t"),
            icon_button("x", "Close", on_click=islands.close_dialog(LEAVE_DIALOG)),
        ),
        rx.el.div(
            unanswered(),
            trouble(RoomState.trouble),
            rx.el.p(words),
            rx.el.footer(
                rx.el.button(
                    "Stay", type="button", class_name="btn ghost", on_click=islands.close_dialog(LEAVE_DIALOG)
                ),
                rx.el.button("Leave", type="button", class_name="btn danger", on_click=RoomState.leave(room.room)),
                class_name="dlg-f",
            ),
            class_name="dlg-b",
        ),
        id=LEAVE_DIALOG,
        class_name="dlg",
        custom_attrs={"aria-labelledby": "leave-room-t", "data-aside": "close"},
    )
