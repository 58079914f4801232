"""The live store in the browser, as typed Vars and actions for pages written in Python.

What changes many times a minute (messages, typing, presence, unread marks) lives in a small store in the
browser, ``assets/live``, which speaks the public Socket.IO interface. This module is the only place that
knows how a Reflex page reads it: a Var here is the result of a React hook, an action is a JavaScript
function that runs without a round trip through the server's state.

A Var's hook lands in the component that uses it, so only that component renders again. Inside
``rx.foreach`` pass the row to an ``rx.memo`` component and build further live Vars there; one built from
the loop's own variable is refused, because its hook would be placed outside the loop.
"""

import re
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any, Literal, TypeVar

import reflex as rx
from reflex.constants.compiler import MemoizationMode
from reflex.constants.state import FIELD_MARKER
from reflex.utils.imports import ImportVar
from reflex.vars import FunctionVar
from reflex.vars.base import Var, VarData
from reflex.vars.function import FunctionStringVar

HOOKS = "$/public/live/hooks.js"
PARTS = "$/public/live/parts.js"

RoomFilter = Literal["all", "unread", "rooms", "people"]

_T = TypeVar("_T")


# ---------------------------------------------------------------- shapes; field names are the keys in JavaScript


@dataclass(frozen=True)
class Me:
    """The account that is signed in. ``id`` is empty until the server has said who that is."""

    id: str
    username: str
    display_name: str
    avatar_url: str
    email: str
    administrator: bool


@dataclass(frozen=True)
class Connection:
    """How the store stands to the server.

    ``queued`` counts messages that wait to be sent. ``since`` is when the state began, in milliseconds.
    ``shown`` is true once a disconnection has lasted long enough to tell people about it. ``text`` says it.
    """

    state: str  # connecting | online | offline | refused
    queued: int
    since: float
    shown: bool
    text: str


@dataclass(frozen=True)
class Totals:
    """Unread messages and mentions over all rooms that are not muted; ``rooms`` counts rooms with any."""

    unread: int
    mentions: int
    rooms: int


@dataclass(frozen=True)
class RoomRow:
    """A row of the conversation list.

    ``avatar_url`` is always a picture for a person (their own or the drawn one) and empty for the
    assistant and for rooms without a picture. ``presence`` is ``online``, ``away``, ``offline`` or empty.
    ``time`` is short words, ``iso`` the machine's form, ``full_time`` the tooltip. ``typing`` is the words
    "Ann is typing" or empty; ``draft`` the beginning of an unsent draft.
    """

    room: str
    kind: str  # direct | group
    name: str
    href: str
    public: bool
    avatar_id: str
    avatar_url: str
    bot: bool
    presence: str
    preview: str
    preview_who: str
    time: str
    iso: str
    full_time: str
    unread: int
    mentions: int
    muted: bool
    pinned: bool
    draft: str
    tick: str  # "" | pending | sent | delivered | read | failed
    tick_text: str
    selected: bool
    typing: str


@dataclass(frozen=True)
class RoomView:
    """The head of the open room. ``room`` is empty when none is open; ``missing`` when there is no such room.

    ``status`` is the line under the name, ``placeholder`` the composer's.
    """

    room: str
    missing: bool
    kind: str
    name: str
    topic: str
    public: bool
    archived: bool
    peer_id: str
    avatar_id: str
    avatar_url: str
    bot: bool
    presence: str
    status: str
    members: int
    role: str
    muted: bool
    pinned: bool
    placeholder: str
    can_send: bool


@dataclass(frozen=True)
class Quote:
    """The message that another one answers. ``id`` is empty when there is none."""

    id: str
    name: str
    sender_id: str
    avatar_url: str
    text: str
    href: str


@dataclass(frozen=True)
class Reaction:
    """One emoji under a message. ``names`` are words for a tooltip."""

    emoji: str
    count: int
    mine: bool
    names: str


@dataclass(frozen=True)
class AttachmentView:
    """A file of a message. ``show`` is how: ``image``, ``video``, ``audio`` or ``file``. Sizes are pixels."""

    id: str
    name: str
    show: str
    media_type: str
    size_text: str
    width: int
    height: int
    duration: float
    url: str
    thumbnail_url: str


