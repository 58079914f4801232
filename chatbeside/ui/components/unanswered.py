"""Words for when the page's own socket has no way to the server: what is done there would be lost without a word."""

import reflex as rx
from reflex_components_core.core.banner import has_too_many_connection_errors

from chatbeside.ui import live
from chatbeside.ui.icons import icon

# The first failure is none of people's: a server that starts anew is back at the second try.
_away = has_too_many_connection_errors
_WORDS = "The server does not answer right now. Nothing is saved until it does; this page goes on trying."
_MESSAGES_GO_ON = (
    "Messages go on. What you change in rooms and settings does not reach the server right now, "
    "and is not saved until it does."
)


def unanswered() -> rx.Component:
    """Return the words as a box. Once in every dialog, and in every form that is a page of its own."""
    return rx.cond(_away, rx.el.div(icon("wifi-off"), rx.el.span(_WORDS), class_name="trouble", role="alert"))


def unanswered_bar() -> rx.Component:
    """Return the same as a bar at the head of a sheet."""
    return rx.el.div(rx.cond(_away, _bar(_WORDS)), role="status")


def unanswered_beside_messages() -> rx.Component:
    """Return the bar for the chat, whose messages have a socket of their own."""
    return rx.cond(_away & (live.connection().state == "online"), _bar(_MESSAGES_GO_ON))


def _bar(words: str) -> rx.Component:
    return rx.el.div(icon("wifi-off"), rx.el.span(words), class_name="off")
