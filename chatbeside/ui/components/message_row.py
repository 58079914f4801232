"""A message in the timeline, with the day line and the New line that may stand above it."""

import reflex as rx

from chatbeside.ui import assistant, avatar, live
from chatbeside.ui.components.attachments import attachments
from chatbeside.ui.components.link_preview import link_preview
from chatbeside.ui.components.links import link
from chatbeside.ui.components.poll import poll
from chatbeside.ui.components.ticks import tick
from chatbeside.ui.icons import icon
from chatbeside.ui.live import hands

Row = rx.Var[live.MessageRow]


def _gutter(m: Row) -> rx.Component:
    """The sender's picture or "You" at the head of a group; the time, when asked for, in its other rows."""
    own = rx.cond(m.first, rx.el.span("You", class_name="you"))
    other = rx.cond(
        m.first,
        rx.cond(m.bot, avatar.assistant(), avatar.person(m.sender_id, m.avatar_url)),
        rx.el.time(m.time, date_time=m.iso, title=m.full_time, class_name="ht"),
    )
    return rx.el.div(rx.cond(m.mine, own, other), class_name="g")


def _head(m: Row) -> rx.Component:
    return rx.cond(
        m.first & ~m.mine,
        rx.el.header(
            rx.el.b(rx.el.bdi(m.sender_name)),
            rx.cond(m.bot, rx.el.span("Assistant", class_name="tag")),
        ),
    )


def _quote(m: Row) -> rx.Component:
    quote = m.quote
    return rx.cond(
        quote.id,
        link(
            rx.el.span(rx.el.img(src=quote.avatar_url, alt=""), class_name="av s16"),
            rx.el.b(quote.name),
            rx.el.span(quote.text, custom_attrs={"dir": "auto"}),
            to=quote.href,
            on_click=hands.seek(quote.id),
            class_name="quote",
            custom_attrs={"aria-label": "In answer to " + quote.name},
        ),
    )


def _text(m: Row) -> rx.Component:
    return rx.el.div(
        class_name="md",
        custom_attrs={
            "dir": "auto",
            # Made by the store's renderer, which lets no markup of the sender through.
            "dangerouslySetInnerHTML": rx.Var.create({"__html": m.html}),
        },
    )


def _folded(m: Row) -> rx.Component:
    """What stands for a message of somebody blocked, and the way to it."""
    return rx.el.p(
        "A message from somebody you blocked. ",
        rx.el.button("Show", type="button", class_name="tb", on_click=hands.unfold(m.id)),
        class_name="gone",
    )


def _words(m: Row) -> rx.Component:
    return rx.el.div(
        rx.cond(
            m.deleted,
            rx.el.p("This message was deleted.", class_name="gone"),
            rx.cond(
                m.folded,
                _folded(m),
                rx.fragment(
                    _quote(m),
                    rx.cond(
                        m.bot,
                        assistant.answer(message_id=m.id),
                        rx.cond(m.poll.question, poll(m), _text(m)),
                    ),
                    rx.cond(m.edited, rx.el.span("edited", class_name="ed")),
                    rx.cond(m.spoken, rx.el.span("said in a call", class_name="ed said")),
                    attachments(m),
                ),
            ),
        ),
        class_name="slip",
    )


def _reaction(m: Row, r: rx.Var[live.Reaction]) -> rx.Component:
    """A pill with an emoji and how many gave it; pressing it joins them or takes the own one back."""
    return rx.el.button(
        rx.el.span(r.emoji),
        rx.el.span(r.count),
        type="button",
        class_name=rx.cond(r.mine, "on", ""),
        title=r.names,
        on_click=hands.react(m.id, r.emoji),
        custom_attrs={"aria-pressed": rx.cond(r.mine, "true", "false"), "aria-label": r.emoji + " " + r.names},
    )


def _reactions(m: Row) -> rx.Component:
    add = rx.el.button(
        icon("smile-plus"),
        type="button",
        class_name="add",
        title="Add a reaction",
        on_click=hands.open_picker(m.id),
        custom_attrs={"aria-label": "Add a reaction"},
    )
    return rx.cond(
        m.reactions.length() > 0,
        rx.el.div(
            rx.foreach(m.reactions, lambda r: rx.fragment(_reaction(m, r), key=r.emoji)),
            add,
            class_name="reacts",
            role="group",
            custom_attrs={"aria-label": "Reactions"},
        ),
    )


def _failure(m: Row) -> rx.Component:
    """Why it was not sent, and the two ways out, in words."""
    return rx.cond(
        m.state == "failed",
        rx.el.div(
            rx.el.span("Not sent: ", m.error),
            rx.el.button(icon("rotate-cw"), "Try again", type="button", class_name="tb", on_click=live.retry(m.key)),
            rx.el.button(icon("trash-2"), "Delete", type="button", class_name="tb", on_click=live.discard(m.key)),
            class_name="fail",
            role="alert",
        ),
    )


def _margin(m: Row) -> rx.Component:
    return rx.el.div(
        rx.cond(m.pinned, rx.el.span(icon("pin"), rx.el.span("Pinned", class_name="hide"), title="Pinned")),
        rx.cond(m.first | m.mine, rx.el.time(m.time, date_time=m.iso, title=m.full_time)),
        rx.cond(m.state, tick(m.state, m.state_text)),
        class_name="mg",
    )


def _message(m: Row) -> rx.Component:
    class_name = [
        "msg",
        rx.cond(m.mine, "own", ""),
        rx.cond(m.first, "first", rx.cond(m.mine, "on-slip", "")),
        rx.cond(m.bot, "bot", ""),
        rx.match(m.state, ("failed", "failed"), ("pending", "pending"), ""),
        rx.cond(m.highlighted, "lit", ""),
        rx.cond(m.edited, "edited", ""),
    ]
    return rx.el.article(
        _gutter(m),
        rx.el.div(_head(m), _words(m), link_preview(m.link), _reactions(m), _failure(m), class_name="b"),
        _margin(m),
        class_name=class_name,
        tab_index=-1,
        custom_attrs={
            "data-key": m.key,
            "aria-label": rx.cond(m.mine, "You", m.sender_name) + ", " + m.full_time,
        },
    )


def _quiet(m: Row) -> rx.Component:
    mark = rx.match(m.kind, ("call", icon("phone")), icon("message-square"))
    return rx.el.p(mark, rx.el.span(m.system), class_name="sys", title=m.full_time, custom_attrs={"data-key": m.key})


@rx.memo
def message_row(m: rx.Var[live.MessageRow]) -> rx.Component:
    """One row: own words on a slip, others' on the sheet, both with one left edge; times in the margin."""
    return rx.fragment(
        rx.cond(m.day, rx.el.div(rx.el.span(m.day), class_name="day", role="separator")),
        rx.cond(m.new_divider, rx.el.div(rx.el.span("New"), class_name="new", role="separator")),
        rx.cond(m.system, _quiet(m), _message(m)),
    )


@rx.memo
def message_rows(group: rx.Var[live.MessageGroup]) -> rx.Component:
    """The rows of a group; they are looked at again only when one of them changed."""
    return rx.fragment(rx.foreach(group.rows, lambda m: rx.fragment(message_row(m=m), key=m.key)))
