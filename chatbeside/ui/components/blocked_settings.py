"""Settings: whom one has blocked."""

import reflex as rx

from chatbeside.ui import avatar
from chatbeside.ui.components.trouble import trouble
from chatbeside.ui.states.moderation import BlockedState, BlockedView


@rx.memo
def blocked_row(person: rx.Var[BlockedView]) -> rx.Component:
    """Somebody blocked, and the button that ends it."""
    return rx.el.li(
        avatar.person(person.id, person.picture, size="s28"),
        rx.el.span(rx.el.b(rx.el.bdi(person.name)), rx.el.em("@" + person.username)),
        rx.el.button(
            "Unblock",
            type="button",
            class_name="btn sec",
            on_click=BlockedState.unblock(person.id),
            custom_attrs={"aria-label": "Unblock " + person.name},
        ),
    )


def blocked_settings() -> rx.Component:
    """Return the section."""
    rows = rx.foreach(BlockedState.people, lambda person: rx.fragment(blocked_row(person=person), key=person.id))
    return rx.el.section(
        trouble(BlockedState.trouble),
        rx.cond(
            BlockedState.people.length() > 0,
            rx.el.ul(rows, class_name="devices faces", custom_attrs={"aria-label": "Blocked people"}),
            rx.el.p(
                "You have blocked nobody. You can do it from a message's menu or from the details of a conversation.",
                class_name="help",
            ),
        ),
        on_mount=BlockedState.arrive,
    )
