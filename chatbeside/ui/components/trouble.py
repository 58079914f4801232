"""What went wrong with a whole form or dialog; what is wrong with one field stands under that field."""

import reflex as rx
from reflex.vars.base import Var

from chatbeside.ui.icons import icon


def trouble(words: Var[str] | str) -> rx.Component:
    """Return a box with ``words`` while there are any."""
    return rx.cond(words, rx.el.div(icon("circle-alert"), rx.el.span(words), class_name="trouble", role="alert"))
