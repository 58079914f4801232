"""Short words about what happened, under the head of the conversation."""

import reflex as rx

from chatbeside.ui.components.links import link
from chatbeside.ui.icons import icon, icon_button
from chatbeside.ui.live import hands


@rx.memo
def toast(t: rx.Var[hands.Toast]) -> rx.Component:
    """One toast: an icon, a sentence, perhaps where it leads, and a way to close it."""
    bad = t.kind == "error"
    return rx.el.div(
        rx.cond(bad, icon("circle-alert"), icon("check")),
        rx.el.span(t.text, role=rx.cond(bad, "alert", "status")),
        rx.cond(t.href, link(t.link, to=t.href, class_name="tb", on_click=hands.close_toast(t.id))),
        icon_button("x", "Close", on_click=hands.close_toast(t.id)),
        class_name=rx.cond(bad, "toast bad", "toast"),
    )


def toasts() -> rx.Component:
    """Return the place of the toasts; once on the page."""
    return rx.el.div(
        rx.foreach(hands.toasts(), lambda t: rx.fragment(toast(t=t), key=t.id)),
        class_name="toasts",
        role="region",
        custom_attrs={"aria-label": "Notices"},
    )
