"""The card under a message that shows what its link leads to."""

import reflex as rx
from reflex.vars.base import Var

from chatbeside.ui.live.shapes import LinkView


def link_preview(link: Var[LinkView]) -> rx.Component:
    """Return the card: site, title, a line of words, and a picture at its end. Its size is always the same."""
    words = rx.el.span(
        rx.cond(link.site, rx.el.span(rx.el.bdi(link.site), class_name="site")),
        rx.el.b(link.title, dir="auto"),
        rx.cond(link.description, rx.el.span(link.description, class_name="more", dir="auto")),
        class_name="link-t",
    )
    picture = rx.el.img(src=link.picture, alt="", width="84", height="84", custom_attrs={"decoding": "async"})
    return rx.cond(
        link.url,
        rx.el.a(
            words,
            rx.cond(link.picture, picture),
            href=link.url,
            target="_blank",
            rel="noopener noreferrer nofollow",
            class_name="linkp",
        ),
    )
