"""How far an own message has come."""

import reflex as rx
from reflex.vars.base import Var

from chatbeside.ui.icons import icon


def tick(state: Var[str], words: Var[str]) -> rx.Component:
    """Return the mark of a message's state; each has its own shape.

    Args:
        state: ``pending`` clock, ``sent`` one tick, ``delivered`` two, ``read`` two in colour,
            ``failed`` a ring with "!".
        words: What it means, for the tooltip and for those who do not see it.
    """
    return rx.el.span(
        rx.match(
            state,
            ("pending", icon("clock-3")),
            ("sent", icon("check")),
            ("failed", icon("circle-alert")),
            icon("check-check"),
        ),
        rx.el.span(words, class_name="hide"),
        class_name=rx.match(state, ("read", "tk read"), ("failed", "tk failed"), "tk"),
        title=words,
    )
