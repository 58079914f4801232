"""What people do, for event triggers: no round trip through the server's state."""

from typing import Any

from reflex.vars import FunctionVar
from reflex.vars.base import Var

from chatbeside.ui.live.binding import action


def send() -> FunctionVar[Any]:
    """Send the draft of the open room. Nothing happens when there is nothing to send."""
    return action("liveSend")


def set_draft(text: str | Var[str] | None = None) -> FunctionVar[Any]:
    """Set the draft of the open room to ``text``; without it to the trigger's own value."""
    return action("liveSetDraft") if text is None else action("liveSetDraft", text)


def retry(key: str | Var[str]) -> FunctionVar[Any]:
    """Try again to send the failed message with this key."""
    return action("liveRetry", key)


def discard(key: str | Var[str]) -> FunctionVar[Any]:
    """Throw away the unsent message with this key."""
    return action("liveDiscard", key)


def reply_to(message_id: str | Var[str]) -> FunctionVar[Any]:
    """Let the draft of the open room answer the message with this id."""
    return action("liveReplyTo", message_id)


def cancel_reply() -> FunctionVar[Any]:
    """Let the draft answer nothing."""
    return action("liveCancelReply")


def open_room(room_id: str | Var[str]) -> FunctionVar[Any]:
    """Open a room (an ordinary navigation; a link to ``RoomRow.href`` does the same). Empty closes it."""
    return action("liveOpenRoom", room_id)


def load_older() -> FunctionVar[Any]:
    """Fetch the page before the first shown message."""
    return action("liveLoadOlder")


def load_newer() -> FunctionVar[Any]:
    """Fetch the page after the last shown message."""
    return action("liveLoadNewer")


def jump_latest() -> FunctionVar[Any]:
    """Show the newest messages and go to the bottom."""
    return action("liveJumpLatest")


def mark_read() -> FunctionVar[Any]:
    """Mark the open room as read."""
    return action("liveMarkRead")


def typing_ping() -> FunctionVar[Any]:
    """Tell the others that somebody is typing; sent at most every few seconds."""
    return action("liveTypingPing")


def choose(name: str, value: str | Var[str]) -> FunctionVar[Any]:
    """Set the :func:`choice` called ``name``."""
    return action("liveChoose", name, value)


def toggle(name: str, value: str = "on") -> FunctionVar[Any]:
    """Set the :func:`choice` called ``name`` to ``value``, or to nothing when that is what it is."""
    return action("liveToggle", name, value)


def copy_text(text: str | Var[str]) -> FunctionVar[Any]:
    """Copy ``text`` to the clipboard."""
    return action("liveCopyText", text)


def log_out() -> FunctionVar[Any]:
    """End the session, forget what this browser keeps of the account, and go to the log-in page."""
    return action("liveLogOut")


def reconnect() -> FunctionVar[Any]:
    """Try now to reach the server."""
    return action("liveReconnect")
