"""The dialog that makes a room."""

from typing import Any, Final

import reflex as rx

from chatbeside.domain.rooms import NAME_MOST, TOPIC_MOST
from chatbeside.ui import avatar, islands
from chatbeside.ui.components.fields import choices, text_field
from chatbeside.ui.components.search_dialog import TYPING_PAUSE
from chatbeside.ui.components.trouble import trouble
from chatbeside.ui.components.unanswered import unanswered
from chatbeside.ui.icons import icon, icon_button
from chatbeside.ui.states.people import Person
from chatbeside.ui.states.rooms import NewRoomState

NEW_ROOM_DIALOG: Final = "new-room"
_FORM: Final = "new-room-f"

KINDS: Final = (
    ("private", "Private", "lock", "Only who is invited or brought in can find and read it."),
    ("public", "Public", "hash", "Everybody on this server can find it, join and read it."),
)


@rx.memo
def chosen_person(person: rx.Var[Person]) -> rx.Component:
    """Somebody who will be in the room from the beginning; pressing the cross takes them out again."""
    return rx.el.span(
        avatar.person(person.id, person.picture, size="s16"),
        rx.el.bdi(person.name),
        rx.el.button(
            icon("x"),
            type="button",
            on_click=NewRoomState.let_go(person.id),
            custom_attrs={"aria-label": "Take out " + person.name},
        ),
        class_name="chosen",
    )


@rx.memo
def person_choice(person: rx.Var[Person]) -> rx.Component:
    """Somebody who was found; pressing it chooses them."""
    return rx.el.button(
        rx.cond(person.bot, avatar.assistant("s28"), avatar.person(person.id, person.picture, size="s28")),
        rx.el.span(rx.el.bdi(person.name)),
        rx.el.span("@" + person.username, class_name="mut"),
        type="button",
        class_name="pick",
        on_click=NewRoomState.choose(person.id),
        custom_attrs={"data-rove": ""},
    )


def search_field(label: str, placeholder: str, on_change: Any) -> rx.Component:
    """Return a field that looks for people while one types; Enter presses the first find."""
    return rx.el.div(
        icon("search"),
        rx.el.input(
            type="text",
            placeholder=placeholder,
            auto_complete="off",
            spell_check=False,
            max_length=64,
            on_change=on_change,
            custom_attrs={"data-rove": "", "aria-label": label},
        ),
        class_name="in look",
    )


def _people() -> rx.Component:
    return islands.roving_group(
        rx.el.span("First members", class_name="label"),
        rx.cond(
            NewRoomState.chosen.length() > 0,
            rx.el.div(
                rx.foreach(NewRoomState.chosen, lambda p: rx.fragment(chosen_person(person=p), key=p.id)),
                class_name="chosen-l",
            ),
        ),
        search_field("First members", "Names", NewRoomState.search.debounce(TYPING_PAUSE)),
        rx.cond(
            NewRoomState.found.length() > 0,
            rx.el.div(
                rx.foreach(NewRoomState.found, lambda p: rx.fragment(person_choice(person=p), key=p.id)),
                class_name="picks",
            ),
            rx.el.p(
                rx.cond(
                    NewRoomState.asked,
                    "Nobody else here has a name that begins so.",
                    "You can bring people in later too, or send them a link.",
                ),
                class_name="help",
                role="status",
            ),
        ),
        as_="div",
        enter_first=True,
        class_name="f",
    )


def new_room_dialog() -> rx.Component:
    """Return the dialog; :func:`chatbeside.ui.components.new_menu.open_new_room` opens it."""
    form = rx.el.form(
        unanswered(),
        trouble(NewRoomState.trouble),
        text_field(
            "Name",
            "new_name",
            error=NewRoomState.errors["name"],
            hint="What it is about, in a word or two.",
            max_length=NAME_MOST,
            auto_complete="off",
        ),
        text_field(
            "Topic",
            "new_topic",
            error=NewRoomState.errors["topic"],
            hint="Optional. Stands under the name.",
            max_length=TOPIC_MOST,
            auto_complete="off",
            required=False,
        ),
        choices("Who can come in", "new_kind", KINDS, "private"),
        id=_FORM,
        on_submit=NewRoomState.create,
        reset_on_submit=False,
        class_name="form",
        custom_attrs={"noValidate": True},
    )
    return rx.el.dialog(
        islands.dialog_closer(dialog=NEW_ROOM_DIALOG, done=NewRoomState.done),
        rx.el.header(
            rx.el.h2("New room", id="new-room-t"),
            icon_button("x", "Close", on_click=islands.close_dialog(NEW_ROOM_DIALOG)),
        ),
        rx.el.div(form, _people(), class_name="dlg-b"),
        rx.el.footer(
            rx.el.button(
                "Cancel", type="button", class_name="btn ghost", on_click=islands.close_dialog(NEW_ROOM_DIALOG)
            ),
            rx.el.button("Make the room", type="submit", form=_FORM, class_name="btn pri"),
            class_name="dlg-f",
        ),
        id=NEW_ROOM_DIALOG,
        class_name="dlg form-d",
        custom_attrs={"aria-labelledby": "new-room-t", "data-aside": "close"},
    )
