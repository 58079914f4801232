"""A page of parts one under the other, with a list of them beside: settings, administration."""

import reflex as rx

from chatbeside.ui import live
from chatbeside.ui.calls import call_back
from chatbeside.ui.components.links import link
from chatbeside.ui.components.unanswered import unanswered_bar
from chatbeside.ui.icons import icon


def part_link(name: str, to: str, sign: str) -> rx.Component:
    """Return the row of the list that leads to a part."""
    return rx.el.a(icon(sign), name, href=f"#{to}", class_name="nav")


def _head(title: str, class_name: str) -> rx.Component:
    words = "Back to conversations"
    back = link(icon("arrow-left"), to="/", class_name="ib", title=words, custom_attrs={"aria-label": words})
    return rx.el.header(back, rx.el.h1(title, class_name="ttl"), class_name=class_name)


def parts_page(title: str, nav: list[rx.Component], *parts: rx.Component, class_name: str = "set") -> rx.Component:
    """Return the page; ``nav`` are the rows of the list."""
    return rx.fragment(
        live.bridge(),
        call_back(),
        rx.el.div(
            rx.el.aside(
                _head(title, "list-h"),
                rx.el.nav(*nav, class_name="rows", custom_attrs={"aria-label": title}),
                class_name="list set-n",
            ),
            rx.el.main(
                rx.el.div(
                    unanswered_bar(),
                    # Where there is one pane the list, which has the same head, is not shown.
                    _head(title, "talk-h one-pane"),
                    rx.el.div(rx.el.div(*parts, class_name=class_name), class_name="set-log"),
                    class_name="talk",
                ),
                class_name="sheet",
            ),
            class_name="app",
            custom_attrs={"data-pane": "talk"},
        ),
    )
