"""Reporting a message or a person to the administrators, and blocking."""

from typing import Final

import reflex as rx

from chatbeside.ui import islands, live
from chatbeside.ui.components.trouble import trouble
from chatbeside.ui.components.unanswered import unanswered
from chatbeside.ui.icons import icon, icon_button
from chatbeside.ui.states.moderation import ReportState

REPORT_DIALOG: Final = "report"

_REASONS: Final = (
    ("spam", "Spam"),
    ("harassment", "Harassment or insults"),
    ("threat", "Threats or violence"),
    ("private", "Somebody's private matters"),
    ("illegal", "Something illegal"),
    ("other", "Something else"),
)


def _form() -> rx.Component:
    reasons = rx.el.fieldset(
        rx.el.legend("What is wrong?"),
        *(
            rx.el.label(rx.el.input(type="radio", name="reason", value=value), rx.el.span(words), class_name="reason")
            for value, words in _REASONS
        ),
        class_name="reasons",
    )
    words = rx.el.div(
        rx.el.label("What should they know? (if you like)", html_for="report-words"),
        rx.el.div(
            rx.el.textarea(id="report-words", name="words", rows="2", max_length=1000, class_name="ta"), class_name="in"
        ),
        class_name="f",
    )
    return rx.el.form(
        reasons,
        words,
        rx.el.p(
            rx.cond(
                ReportState.message,
                "The administrators get a copy of this message. They see nothing else of the conversation.",
                "The administrators get your words. They see nothing of your conversations.",
            ),
            class_name="help",
        ),
        rx.el.footer(rx.el.button("Send the report", type="submit", class_name="btn pri"), class_name="dlg-f"),
        on_submit=ReportState.send,
    )


def _block() -> rx.Component:
    state = ReportState
    return rx.el.div(
        rx.el.span(
            rx.el.b(rx.cond(state.blocked, "Blocked", "Block")),
            rx.el.em(
                rx.cond(
                    state.blocked,
                    "You hear nothing from them. They were not told.",
                    "No messages and no calls from them; in rooms their words are folded. They are not told.",
                )
            ),
        ),
        rx.cond(
            state.blocked,
            rx.el.button("Unblock", type="button", class_name="btn sec", on_click=state.unblock),
            rx.el.button("Block", type="button", class_name="btn danger", on_click=state.block),
        ),
        class_name="line",
    )


def report_dialog() -> rx.Component:
    """Return the dialog about what :class:`ReportState` was begun with."""
    return rx.el.dialog(
        rx.el.header(
            rx.el.h2("Report or block ", rx.el.bdi(ReportState.name), id="report-t"),
            icon_button("x", "Close", on_click=islands.close_dialog(REPORT_DIALOG)),
        ),
        rx.el.div(
            unanswered(),
            trouble(ReportState.trouble),
            _block(),
            rx.el.hr(),
            rx.cond(
                ReportState.sent,
                rx.el.p(icon("check"), " Thank you. The administrators will look at it.", role="status"),
                _form(),
            ),
            class_name="dlg-b reporting",
        ),
        id=REPORT_DIALOG,
        class_name="dlg",
        custom_attrs={"aria-labelledby": "report-t", "data-aside": "close"},
    )


def report_or_block() -> rx.Component:
    """Return the way to the dialog from the details of a conversation of two."""
    room = live.room()
    return rx.cond(
        (room.peer_id != "") & (room.peer_id != live.me().id) & ~room.bot,
        rx.el.section(
            rx.el.button(
                icon("shield"),
                "Report or block…",
                type="button",
                class_name="item",
                on_click=[ReportState.begin("", room.peer_id, room.name), islands.open_dialog(REPORT_DIALOG)],
            ),
            class_name="deeds",
            custom_attrs={"aria-label": "This person"},
        ),
    )
