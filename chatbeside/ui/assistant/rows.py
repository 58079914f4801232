"""The assistant's rows in the timeline: what it said, and what it is just saying."""

import reflex as rx

from chatbeside.ui import avatar
from chatbeside.ui.assistant import values
from chatbeside.ui.assistant.shapes import Source
from chatbeside.ui.components.links import link
from chatbeside.ui.icons import icon


def _markup(html: rx.Var[str]) -> rx.Component:
    return rx.el.div(
        class_name="md",
        custom_attrs={
            "dir": "auto",
            # Made by the store's renderer, which lets no markup of the sender through.
            "dangerouslySetInnerHTML": rx.Var.create({"__html": html}),
        },
    )


def _stop(stream_id: rx.Var[str]) -> rx.Component:
    return rx.el.button(
        icon("square"),
        "Stop",
        type="button",
        class_name="tb",
        on_click=values.stop(stream_id),
        custom_attrs={"aria-label": "Stop this answer"},
    )


def _source(source: rx.Var[Source]) -> rx.Component:
    return link(
        rx.el.b(source.n),
        rx.el.span(rx.el.bdi(source.text)),
        to=source.href,
        class_name=rx.cond(source.gone, "gone", ""),
        custom_attrs={"data-n": source.n.to_string()},
    )


@rx.memo
def answer(message_id: rx.Var[str]) -> rx.Component:
    """The words of a stored answer, with its sources and what can be done about it."""
    said = values.answer(message_id)
    foot = rx.el.footer(
        rx.cond(said.footer, rx.fragment(icon("eye"), rx.el.span(said.footer))),
        rx.cond(said.stoppable, _stop(said.growing)),
        rx.cond(
            said.again,
            rx.el.button(
                icon("rotate-cw"), "Ask again", type="button", class_name="tb", on_click=values.again(message_id)
            ),
        ),
        class_name=rx.cond(said.note, "ans-f kept", "ans-f"),
    )
    return rx.el.div(
        rx.el.div(_markup(said.html), class_name=rx.cond(said.growing, "growing", "")),
        rx.cond(
            said.sources.length() > 0,
            rx.el.nav(
                rx.foreach(said.sources, _source),
                class_name="srcs",
                custom_attrs={"aria-label": "Sources of this answer"},
            ),
        ),
        rx.cond(said.note, rx.el.p(icon("circle-alert"), rx.el.span(said.note), class_name="cut")),
        rx.cond(said.footer | said.stoppable | said.again, foot),
    )


@rx.memo
def stream_row(stream_id: rx.Var[str]) -> rx.Component:
    """A row for an answer that grows and is not stored yet."""
    said = values.stream(stream_id)
    return rx.el.article(
        rx.el.div(avatar.assistant(), class_name="g"),
        rx.el.div(
            rx.el.header(rx.el.b(rx.el.bdi(said.name)), rx.el.span("Assistant", class_name="tag")),
            rx.el.div(
                rx.el.div(_markup(said.html), class_name="growing"),
                rx.el.footer(rx.cond(said.stoppable, _stop(stream_id)), class_name="ans-f kept"),
                class_name="slip",
            ),
            class_name="b",
        ),
        rx.el.div(class_name="mg"),
        class_name="msg first bot",
        custom_attrs={
            "data-key": stream_id,
            "data-streaming": "",
            "aria-busy": "true",
            "aria-label": said.name + " is answering",
        },
    )


def streams() -> rx.Component:
    """Return the rows of answers that grow in the open room; they stand below all others."""
    return rx.foreach(values.streams(), lambda stream_id: rx.fragment(stream_row(stream_id=stream_id), key=stream_id))
