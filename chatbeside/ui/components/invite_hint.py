"""How to bring somebody along: a link that leads them here."""

import reflex as rx

from chatbeside.ui import live
from chatbeside.ui.icons import icon
from chatbeside.ui.states.invites import InvitesState

_QUIET = 3  # conversations; with this many nobody needs the hint any more


def invite_hint() -> rx.Component:
    """Return a box that offers to make an invite link; it goes when there are conversations."""
    return rx.cond(
        live.rooms_ready() & (live.rooms().length() < _QUIET),
        rx.el.div(
            rx.el.b("Bring somebody along"),
            rx.el.p("Send a link to the people you want to talk with. It works for seven days."),
            rx.el.button(
                icon("link"), "Get an invite link", type="button", class_name="btn sec", on_click=InvitesState.begin
            ),
            class_name="hintbox",
        ),
    )
