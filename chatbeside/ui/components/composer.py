"""What stands under the timeline: the way down, who is typing, and the field to write in."""

import reflex as rx

from chatbeside.ui import assistant, live
from chatbeside.ui.components import attachments
from chatbeside.ui.icons import icon, icon_button
from chatbeside.ui.live import hands


def _jump() -> rx.Component:
    state = live.timeline()
    count = rx.cond(state.unseen > 99, "99+", state.unseen.to_string())
    words = rx.cond(state.unseen == 1, "1 new message", count + " new messages")
    return rx.cond(
        state.loaded & ~state.empty & (~state.at_bottom | state.has_newer),
        rx.el.button(
            icon("arrow-down"),
            rx.cond(state.unseen > 0, rx.el.span(words), rx.el.span("Jump to the newest message", class_name="hide")),
            type="button",
            class_name=rx.cond(state.unseen > 0, "jump", "jump bare"),
            title="Jump to the newest message",
            on_click=live.jump_latest(),
        ),
    )


def _typing() -> rx.Component:
    words = live.typing_text()
    return rx.el.div(
        rx.cond(
            words,
            rx.fragment(
                rx.el.span(rx.el.i(), rx.el.i(), rx.el.i(), class_name="dots", custom_attrs={"aria-hidden": "true"}),
                rx.el.span(words),
            ),
        ),
        class_name="typing",
    )


def _reply() -> rx.Component:
    quote = live.composer().reply
    return rx.cond(
        quote.id,
        rx.el.div(
            rx.el.span(rx.el.b(quote.name), rx.el.span(quote.text), class_name="quote"),
            rx.el.button(
                icon("x"),
                type="button",
                class_name="ib",
                on_click=live.cancel_reply(),
                custom_attrs={"aria-label": "Do not answer this message"},
            ),
            class_name="answering",
        ),
    )


def _editing() -> rx.Component:
    """Says that the field holds the text of a message, and how to leave it."""
    return rx.cond(
        live.composer().editing,
        rx.el.div(
            icon("pencil", "tiny"),
            rx.el.span(rx.el.b("Editing a message"), rx.el.span(rx.el.kbd("Esc"), " leaves it as it was")),
            icon_button("x", "Do not edit", on_click=hands.cancel_edit()),
            class_name="editing",
        ),
    )


def _writing_tools() -> rx.Component:
    """Emoji and names, for those who do not type them; phones have both on their keyboards."""
    return rx.fragment(
        icon_button("smile", "Emoji", class_name="wide-c", on_click=hands.open_picker()),
        icon_button("at-sign", "Mention somebody", class_name="wide-c", on_click=hands.begin_mention()),
    )


def composer() -> rx.Component:
    """Return the dock under the timeline of the open room."""
    room = live.room()
    state = live.composer()
    form = rx.el.div(
        assistant.command_list(),
        _reply(),
        _editing(),
        attachments.upload_chips(),
        rx.el.div(
            attachments.attach_button(),
            live.composer_textarea(
                placeholder=room.placeholder,
                label=room.placeholder,
                class_name="ta",
                id="composer",
                described_by="composer-h",
            ),
            _writing_tools(),
            attachments.voice_button(),
            rx.el.button(
                rx.cond(state.editing, icon("check"), icon("arrow-up")),
                type="button",
                class_name="send",
                on_click=live.send(),
                title=rx.cond(state.editing, "Save", "Send"),
                custom_attrs={
                    "aria-label": rx.cond(state.editing, "Save", "Send"),
                    "aria-disabled": rx.cond(state.can_send, "false", "true"),
                },
            ),
            class_name="comp-r",
        ),
        class_name="comp",
    )
    hint = rx.el.p(
        rx.el.span(
            rx.el.span(state.notice, id="composer-h", role="status", class_name="draft"),
            rx.cond(~state.notice & state.text & ~state.editing, rx.el.span("Draft kept", class_name="wide-c")),
        ),
        rx.el.span(
            rx.el.kbd("Enter"),
            rx.cond(state.editing, " saves, ", " sends, "),
            rx.el.kbd("Shift Enter"),
            " new line",
            class_name="wide-c",
        ),
        class_name="hint",
    )
    form = rx.fragment(assistant.command_notice(), form)
    closed = rx.el.p("This conversation is closed. You can read it but not write.", class_name="closed")
    return rx.el.div(_jump(), _typing(), rx.cond(room.archived, closed, rx.fragment(form, hint)), class_name="dock")
