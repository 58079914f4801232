"""The store's own components: null ones that start it, the scrolling log, the text field."""

from typing import Any

import reflex as rx
from reflex.constants.compiler import MemoizationMode
from reflex.vars.base import Var

PARTS = "$/public/live/parts.js"
# A module of its own: it starts the store as soon as it is loaded, which the log-in page must not.
_BRIDGE = "$/public/live/bridge.js"
_EXCHANGE = "$/public/live/exchange.js"


class Bridge(rx.Component):
    """Shows nothing. Starts the store and keeps it and the page's address (``?room=`` and ``&m=``) in step."""

    library = _BRIDGE
    tag = "LiveBridge"
    _memoization_mode = MemoizationMode(recursive=False)

    login: Var[str]
    """Where to go when the server refuses the session; empty to stay."""


class SessionExchange(rx.Component):
    """Shows nothing. Turns a one-use ticket into the session cookie and loads ``next_page``."""

    library = _EXCHANGE
    tag = "LiveSessionExchange"
    _memoization_mode = MemoizationMode(recursive=False)

    ticket: Var[str]
    next_page: Var[str]
    on_refused: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class TimelineScroller(rx.Component):
    """The scrolling log of the open room: keeps the place, sticks to the bottom, loads pages near the edges.

    Its rows must carry ``data-key`` with :attr:`MessageRow.key`.
    """

    library = PARTS
    tag = "LiveTimelineScroller"
    _memoization_mode = MemoizationMode(recursive=False)

    label: Var[str]


class ComposerTextarea(rx.Component):
    """The text field of the open room: grows to eight lines, Enter sends, the draft lives in the store."""

    library = PARTS
    tag = "LiveComposerTextarea"
    _memoization_mode = MemoizationMode(recursive=False)

    placeholder: Var[str]
    label: Var[str]
    max_lines: Var[int]
    described_by: Var[str]


def bridge(login: str = "/login") -> rx.Component:
    """Return the null component that starts the store; once on the chat page.

    Args:
        login: Where to go when the server refuses the session; empty to stay.
    """
    return Bridge.create(login=login)


def session_exchange(
    *,
    ticket: Var[str] | str,
    next: Var[str] | str = "/",  # noqa: A002 - as in ?next=
    on_refused: Any = None,
) -> rx.Component:
    """Return the null component that turns a log-in ticket into the session cookie, then loads ``next``.

    Args:
        ticket: The ticket; nothing happens while it is empty.
        next: A path of this site; anything else counts as ``/``.
        on_refused: Called with a sentence when the server does not take the ticket.
    """
    extra = {} if on_refused is None else {"on_refused": on_refused}
    return SessionExchange.create(ticket=ticket, next_page=next, **extra)


def timeline_scroller(*children: Any, label: Var[str] | str = "Messages", **props: Any) -> rx.Component:
    """Return the scrolling log (``role=log``) around the rows of the open room.

    Give each row ``data-key`` (``custom_attrs={"data-key": row.key}``) and key it by ``row.key``.

    Args:
        *children: What scrolls: older-page skeleton, rows, anything.
        label: The log's name for assistive technology.
        **props: Further props, such as ``class_name``.
    """
    return TimelineScroller.create(*children, label=label, **props)


def composer_textarea(
    *,
    placeholder: Var[str] | str = "",
    label: Var[str] | str = "Message",
    max_lines: int = 8,
    **props: Any,
) -> rx.Component:
    """Return the text field of the open room.

    Its draft, limit and notice are :func:`composer`. Enter sends and Shift+Enter breaks the line; an
    input method's own Enter does neither.

    Args:
        placeholder: Shown while it is empty.
        label: Its name for assistive technology.
        max_lines: How many lines it grows to before it scrolls.
        **props: Further props, such as ``class_name``, ``id`` and ``described_by``.
    """
    return ComposerTextarea.create(placeholder=placeholder, label=label, max_lines=max_lines, **props)
