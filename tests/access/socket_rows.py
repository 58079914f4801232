"""Who gets through with which event. **Whoever adds an event adds its rows here**, or ``test_sockets.py`` fails."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.access.scene import MESSAGE, Place, before_answer, before_call, before_growing

SIGNED_IN = "XRSMAO"


@dataclass(frozen=True)
class Row:
    """One way to use an event.

    Args:
        event: Its name.
        through: Letters of :data:`scene.ASKERS` that get through; nobody without a session has a socket at all.
        data: What is sent; ``{field}`` is a field of the scene.
        holds: Words that the answer has for those in the room who get through.
        refused: Codes for single letters, where it is not ``not_found`` (outside) or ``forbidden`` (in the room).
        before: What happens first.
        device: What the asker's page calls itself.
    """

    event: str
    through: str
    data: Mapping[str, Any]
    holds: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[Place], Awaitable[None]] | None = None

    def __str__(self) -> str:
        return f"{self.event} {dict(self.data)}"


def missing(letters: str) -> dict[str, str]:
    """Return that for these letters there is no such thing, whatever their role."""
    return dict.fromkeys(letters, "not_found")


def of_call(event: str, through: str, refused: Mapping[str, str], before: Any = before_call, **data: Any) -> Row:
    """Return the row of an event about the call of the plain member and the admin."""
    return Row(event, through, {"call": "{call}", "device": "d", **data}, refused=refused, before=before)


_ROOM = {"room": "{room}"}

ROWS = [
    Row("join room", "MAO", _ROOM, holds=(MESSAGE,)),
    Row("join room", "MAO", {**_ROOM, "after": 0}, holds=(MESSAGE,)),
    Row("join room", "MA", {"room": "{direct}"}, holds=(MESSAGE,), refused=missing("O")),
    Row("history", "MAO", _ROOM, holds=(MESSAGE,)),
    Row("history", "MAO", {**_ROOM, "around": "{message}"}, holds=(MESSAGE,)),
    # A message of one room asked for by way of another.
    Row("history", "", {"room": "{elsewhere}", "around": "{message}"}, refused=missing("MAO")),
    Row("history", "", {**_ROOM, "around": "{whisper}"}, refused=missing("MAO")),
    Row("chat message", "MAO", {**_ROOM, "content": "x", "clientId": "c"}),
    Row(
        "chat message",
        "",
        {"room": "{elsewhere}", "content": "x", "clientId": "c", "replyTo": "{message}"},
        refused={**missing("MAO"), "R": "invalid"},
    ),
    Row(
        "chat message",
        "",
        {"room": "{elsewhere}", "clientId": "c", "attachments": ["{file}"]},
        refused={**missing("MAO"), "R": "invalid"},
    ),
    Row("read", "MAO", {**_ROOM, "seq": 1}),
    Row("delivered", "MAO", {**_ROOM, "seq": 1}),
    Row("typing", "MAO", _ROOM),
    Row("presence", SIGNED_IN, {"state": "away"}),
    # Everybody may look everybody up; ids of other things are nobody.
    Row("people", SIGNED_IN, {"users": ["{user}", "{room}", "{message}"]}),
    Row("assistant command", "MAO", {**_ROOM, "text": "/catchup", "clientId": "c"}),
    Row(
        "assistant command",
        "",
        {"room": "{elsewhere}", "text": "/help", "clientId": "c", "replyTo": "{message}"},
        refused=missing("MAO"),
    ),
    Row("assistant stop", "MAO", {"id": "growing"}, before=before_growing),
    Row("assistant again", "M", {"message": "{answer}"}),
    Row("assistant again", "", {"message": "{message}"}, refused=missing("MAO")),
    Row("assistant state", "MAO", _ROOM),
    Row("assistant state", "MAO", _ROOM, holds=("canarycontent",), before=before_growing),
    Row("assistant switch", "AO", {**_ROOM, "on": False}),
    Row("audio call", "MA", {"room": "{direct}"}, refused=missing("O")),
    Row("video call", "MA", {"room": "{direct}"}, refused=missing("O")),
    Row("audio call", SIGNED_IN, {"receiver": "outside"}),
    Row("video call", "", _ROOM, refused=dict.fromkeys("MAO", "invalid")),
    Row("group join", "MAO", {**_ROOM, "device": "d"}),
    # A call of two is none of a room.
    Row(
        "group offer", "", {"call": "{call}", "session": "s", "offer": "x"}, refused=missing("MAO"), before=before_call
    ),
    Row(
        "group show",
        "",
        {"call": "{call}", "muted": True, "camera": False, "screen": False},
        refused=missing("MAO"),
        before=before_call,
    ),
    Row("group leave", "", {"call": "{call}"}, refused=missing("MAO"), before=before_call),
    of_call("call accept", "A", missing("O")),
    of_call("call decline", "MA", missing("O")),
    of_call("call connected", "MA", missing("O"), before_answer),
    of_call("call join", "MA", missing("O")),
    of_call("call end", "MA", missing("O")),
    of_call("call record", "", {**missing("O"), **dict.fromkeys("MA", "conflict")}, before_answer, on=True),
    of_call("call forward", "", {**missing("O"), **dict.fromkeys("MA", "conflict")}, before_answer, offer="v=0"),
    of_call("call signal", "MA", missing("O"), before_answer, n=1, data={"sdp": "x"}),
]
