"""Calls on the page.

:func:`call_layer` goes on the chat page once, :func:`start_buttons` into its header, :func:`call_back` on other pages.
"""

import reflex as rx

from chatbeside.ui.calls import component, dialogs, group, stage, values
from chatbeside.ui.calls.back import call_back
from chatbeside.ui.calls.controls import start_buttons
from chatbeside.ui.calls.group import call_bar, group_buttons

__all__ = ["call_back", "call_bar", "call_layer", "group_buttons", "start_buttons"]


def call_layer() -> rx.Component:
    """Return everything of a call: nothing while there is none."""
    call = values.call()
    going_on = rx.cond(call.small, stage.small(), stage.large())
    return rx.fragment(
        component.keys(),
        group.layer(),
        rx.match(
            call.phase,
            ("incoming", dialogs.incoming()),
            ("preview", dialogs.preview()),
            ("ended", dialogs.ended()),
            ("outgoing", going_on),
            ("joining", going_on),
            ("talking", going_on),
            rx.fragment(),
        ),
    )
