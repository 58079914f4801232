"""What the sheet shows while no conversation is open."""

from typing import Any

import reflex as rx

from chatbeside.ui import avatar, islands, live
from chatbeside.ui.components.find_people import FIND_DIALOG
from chatbeside.ui.components.links import link
from chatbeside.ui.components.new_menu import open_new_room
from chatbeside.ui.components.shortcuts import KEYS_DIALOG
from chatbeside.ui.icons import icon
from chatbeside.ui.live import hands
from chatbeside.ui.states.invites import InvitesState
from chatbeside.ui.states.people import PeopleState


def _start(sign: str, title: str, words: str, on_click: Any) -> rx.Component:
    return rx.el.button(icon(sign), rx.el.span(rx.el.b(title), rx.el.span(words)), type="button", on_click=on_click)


def first_run() -> rx.Component:
    """Return the first minute: a greeting and the next steps, each of which works."""
    me = live.me()
    assistant = live.rooms()[0]
    ask = link(
        icon("message-square"),
        rx.el.span(rx.el.b("Ask " + assistant.name), rx.el.span("The assistant explains how things work here")),
        to=assistant.href,
    )
    note = _start("pencil", "Write yourself a note", "A conversation that only you can read", PeopleState.open_notes)
    starts = rx.el.div(
        _start("search", "Find somebody", "Open a conversation by their name", islands.open_dialog(FIND_DIALOG)),
        rx.cond(live.rooms().length() > 0, rx.cond(assistant.bot, ask, note), note),
        _start("user-plus", "Invite somebody", "Get a link that works for a week", InvitesState.begin),
        _start("hash", "Open a room", "For a topic, a team or an evening", open_new_room()),
        link(
            icon("palette"),
            rx.el.span(rx.el.b("Choose how it looks"), rx.el.span("Light, dark, or as your system says")),
            to="/settings",
        ),
        _start("keyboard", "Learn three shortcuts", "Find, send, new line", islands.open_dialog(KEYS_DIALOG)),
        class_name="starts",
    )
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.div(
                    avatar.person(me.id, me.avatar_url, size="s56"),
                    rx.el.h2("Hello " + me.display_name + ", take a seat."),
                    rx.el.p(
                        "Here you write with people one to one and in rooms. Messages that you send while you are "
                        "offline wait and go out by themselves, and what you began to write is kept for you."
                    ),
                    starts,
                    class_name="hello",
                ),
                class_name="col mid",
            ),
            class_name="log",
        ),
        class_name="talk",
        custom_attrs={"aria-label": "Welcome"},
    )


def nothing_chosen() -> rx.Component:
    """Return the sheet of somebody who has conversations but opened none."""
    return rx.el.section(
        rx.el.div(
            rx.el.b("Choose a conversation"),
            rx.el.span("It opens here, beside the list."),
            rx.el.button(
                icon("square-pen"),
                "New conversation",
                type="button",
                class_name="btn sec",
                on_click=islands.open_dialog(FIND_DIALOG),
            ),
            class_name="quiet",
        ),
        class_name="talk",
        custom_attrs={"aria-label": "No conversation chosen"},
    )


def missing_room() -> rx.Component:
    """Return the sheet for an address that leads nowhere, or to a room that one is not in any more."""
    gone, unsent = live.room().gone, live.room().unsent
    return rx.el.section(
        rx.el.div(
            rx.cond(
                gone,
                rx.fragment(
                    rx.el.b("You are not in ", rx.el.bdi(gone), " any more"),
                    rx.el.span("You left it, or somebody removed you. Whoever runs it can invite you again."),
                ),
                rx.fragment(
                    rx.el.b("This conversation is not here"),
                    rx.el.span("It does not exist, or you are not in it."),
                ),
            ),
            rx.cond(
                unsent,
                rx.fragment(
                    rx.el.span("What you wrote was not sent any more:"),
                    rx.el.blockquote(unsent, custom_attrs={"dir": "auto"}),
                    rx.el.button(
                        icon("copy"),
                        "Copy it",
                        type="button",
                        class_name="btn sec",
                        on_click=hands.copy_message(unsent),
                    ),
                ),
            ),
            link("To your conversations", to="/", class_name="btn sec"),
            class_name="quiet",
        ),
        class_name="talk",
        custom_attrs={"aria-label": "Conversation not found"},
    )
