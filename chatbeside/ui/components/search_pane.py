"""The search pane: a question, filters, and the messages that answer it."""

from typing import Any

import reflex as rx
from reflex.vars.base import Var

from chatbeside.ui import avatar
from chatbeside.ui.components.links import link
from chatbeside.ui.icons import icon, icon_button
from chatbeside.ui.live import searching
from chatbeside.ui.live.searching import Found, FoundPart, Wish

_TIMES = (
    ("", "Any time"),
    ("1", "Last 24 hours"),
    ("7", "Last 7 days"),
    ("30", "Last 30 days"),
    ("365", "Last year"),
    ("dates", "Chosen days"),
)


def _part(part: Var[FoundPart]) -> rx.Component:
    return rx.cond(part.hit, rx.el.mark(part.text), rx.fragment(part.text))


@rx.memo
def found_row(found: rx.Var[Found]) -> rx.Component:
    """A message that was found; pressing it goes to its place in the conversation."""
    head = rx.el.span(
        rx.el.b(rx.el.bdi(found.sender_name)),
        rx.el.span(rx.el.bdi(found.room_name)),
        rx.el.time(found.time, date_time=found.iso, title=found.full_time),
        class_name="hit-h",
    )
    return link(
        rx.cond(found.bot, avatar.assistant("s36"), avatar.person(found.sender_id, found.avatar_url, size="s36")),
        rx.el.span(head, rx.el.span(rx.foreach(found.parts, _part), class_name="hit-x", dir="auto")),
        to=found.href,
        class_name="hit",
        on_click=searching.go(found.room, found.id),
    )


def _filter(name: Wish, label: str, sign: str, value: Any, *options: rx.Component) -> rx.Component:
    """Return a filter: the browser's own list, in the shape of a pill that lights up when something is chosen."""
    return rx.el.label(
        icon(sign),
        rx.el.span(label, class_name="hide"),
        rx.el.select(*options, value=value, on_change=searching.wish(name)),
        icon("chevron-down", "tiny"),
        class_name=rx.cond(value == "", "flt", "flt on"),
    )


def _day(name: Wish, label: str, value: Any, **limits: Any) -> rx.Component:
    return rx.el.label(
        label,
        rx.el.input(type="date", value=value, on_change=searching.wish(name), **limits),
        class_name=rx.cond(value == "", "flt", "flt on"),
    )


def _filters() -> rx.Component:
    search = searching.search()

    def options(choices: Any, nobody: str) -> list[rx.Component]:
        first = rx.el.option(nobody, value="")
        return [first, rx.foreach(choices, lambda each: rx.el.option(each.name, value=each.id, key=each.id))]

    return rx.el.div(
        _filter("room", "Room", "hash", search.room, *options(search.rooms, "Any room")),
        _filter("sender", "Written by", "user", search.sender, *options(search.writers, "From anyone")),
        _filter("days", "When", "clock-3", search.days, *[rx.el.option(name, value=days) for days, name in _TIMES]),
        rx.cond(
            search.days == "dates",
            rx.fragment(
                _day("first", "From", search.first, max=search.last), _day("last", "To", search.last, min=search.first)
            ),
        ),
        rx.el.button(
            icon("paperclip"),
            "With a file",
            type="button",
            class_name=rx.cond(search.file, "flt on", "flt"),
            on_click=searching.toggle_file(),
            custom_attrs={"aria-pressed": rx.cond(search.file, "true", "false")},
        ),
        class_name="filters",
        role="group",
        custom_attrs={"aria-label": "Filters"},
    )


def _results() -> rx.Component:
    search = searching.search()
    hint = rx.el.p("Type words to find messages in your conversations. Each may be the beginning of a word.")
    trouble = rx.el.p(
        icon("circle-alert"),
        rx.el.span(search.trouble),
        rx.el.button("Try again", type="button", class_name="tb", on_click=searching.again()),
        class_name="bad",
        role="alert",
    )
    further = rx.el.button(
        rx.cond(search.busy, "Searching…", "Show more"), type="button", class_name="btn sec", on_click=searching.more()
    )
    narrowed = (search.room != "") | (search.sender != "") | (search.days != "") | search.file
    nothing = (search.finds.length() == 0) & (search.status != "") & ~search.busy
    everywhere = rx.el.button(
        icon("search"),
        "Search everything",
        type="button",
        class_name="btn sec",
        on_click=searching.open_search("", search.query),
    )
    return rx.el.div(
        rx.el.div(
            rx.cond(search.trouble, trouble),
            rx.el.p(search.status, class_name="count", role="status"),
            rx.cond(nothing & narrowed & (search.query != ""), everywhere),
            rx.cond((search.query == "") & ~search.file, rx.el.div(hint, class_name="count")),
            rx.foreach(search.finds, lambda found: rx.fragment(found_row(found=found), key=found.id)),
            rx.cond(search.more & (search.finds.length() > 0), further),
            class_name="res",
            custom_attrs={"aria-busy": rx.cond(search.busy, "true", "false")},
        ),
        class_name="hits",
    )


def search_pane() -> rx.Component:
    """Return the pane; it lies over the sheet while it is open."""
    search = searching.search()
    box = rx.el.div(
        icon("search"),
        rx.el.input(
            type="text",
            value=search.query,
            on_change=searching.wish("query"),
            placeholder="Search messages",
            auto_complete="off",
            auto_focus=True,
            max_length=200,
            custom_attrs={"aria-label": "Search messages", "enterKeyHint": "search"},
        ),
        class_name="sbox",
    )
    return rx.el.section(
        rx.el.header(
            box,
            icon_button(
                "x", "Close search", on_click=searching.close_search(), custom_attrs={"data-close-on-escape": ""}
            ),
            class_name="talk-h",
        ),
        _filters(),
        _results(),
        class_name="talk find-p",
        custom_attrs={"aria-label": "Search"},
    )
