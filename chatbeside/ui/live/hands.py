"""What people do to messages: the message that is pointed at, actions on it, pins, toasts, the emoji picker."""

from dataclasses import dataclass
from typing import Any, Final

import reflex as rx
from reflex.constants.compiler import MemoizationMode
from reflex.vars import FunctionVar
from reflex.vars.base import Var

from chatbeside.ui.live.binding import action, hook_var
from chatbeside.ui.live.parts import PARTS

_HOOKS: Final = "$/public/live/handhooks.js"


@dataclass(frozen=True)
class Target:
    """The message under the pointer or the focus, and what this person may do with it. ``id`` is empty without one."""

    key: str
    id: str
    href: str
    mine: bool
    sender_id: str
    bot: bool
    name: str
    summary: str
    text: str
    pinned: bool
    can_react: bool
    can_reply: bool
    can_edit: bool
    can_delete: bool
    can_pin: bool
    can_forward: bool


@dataclass(frozen=True)
class PinRow:
    """A pinned message of the open room."""

    id: str
    href: str
    name: str
    sender_id: str
    avatar_url: str
    bot: bool
    text: str
    time: str
    iso: str
    full_time: str


@dataclass(frozen=True)
class FileRow:
    """A file of the open room. ``href`` leads to its message; ``about`` is its size and who sent it."""

    id: str
    message: str
    href: str
    name: str
    about: str
    thumbnail_url: str
    download_url: str
    time: str
    iso: str
    full_time: str


@dataclass(frozen=True)
class Toast:
    """Short words about what happened. ``kind`` is ``note`` or ``error``; ``link`` the words for ``href``, if any."""

    id: str
    text: str
    kind: str
    href: str
    link: str


class RowTools(rx.Component):
    """Draws its children into the row of :func:`target`, and listens for long presses and keys in the log.

    ``sheet`` is the dialog that a long press opens, ``remove`` the one that the Delete key opens.
    """

    library = PARTS
    tag = "LiveRowTools"
    _memoization_mode = MemoizationMode(recursive=False)

    sheet: Var[str]
    remove: Var[str]


class EmojiPicker(rx.Component):
    """The emoji picker; hidden until :func:`open_picker`. Once on the page."""

    library = PARTS
    tag = "LiveEmojiPicker"
    _memoization_mode = MemoizationMode(recursive=False)


class KeptLoader(rx.Component):
    """Shows nothing. Asks for the pinned messages and the files of the open room while it is in the page."""

    library = PARTS
    tag = "LiveKeptLoader"
    _memoization_mode = MemoizationMode(recursive=False)


row_tools = RowTools.create
emoji_picker = EmojiPicker.create
kept_loader = KeptLoader.create


def target() -> Var[Target]:
    """Return the message that is pointed at. It stays while a menu or a dialog is open."""
    return hook_var("useLiveTarget", Target, module=_HOOKS)


def quick_emoji() -> Var[list[str]]:
    """Return six emoji: what this person used last, filled up with the usual ones."""
    return hook_var("useLiveQuickEmoji", list[str], module=_HOOKS)


def pins() -> Var[list[PinRow]]:
    """Return the pinned messages of the open room, the one pinned last first."""
    return hook_var("useLivePins", list[PinRow], module=_HOOKS)


def room_files() -> Var[list[FileRow]]:
    """Return the files of the open room's newest messages with files, the newest first."""
    return hook_var("useLiveRoomFiles", list[FileRow], module=_HOOKS)


def toasts() -> Var[list[Toast]]:
    """Return what there is to be told now, the oldest first, at most three."""
    return hook_var("useLiveToasts", list[Toast], module=_HOOKS)


def react(message_id: str | Var[str], emoji: str | Var[str]) -> FunctionVar[Any]:
    """Give a reaction, or take it back."""
    return action("liveReact", message_id, emoji, module=_HOOKS)


def unfold(message_id: str | Var[str]) -> FunctionVar[Any]:
    """Show a message of somebody blocked after all."""
    return action("liveUnfold", message_id, module=_HOOKS)


def vote(message_id: str | Var[str], emoji: str | Var[str]) -> FunctionVar[Any]:
    """Vote for the answer of a poll that this emoji stands for, or take the vote back."""
    return action("liveVote", message_id, emoji, module=_HOOKS)


def close_poll(message_id: str | Var[str]) -> FunctionVar[Any]:
    """Close a poll: nobody votes any more."""
    return action("liveClosePoll", message_id, module=_HOOKS)


def answer(message_id: str | Var[str]) -> FunctionVar[Any]:
    """Let the draft answer the message, and go to the composer."""
    return action("liveAnswer", message_id, module=_HOOKS)


def edit(message_id: str | Var[str]) -> FunctionVar[Any]:
    """Edit the own message in the composer."""
    return action("liveEdit", message_id, module=_HOOKS)


def cancel_edit() -> FunctionVar[Any]:
    """Leave the message that is being edited as it is."""
    return action("liveCancelEdit", module=_HOOKS)


def delete(message_id: str | Var[str]) -> FunctionVar[Any]:
    """Delete the message; ask first."""
    return action("liveDelete", message_id, module=_HOOKS)


def pin(message_id: str | Var[str], on: bool | Var[bool]) -> FunctionVar[Any]:
    """Pin the message to its room, or take the pin out."""
    return action("livePin", message_id, on, module=_HOOKS)


def forward(message_id: str | Var[str], room_id: str | Var[str]) -> FunctionVar[Any]:
    """Send the message on to another conversation, as a quote with its writer's name, and its files."""
    return action("liveForward", message_id, room_id, module=_HOOKS)


def copy_message(text: str | Var[str]) -> FunctionVar[Any]:
    """Copy the text of a message, and say so."""
    return action("liveCopyMessage", text, module=_HOOKS)


def copy_link(href: str | Var[str]) -> FunctionVar[Any]:
    """Copy the address of a message (:attr:`MessageRow.href`), and say so."""
    return action("liveCopyLink", href, module=_HOOKS)


def seek(message_id: str | Var[str]) -> FunctionVar[Any]:
    """Go to the message of a link once more when the page is at its address already; for links to messages."""
    return action("liveSeek", message_id, module=_HOOKS)


def close_toast(toast_id: str | Var[str]) -> FunctionVar[Any]:
    """Close a toast."""
    return action("liveCloseToast", toast_id, module=_HOOKS)


def open_menu(element_id: str) -> FunctionVar[Any]:
    """Open the popover with this id beside what was pressed, or close it."""
    return action("liveOpenMenu", element_id, module=_HOOKS)


def open_picker(message_id: str | Var[str] = "") -> FunctionVar[Any]:
    """Open the emoji picker for a message; without one for what is being written."""
    return action("liveOpenPicker", message_id, module=_HOOKS)


def begin_mention() -> FunctionVar[Any]:
    """Write an @ into the composer, which offers names then."""
    return action("liveBeginMention", module=_HOOKS)
