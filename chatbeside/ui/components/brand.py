"""The product's name with its mark."""

import reflex as rx

from chatbeside.ui.components.links import link
from chatbeside.ui.icons import mark


def brand(size: int = 26) -> rx.Component:
    """Return the mark, ``size`` pixels wide, and the name, as a link to the chat."""
    return link(mark(size), rx.el.span("chatbeside"), to="/", class_name="brand")
