"""The administrators' page: people, reports, rooms, the audit log and the server."""

from typing import Any, Final

import reflex as rx

from chatbeside.domain.audit import AuditKind
from chatbeside.ui import avatar, islands
from chatbeside.ui.components.parts_page import part_link, parts_page
from chatbeside.ui.components.trouble import trouble
from chatbeside.ui.icons import icon
from chatbeside.ui.states.admin import AccountView, AdminState, EntryView, PlaceView, ReportView

ADMIN_PAGE: Final = "/admin"

_SECTIONS: Final = (
    ("people", "People", "users"),
    ("reports", "Reports", "shield"),
    ("rooms", "Rooms", "hash"),
    ("audit", "Audit log", "file-text"),
    ("server", "Server", "monitor"),
)


def _deed(words: str, label: Any, on_click: Any, class_name: str = "btn sec") -> rx.Component:
    attrs = {"aria-label": words + " " + label}
    return rx.el.button(words, type="button", class_name=class_name, on_click=on_click, custom_attrs=attrs)


@rx.memo
def account_line(each: rx.Var[AccountView]) -> rx.Component:
    """An account, and what can be done with it."""
    state = AdminState
    deeds = rx.el.div(
        rx.cond(
            each.active,
            rx.fragment(
                _deed("Reset link", each.name, state.reset_link(each.id)),
                _deed("Second step off", each.name, state.factor_off(each.id)),
                _deed("Log out", each.name, state.sign_out(each.id)),
                rx.cond(
                    each.administrator,
                    _deed("Remove as administrator", each.name, state.set_administrator(each.id, False)),
                    _deed("Make administrator", each.name, state.set_administrator(each.id, True)),
                ),
                rx.cond(
                    each.me,
                    rx.fragment(),
                    _deed("Deactivate", each.name, state.set_active(each.id, False), "btn danger"),
                ),
            ),
            _deed("Reactivate", each.name, state.set_active(each.id, True)),
        ),
        class_name="acts",
    )
    return rx.el.li(
        rx.el.div(
            rx.el.b(
                rx.cond(each.bot, avatar.assistant("s28"), avatar.person(each.id, each.picture, size="s28")),
                rx.el.bdi(each.name),
                rx.cond(each.administrator, rx.el.span("Administrator", class_name="tag")),
                rx.cond(each.bot, rx.el.span("Assistant", class_name="tag")),
                rx.cond(each.active, rx.fragment(), rx.el.span("Deactivated", class_name="tag ended")),
            ),
            rx.el.em("@" + each.username + rx.cond(each.email, " · " + each.email, "") + " · " + each.since),
        ),
        rx.cond(each.bot, rx.fragment(), deeds),
    )


@rx.memo
def report_line(each: rx.Var[ReportView]) -> rx.Component:
    """A report, and what can be done about it."""
    state = AdminState
    return rx.el.li(
        rx.el.div(rx.el.b(each.title), rx.cond(each.words, rx.el.p(each.words))),
        rx.el.div(
            _deed("Dismiss", each.title, state.decide(each.id, "dismiss")),
            rx.cond(each.of_message, _deed("Remove message", each.title, state.decide(each.id, "remove"))),
            _deed("Deactivate account", each.title, state.decide(each.id, "deactivate"), "btn danger"),
            class_name="acts",
        ),
        rx.cond(each.copy, rx.el.blockquote(each.copy, custom_attrs={"dir": "auto"})),
        rx.cond(each.files, rx.el.p("Files: " + each.files)),
    )


@rx.memo
def place_line(each: rx.Var[PlaceView]) -> rx.Component:
    """A room, from outside."""
    return rx.el.li(rx.el.b(rx.el.bdi(each.name)), rx.el.em(each.words))


@rx.memo
def entry_line(each: rx.Var[EntryView]) -> rx.Component:
    """A line of the log."""
    return rx.el.li(rx.el.div(rx.el.b(each.what), rx.el.em(each.who)), rx.el.em(each.where))


def _list(rows: rx.Component, label: str) -> rx.Component:
    return rx.el.ul(rows, class_name="rows-t", custom_attrs={"aria-label": label})


def _more(more: Any, on_click: Any) -> rx.Component:
    return rx.cond(more, rx.el.button("Show more", type="button", class_name="tb", on_click=on_click))


