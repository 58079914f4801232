"""A poll in the timeline: its answers are buttons, a bar behind each shows its part of the votes."""

import reflex as rx

from chatbeside.ui import live
from chatbeside.ui.icons import icon
from chatbeside.ui.live import hands
from chatbeside.ui.live.shapes import PollOption

Row = rx.Var[live.MessageRow]


def _option(m: Row, option: rx.Var[PollOption]) -> rx.Component:
    # Its words and their count are its name, as they are seen; who chose it, the title, describes it.
    return rx.el.button(
        rx.el.span(class_name="part", style={"width": option.width}, custom_attrs={"aria-hidden": "true"}),
        rx.el.span(rx.cond(option.mine, icon("check")), class_name="tickbox", custom_attrs={"aria-hidden": "true"}),
        rx.el.span(option.text, class_name="say", custom_attrs={"dir": "auto"}),
        rx.el.span(option.count, class_name="n"),
        type="button",
        class_name=rx.cond(option.first, "first", ""),
        title=option.names,
        disabled=~m.poll.can_vote,
        on_click=hands.vote(m.id, option.emoji),
        custom_attrs={"aria-pressed": rx.cond(option.mine, "true", "false")},
    )


def poll(m: Row) -> rx.Component:
    """Return the poll that the message of this row is."""
    return rx.el.div(
        rx.el.b(m.poll.question, custom_attrs={"dir": "auto"}),
        rx.el.div(rx.foreach(m.poll.options, lambda option: rx.fragment(_option(m, option), key=option.emoji))),
        rx.el.p(
            rx.el.span(m.poll.words),
            rx.cond(
                m.poll.can_close,
                rx.el.button("Close the poll", type="button", class_name="tb", on_click=hands.close_poll(m.id)),
            ),
        ),
        class_name=rx.cond(m.poll.several, "poll several", "poll"),
        role="group",
        custom_attrs={"aria-label": "Poll: " + m.poll.question},
    )
