"""The dialog that finds people and opens conversations with them."""

from typing import Final

import reflex as rx

from chatbeside.ui import avatar, islands
from chatbeside.ui.icons import icon, icon_button
from chatbeside.ui.states.people import PeopleState, Person

FIND_DIALOG: Final = "find"
_TYPING_PAUSE = 150  # ms after the last letter before the server is asked


@rx.memo
def person_pick(person: rx.Var[Person]) -> rx.Component:
    """A person who was found; pressing it opens the conversation."""
    return rx.el.button(
        rx.cond(person.bot, avatar.assistant("s28"), avatar.person(person.id, person.picture, size="s28")),
        rx.el.span(rx.el.bdi(person.name)),
        rx.el.span(rx.cond(person.own, "Notes to yourself", "@" + person.username), class_name="mut"),
        type="button",
        class_name="pick",
        on_click=[islands.close_dialog(FIND_DIALOG), PeopleState.open(person.id)],
        custom_attrs={"data-rove": ""},
    )


def find_people_dialog() -> rx.Component:
    """Return the dialog; :func:`chatbeside.ui.islands.open_dialog` and Ctrl+K open it."""
    found = rx.fragment(
        rx.el.h3("People"),
        rx.foreach(PeopleState.finds, lambda person: rx.fragment(person_pick(person=person), key=person.id)),
    )
    words = rx.cond(
        PeopleState.trouble,
        PeopleState.trouble,
        rx.cond(
            PeopleState.asked,
            "Nobody here has a name that begins so.",
            "Type the beginning of a name. A conversation opens for the two of you.",
        ),
    )
    return rx.el.dialog(
        islands.roving_group(
            rx.el.div(
                icon("search"),
                rx.el.input(
                    type="text",
                    name="query",
                    placeholder="Find somebody",
                    auto_complete="off",
                    auto_focus=True,
                    spell_check=False,
                    max_length=64,
                    on_change=PeopleState.search.debounce(_TYPING_PAUSE),
                    custom_attrs={"data-rove": "", "aria-label": "Name", "enterKeyHint": "go"},
                ),
                icon_button("x", "Close", on_click=islands.close_dialog(FIND_DIALOG)),
                class_name="qs",
            ),
            rx.el.div(
                rx.cond(PeopleState.finds.length() > 0, found, rx.el.p(words, class_name="say", role="status")),
                class_name="ql",
            ),
            as_="div",
            enter_first=True,
            class_name="find-b",
        ),
        rx.el.footer(
            rx.el.span(rx.el.kbd("↑"), rx.el.kbd("↓"), " choose"),
            rx.el.span(rx.el.kbd("Enter"), " open"),
            rx.el.span(rx.el.kbd("Esc"), " close"),
        ),
        id=FIND_DIALOG,
        class_name="dlg quick-d",
        custom_attrs={"aria-label": "Find somebody", "data-aside": "close"},
    )