@dataclass(frozen=True)
class MessageRow:
    """A row of the timeline.

    ``key`` is the client id, the same before and after the server has stored the message. ``first`` begins
    a group of one sender. ``day`` holds the words of a day line above the row, or nothing. ``system`` holds
    the text of a quiet line; then nothing else of the body is to be shown. ``html`` is safe markup.
    ``state`` is set on own messages only.
    """

    key: str
    id: str
    room: str
    seq: int
    href: str
    mine: bool
    first: bool
    day: str
    new_divider: bool
    sender_id: str
    sender_name: str
    avatar_url: str
    bot: bool
    time: str
    full_time: str
    iso: str
    html: str
    text: str
    kind: str
    state: str  # "" | pending | sent | delivered | read | failed
    state_text: str
    error: str
    edited: bool
    deleted: bool
    highlighted: bool
    system: str
    quote: Quote
    reactions: list[Reaction] = field(default_factory=list)
    attachments: list[AttachmentView] = field(default_factory=list)


@dataclass(frozen=True)
class Timeline:
    """What there is to know about the open room's timeline beside its rows.

    ``unseen`` counts messages below that have not been read; ``at_bottom`` is whether the newest is in view.
    """

    loading: bool
    loaded: bool
    has_older: bool
    has_newer: bool
    loading_older: bool
    loading_newer: bool
    unseen: int
    at_bottom: bool
    empty: bool
    error: str


@dataclass(frozen=True)
class Composer:
    """What is being written in the open room. ``notice`` says what is wrong, for example that it is too long."""

    text: str
    length: int
    max_length: int
    too_long: bool
    notice: str
    can_send: bool
    reply: Quote


# ---------------------------------------------------------------- how a hook becomes a Var

_LOOP_VARIABLE = re.compile(rf"(?<![\w.$])(?:\w+?{FIELD_MARKER}|index_[0-9a-f]{{32}})(?![\w$])")


def _hook_var(hook: str, type_: type[_T], *args: Any) -> Var[_T]:
    given = [rx.Var.create(arg) for arg in args]
    call = f"{hook}({', '.join(str(arg) for arg in given)})"
    loop = _LOOP_VARIABLE.search(call)
    if loop:
        raise TypeError(
            f"{call} uses the loop variable {loop.group().removesuffix(FIELD_MARKER)}, but a hook cannot run inside"
            " rx.foreach. Pass the row to an rx.memo component and build the live Var there."
        )
    # The same call gets the same name, so that a component that uses it twice runs the hook once.
    name = f"{hook.removeprefix('useLive').lower()}_{md5(call.encode(), usedforsecurity=False).hexdigest()[:8]}"
    needs = VarData.merge(*(arg._get_all_var_data() for arg in given))
    return rx.Var(
        _js_expr=name,
        _var_type=type_,
        _var_data=VarData(imports={HOOKS: [ImportVar(tag=hook)]}, hooks={f"const {name} = {call}": needs}),
    ).guess_type()


def _function(name: str) -> FunctionVar[Any]:
    return FunctionStringVar.create(name, _var_data=VarData(imports={HOOKS: [ImportVar(tag=name)]}))


def _action(name: str, *args: Any) -> FunctionVar[Any]:
    function = _function(name)
    return function.partial(*args) if args else function


# ---------------------------------------------------------------- Vars


def me() -> Var[Me]:
    """Return the account that is signed in."""
    return _hook_var("useLiveMe", Me)


def connection() -> Var[Connection]:
    """Return how the store stands to the server."""
    return _hook_var("useLiveConnection", Connection)


def current_room() -> Var[str]:
    """Return the id of the open room, or nothing."""
    return _hook_var("useLiveCurrentRoom", str)


def rooms(filter: RoomFilter | Var[str] = "all") -> Var[list[RoomRow]]:  # noqa: A002 - the word people use for it
    """Return the rows of the conversation list, pinned first, then by last activity.

    Args:
        filter: Which rooms: ``all``, ``unread``, ``rooms`` (groups) or ``people`` (direct). May be a Var.
    """
    return _hook_var("useLiveRooms", list[RoomRow], filter)


def rooms_ready() -> Var[bool]:
    """Return whether the server has told which rooms there are; until then show the skeleton."""
    return _hook_var("useLiveRoomsReady", bool)


def room() -> Var[RoomView]:
    """Return the head of the open room."""
    return _hook_var("useLiveRoom", RoomView)


def messages() -> Var[list[MessageRow]]:
    """Return the rows of the open room's timeline, at most 300, oldest first, unsent ones last."""
    return _hook_var("useLiveMessages", list[MessageRow])


def timeline() -> Var[Timeline]:
    """Return what there is to know about the open room's timeline beside its rows."""
    return _hook_var("useLiveTimeline", Timeline)


def typing() -> Var[list[str]]:
    """Return the names of the others who are typing in the open room."""
    return _hook_var("useLiveTyping", list[str])


def typing_text() -> Var[str]:
    """Return who is typing in the open room as words ("Ann and Ben are typing"), or nothing."""
    return _hook_var("useLiveTypingText", str)


