"""The pinned messages of the open room, in its details."""

import reflex as rx

from chatbeside.ui import avatar
from chatbeside.ui.components.links import link
from chatbeside.ui.icons import icon
from chatbeside.ui.live import hands


@rx.memo
def pin_row(p: rx.Var[hands.PinRow]) -> rx.Component:
    """A pinned message; it leads to its place in the timeline."""
    return rx.el.li(
        link(
            rx.cond(p.bot, avatar.assistant("s28"), avatar.person(p.sender_id, p.avatar_url, size="s28")),
            rx.el.span(
                rx.el.span(
                    rx.el.b(rx.el.bdi(p.name)),
                    rx.el.time(p.time, date_time=p.iso, title=p.full_time),
                ),
                rx.el.span(p.text, custom_attrs={"dir": "auto"}),
            ),
            to=p.href,
            on_click=hands.seek(p.id),
        )
    )


def pinned() -> rx.Component:
    """Return the section, which is there when something is pinned."""
    pins = hands.pins()
    return rx.cond(
        pins.length() > 0,
        rx.el.section(
            rx.el.h3(icon("pin", "tiny"), "Pinned", rx.el.span(pins.length())),
            rx.el.ul(rx.foreach(pins, lambda p: rx.fragment(pin_row(p=p), key=p.id)), class_name="pins"),
        ),
    )
