"""The quick switcher: jumps to conversations and rooms, and finds people and public rooms to open."""

from typing import Final

import reflex as rx

from chatbeside.ui import avatar, islands, live
from chatbeside.ui.components.find_further import further_picks
from chatbeside.ui.components.links import link
from chatbeside.ui.components.search_dialog import TYPING_PAUSE, search_dialog
from chatbeside.ui.components.trouble import trouble
from chatbeside.ui.components.unanswered import unanswered
from chatbeside.ui.live.finding import find, finds, not_listed
from chatbeside.ui.live.shapes import Find
from chatbeside.ui.states.people import PeopleState, Person, PublicRoom

FIND_DIALOG: Final = "find"


@rx.memo
def jump_pick(row: rx.Var[Find]) -> rx.Component:
    """A conversation or room in one's own list; pressing it goes there."""
    return link(
        avatar.conversation(row, "s28"),
        rx.el.span(rx.el.bdi(row.name)),
        rx.el.span(row.handle, class_name="mut"),
        to=row.href,
        class_name="pick",
        on_click=islands.close_dialog(FIND_DIALOG),
        custom_attrs={"data-rove": ""},
    )


@rx.memo
def public_pick(place: rx.Var[PublicRoom]) -> rx.Component:
    """A public room that one is not in; pressing it joins."""
    return rx.el.button(
        avatar.room_tile(True, "s28", live.avatar_url("", place.picture)),
        rx.el.span(rx.el.bdi(place.name)),
        rx.el.span("Join", class_name="mut"),
        type="button",
        class_name="pick",
        on_click=PeopleState.join(place.id),
        custom_attrs={"data-rove": ""},
    )


@rx.memo
def person_pick(person: rx.Var[Person]) -> rx.Component:
    """A person who was found; pressing it opens the conversation."""
    return rx.el.button(
        rx.cond(person.bot, avatar.assistant("s28"), avatar.person(person.id, person.picture, size="s28")),
        rx.el.span(rx.el.bdi(person.name)),
        rx.el.span(rx.cond(person.own, "Notes to yourself", "@" + person.username), class_name="mut"),
        type="button",
        class_name="pick",
        on_click=PeopleState.open(person.id),
        custom_attrs={"data-rove": ""},
    )


def find_people_dialog() -> rx.Component:
    """Return the dialog; :func:`chatbeside.ui.islands.open_dialog` and Ctrl+K open it."""
    rows = finds()
    strangers = not_listed(PeopleState.finds)
    jumps = rx.fragment(
        rx.el.h3(rx.cond(PeopleState.asked, "Conversations", "Latest conversations")),
        rx.foreach(rows, lambda row: rx.fragment(jump_pick(row=row), key=row.room)),
    )
    people = rx.fragment(
        rx.el.h3("People"),
        rx.foreach(strangers, lambda person: rx.fragment(person_pick(person=person), key=person.id)),
    )
    places = rx.fragment(
        rx.el.h3("Public rooms"),
        rx.foreach(PeopleState.places, lambda place: rx.fragment(public_pick(place=place), key=place.id)),
    )
    nothing = (rows.length() == 0) & (strangers.length() == 0) & (PeopleState.places.length() == 0)
    words = rx.cond(
        PeopleState.asked,
        "No person and no room here has a name that begins so.",
        "Type the beginning of a name. A conversation opens for the two of you.",
    )
    keys = rx.el.footer(
        rx.el.span(rx.el.kbd("↑"), rx.el.kbd("↓"), " choose"),
        rx.el.span(rx.el.kbd("Enter"), " open"),
        rx.el.span(rx.el.kbd("Esc"), " close"),
    )
    return search_dialog(
        FIND_DIALOG,
        "Find somebody or a room",
        islands.dialog_closer(dialog=FIND_DIALOG, done=PeopleState.opened),
        unanswered(),
        trouble(PeopleState.trouble),
        rx.cond(rows.length() > 0, jumps),
        rx.cond(strangers.length() > 0, people),
        rx.cond(PeopleState.places.length() > 0, places),
        rx.cond(nothing, rx.el.p(words, class_name="say", role="status")),
        further_picks(FIND_DIALOG),
        field="Name",
        placeholder="Find somebody or a room",
        on_change=[find(), PeopleState.search.debounce(TYPING_PAUSE)],
        enter_first=True,
        foot=keys,
    )