def draft() -> Var[str]:
    """Return the unsent text of the open room."""
    return _hook_var("useLiveDraft", str)


def composer() -> Var[Composer]:
    """Return what is being written in the open room."""
    return _hook_var("useLiveComposer", Composer)


def totals() -> Var[Totals]:
    """Return what is unread over all rooms."""
    return _hook_var("useLiveTotals", Totals)


def announcement() -> Var[str]:
    """Return the words for a polite announcer: the newest message of another person in the open room."""
    return _hook_var("useLiveAnnouncement", str)


def choice(name: str, default: str = "") -> Var[str]:
    """Return a value that only this page in this browser knows, such as which tab of the list is chosen.

    Args:
        name: Which value; anything. Set it with :func:`choose` or :func:`toggle`.
        default: What it is until somebody chooses.
    """
    return _hook_var("useLiveChoice", str, name, default)


def avatar_url(user_id: Var[str] | str, picture: Var[str] | str = "") -> Var[str]:
    """Return the address of a person's picture: ``picture`` when they have one, else the drawn one.

    No hook: it may be used inside ``rx.foreach``.
    """
    return _function("liveAvatarUrl").call(user_id, picture).to(str)


# ---------------------------------------------------------------- actions (for event triggers)


def send() -> FunctionVar[Any]:
    """Send the draft of the open room. Nothing happens when there is nothing to send."""
    return _action("liveSend")


def set_draft(text: str | Var[str] | None = None) -> FunctionVar[Any]:
    """Set the draft of the open room to ``text``; without it to the trigger's own value."""
    return _action("liveSetDraft") if text is None else _action("liveSetDraft", text)


def retry(key: str | Var[str]) -> FunctionVar[Any]:
    """Try again to send the failed message with this key."""
    return _action("liveRetry", key)


def discard(key: str | Var[str]) -> FunctionVar[Any]:
    """Throw away the unsent message with this key."""
    return _action("liveDiscard", key)


def reply_to(message_id: str | Var[str]) -> FunctionVar[Any]:
    """Let the draft of the open room answer the message with this id."""
    return _action("liveReplyTo", message_id)


def cancel_reply() -> FunctionVar[Any]:
    """Let the draft answer nothing."""
    return _action("liveCancelReply")


def open_room(room_id: str | Var[str]) -> FunctionVar[Any]:
    """Open a room (an ordinary navigation; a link to ``RoomRow.href`` does the same). Empty closes it."""
    return _action("liveOpenRoom", room_id)


def load_older() -> FunctionVar[Any]:
    """Fetch the page before the first shown message."""
    return _action("liveLoadOlder")


def load_newer() -> FunctionVar[Any]:
    """Fetch the page after the last shown message."""
    return _action("liveLoadNewer")


def jump_latest() -> FunctionVar[Any]:
    """Show the newest messages and go to the bottom."""
    return _action("liveJumpLatest")


def mark_read() -> FunctionVar[Any]:
    """Mark the open room as read."""
    return _action("liveMarkRead")


def typing_ping() -> FunctionVar[Any]:
    """Tell the others that somebody is typing; sent at most every few seconds."""
    return _action("liveTypingPing")


def choose(name: str, value: str | Var[str]) -> FunctionVar[Any]:
    """Set the :func:`choice` called ``name``."""
    return _action("liveChoose", name, value)


def toggle(name: str, value: str = "on") -> FunctionVar[Any]:
    """Set the :func:`choice` called ``name`` to ``value``, or to nothing when that is what it is."""
    return _action("liveToggle", name, value)


def copy_text(text: str | Var[str]) -> FunctionVar[Any]:
    """Copy ``text`` to the clipboard."""
    return _action("liveCopyText", text)


def log_out() -> FunctionVar[Any]:
    """End the session, forget what this browser keeps of the account, and go to the log-in page."""
    return _action("liveLogOut")


def reconnect() -> FunctionVar[Any]:
    """Try now to reach the server."""
    return _action("liveReconnect")


# ---------------------------------------------------------------- components


class Bridge(rx.Component):
    """Shows nothing. Starts the store and keeps it and the page's address (``?room=`` and ``&m=``) in step."""

    library = PARTS
    tag = "LiveBridge"
    _memoization_mode = MemoizationMode(recursive=False)

    login: Var[str]
    """Where to go when the server refuses the session; empty to stay."""


class SessionExchange(rx.Component):
    """Shows nothing. Turns a one-use ticket into the session cookie and loads ``next_page``."""

    library = PARTS
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
    on_paste_files: rx.EventHandler[rx.event.no_args_event_spec]


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