def _facts(facts: Any) -> rx.Component:
    return rx.el.dl(
        rx.foreach(facts, lambda each: rx.fragment(rx.el.div(rx.el.dt(each.name), rx.el.dd(each.value)), key=each.name))
    )


def _people() -> rx.Component:
    state = AdminState
    return rx.el.section(
        rx.el.form(
            rx.el.div(
                rx.el.label("Name begins with", html_for="adm-query"),
                rx.el.div(
                    rx.el.input(id="adm-query", name="query", type="search", auto_complete="off"), class_name="in"
                ),
                class_name="f",
            ),
            rx.el.button(icon("search"), "Find", type="submit", class_name="btn sec"),
            on_submit=state.find,
            class_name="seek",
        ),
        rx.cond(
            state.link,
            rx.el.div(
                rx.el.p(
                    "Hand this link to ",
                    rx.el.bdi(state.link_for),
                    " by a way that you both trust. It works once, for a day.",
                ),
                rx.el.p(islands.whole_address(path=state.link), class_name="link"),
                islands.copy_button(
                    icon("copy"), label="Copy link", done="Copied", path=state.link, class_name="btn sec"
                ),
                class_name="handed",
                role="status",
            ),
        ),
        _list(rx.foreach(state.accounts, lambda each: rx.fragment(account_line(each=each), key=each.id)), "Accounts"),
        _more(state.more_accounts, state.more_people),
    )


def _audit() -> rx.Component:
    state = AdminState
    kinds = [rx.el.option(kind.value.capitalize(), value=kind.value) for kind in AuditKind]
    return rx.el.section(
        rx.el.form(
            rx.el.div(
                rx.el.label("What", html_for="adm-kind"),
                rx.el.div(
                    rx.el.select(rx.el.option("Everything", value=""), *kinds, id="adm-kind", name="kind"),
                    icon("chevron-down"),
                    class_name="in choice",
                ),
                class_name="f",
            ),
            rx.el.div(
                rx.el.label("Who (name begins with)", html_for="adm-person"),
                rx.el.div(
                    rx.el.input(id="adm-person", name="person", type="search", auto_complete="off"), class_name="in"
                ),
                class_name="f",
            ),
            rx.el.button("Show", type="submit", class_name="btn sec"),
            on_submit=state.filter_audit,
            class_name="seek",
        ),
        rx.el.p("Security events without contents: who did what, when and from where.", class_name="help"),
        _list(rx.foreach(state.entries, lambda each: rx.fragment(entry_line(each=each), key=each.id)), "Audit log"),
        _more(state.more_entries, state.more_audit),
    )


def _parts() -> rx.Component:
    state = AdminState
    return rx.fragment(
        rx.el.h2("People", id="people"),
        _people(),
        rx.el.h2("Reports", id="reports"),
        rx.el.section(
            rx.cond(
                state.reports.length() > 0,
                _list(
                    rx.foreach(state.reports, lambda each: rx.fragment(report_line(each=each), key=each.id)), "Reports"
                ),
                rx.el.p("Nothing waits here.", class_name="help"),
            ),
        ),
        rx.el.h2("Rooms", id="rooms"),
        rx.el.section(
            rx.el.p("Names and sizes. What is said in rooms that you are not in, you do not see.", class_name="help"),
            _list(rx.foreach(state.rooms, lambda each: rx.fragment(place_line(each=each), key=each.id)), "Rooms"),
            _more(state.more_rooms, state.more_places),
        ),
        rx.el.h2("Audit log", id="audit"),
        _audit(),
        rx.el.h2("Server", id="server"),
        rx.el.section(_facts(state.facts), rx.el.hr(), _facts(state.parts)),
        rx.el.h2("Limits in force"),
        rx.el.section(_facts(state.limits)),
    )


def admin() -> rx.Component:
    """Return the page: a list of its parts beside the parts; nothing of them for others."""
    state = AdminState
    nav = [part_link(name, part, sign) for part, name, sign in _SECTIONS]
    return parts_page(
        "Administration",
        [rx.cond(state.ready, rx.fragment(*nav))],
        trouble(state.trouble),
        rx.el.p(state.said, role="status", class_name="said"),
        rx.cond(state.refused, rx.el.p("This page is for administrators of this server.")),
        rx.cond(state.ready, _parts()),
        class_name="set adm",
    )
