"""Who gets through which route. **Whoever adds a route adds its rows here**, or ``test_rest.py`` fails."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.access import scene
from tests.access.scene import CONTENT, MESSAGE, NAME, TOPIC, Place, before_bringing, before_call
from tests.conftest import PASSWORD

SIGNED_IN = "XRSMAO"
EVERYBODY = f"N{SIGNED_IN}"


@dataclass(frozen=True)
class Row:
    """One way to use a route.

    Args:
        door: Method and path as the route names them; ``{field}`` is a field of the scene.
        through: Letters of :data:`scene.ASKERS` that get through.
        body: The JSON sent.
        query: The parameters sent.
        holds: Words that the answer has for those in the room who get through: proof that the row could leak.
        refused: Status for single letters, where it is not 401 (nobody), 404 (outside) or 403 (in the room).
        tells: Letters outside to whom the answer may name the room: they were invited.
        vain: Letters that get a friendly answer to which nothing happens.
        names: What the path's own names stand for in the scene, where that differs.
        before: What happens first, in each copy of the scene.
        form: A file to send in place of JSON.
    """

    door: str
    through: str
    body: Mapping[str, Any] | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    holds: tuple[str, ...] = ()
    refused: Mapping[str, int] = field(default_factory=dict)
    tells: str = ""
    vain: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[Place], Awaitable[None]] | None = None
    form: bool = False

    def __str__(self) -> str:
        sent = {**(self.body or {}), **self.query, **self.names}
        return f"{self.door} {sent}" if sent else self.door


def admins_only(door: str, **more: Any) -> Row:
    """Return the row of a route for administrators of the server: 403 for everybody else with a session."""
    return Row(door, "S", refused=dict.fromkeys("XRMAO", 403), **more)


_THUMB = "%F0%9F%91%8D"
_PUSH = "https://push.example.org/send/other"
_KEYS = {"p256dh": "", "auth": ""}

ROWS = [
    # Accounts
    Row("POST /api/auth/signup", EVERYBODY, {"username": "newcomer", "email": "n@example.org", "password": PASSWORD}),
    Row("POST /api/auth/login", EVERYBODY, {"username": "outside", "password": PASSWORD}),
    Row("POST /api/auth/session", "", {"ticket": "x"}, refused=dict.fromkeys(EVERYBODY, 403)),
    Row("POST /api/auth/logout", SIGNED_IN),
    Row("GET /api/auth/me", SIGNED_IN),
    Row("PATCH /api/auth/me", SIGNED_IN, {"displayName": "Other"}),
    Row("POST /api/auth/password", SIGNED_IN, {"present": PASSWORD, "password": f"other {PASSWORD}"}),
    Row("GET /api/auth/export", SIGNED_IN),
    Row("POST /api/auth/delete", "XRMAO", {"password": PASSWORD}, refused={"S": 409}),
    # This server knows no other provider.
    Row("GET /api/auth/oidc/begin", "", refused=dict.fromkeys(EVERYBODY, 404)),
    Row("GET /api/auth/oidc/callback", "", refused=dict.fromkeys(EVERYBODY, 303)),
    Row("POST /api/auth/login/code", "", {"ticket": "x", "code": "x"}, refused=dict.fromkeys(EVERYBODY, 401)),
    Row("GET /api/auth/second-factor", SIGNED_IN),
    Row("POST /api/auth/second-factor", SIGNED_IN, {"password": PASSWORD}),
    # Nobody here has one, so there is nothing to see or to confirm.
    Row("GET /api/auth/second-factor/picture", "", refused=dict.fromkeys(SIGNED_IN, 404)),
    Row("POST /api/auth/second-factor/confirm", "", {"code": "x"}, refused=dict.fromkeys(SIGNED_IN, 409)),
    Row("POST /api/auth/second-factor/codes", "", {"password": PASSWORD}, refused=dict.fromkeys(SIGNED_IN, 409)),
    Row("POST /api/auth/second-factor/off", SIGNED_IN, {"password": PASSWORD}),
    # This server sends no mail, and nobody knows a code.
    Row("POST /api/auth/reset", "", {"email": "a@example.org"}, refused=dict.fromkeys(EVERYBODY, 503)),
    Row(
        "POST /api/auth/reset/password",
        "",
        {"code": "x", "password": f"other {PASSWORD}"},
        refused=dict.fromkeys(EVERYBODY, 404),
    ),
    admins_only("POST /api/auth/reset/links", body={"user": "{user}"}),
    Row("GET /api/auth/sessions", SIGNED_IN),
    Row("DELETE /api/auth/sessions", SIGNED_IN),
    Row("DELETE /api/auth/sessions/{session}", "M", refused=dict.fromkeys("AO", 404)),
    Row("GET /api/users", SIGNED_IN),
    Row("GET /api/users/{user}", SIGNED_IN),
    # Rooms
    Row("GET /api/rooms", SIGNED_IN, holds=(NAME, TOPIC)),
    Row("POST /api/rooms", SIGNED_IN, {"name": "a new one"}),
    Row("GET /api/rooms/public", SIGNED_IN),
    Row("GET /api/rooms/public", SIGNED_IN, query={"query": NAME}),
    Row("GET /api/rooms/{room}", "MAO", holds=(NAME, TOPIC)),
    Row("GET /api/rooms/{room}/members", "MAO"),
    Row("GET /api/rooms/{room}/pins", "MAO"),
    Row("POST /api/rooms/{room}/read", "MAO", {"readSeq": 1}),
    Row("PATCH /api/rooms/{room}", "AO", {"name": "other"}),
    Row("PATCH /api/rooms/{room}", "AO", {"topic": "other"}),
    Row("PATCH /api/rooms/{room}", "O", {"public": True}),
    Row("PATCH /api/rooms/{room}", "O", {"archived": True}),
    Row("PATCH /api/rooms/{room}", "", {"name": "other"}, names={"room": "{direct}"}, refused={"O": 404}),
    Row("GET /api/rooms/{room}/avatar", "MAO"),
    Row("PUT /api/rooms/{room}/avatar", "AO", form=True),
    Row("DELETE /api/rooms/{room}/avatar", "AO"),
    Row("GET /api/invites/{code}/avatar", EVERYBODY, names={"code": "{invite}"}),
    Row("GET /api/users/{user}/avatar", SIGNED_IN),
    Row("PUT /api/auth/me/avatar", SIGNED_IN, form=True),
    Row("DELETE /api/auth/me/avatar", SIGNED_IN),
    Row("PATCH /api/rooms/{room}/settings", "MAO", {"muted": True}),
    Row("POST /api/rooms/{room}/join", "MAO"),
    Row("POST /api/rooms/{room}/leave", "MA", refused={"O": 409}),
    Row("POST /api/rooms/{room}/members", "AO", {"user": "{outside}"}),
    Row("POST /api/rooms/{room}/members", "O", {"user": "{outside}", "role": "admin"}),
    Row("PATCH /api/rooms/{room}/members/{user}", "O", {"role": "admin"}),
    Row("PATCH /api/rooms/{room}/members/{user}", "O", {"role": "owner"}),
    Row("DELETE /api/rooms/{room}/members/{user}", "AO"),
    Row("GET /api/rooms/{room}/invites", "AO"),
    Row("POST /api/rooms/{room}/invites", "AO", {}),
    Row("DELETE /api/rooms/{room}/invites/{code}", "AO", names={"code": "{invite}"}),
    # The code itself is what lets somebody see where it leads.
    Row("GET /api/invites/{code}", SIGNED_IN, names={"code": "{invite}"}, holds=(NAME, TOPIC), tells="XRS"),
    Row("POST /api/invites/{code}", SIGNED_IN, names={"code": "{used}"}, holds=(NAME,), tells="XRS"),
    # Messages
    Row("GET /api/chat/messages", "MAO", query={"room": "{room}"}, holds=(MESSAGE, scene.FILE, scene.REACTION)),
    Row("GET /api/chat/messages", "MA", query={"room": "{direct}"}, holds=(MESSAGE,), refused={"O": 404}),
    Row("GET /api/chat/messages", SIGNED_IN, query={"with": "admin"}),
    Row("POST /api/chat/send", "MAO", {"room": "{room}", "content": "x"}),
    Row("POST /api/chat/send", "MA", {"room": "{direct}", "content": "x"}, refused={"O": 404}),
    # An answer to a message of another room, and somebody else's file: refused without saying what is there.
    Row(
        "POST /api/chat/send",
        "",
        {"receiver": "outside", "content": "x", "replyTo": "{message}"},
        refused=dict.fromkeys(SIGNED_IN, 422),
    ),
    Row(
        "POST /api/chat/send",
        "M",
        {"receiver": "outside", "attachments": ["{unsent}"]},
        refused=dict.fromkeys("XRSAO", 422),
    ),
    Row(
        "POST /api/chat/send",
        "",
        {"receiver": "outside", "attachments": ["{file}"]},
        refused=dict.fromkeys(SIGNED_IN, 422),
    ),
    Row("GET /api/chat/messages/{message}", "MAO", holds=(MESSAGE, scene.FILE)),
    Row("GET /api/chat/messages/{message}", "MA", names={"message": "{whisper}"}, refused={"O": 404}),
    Row("PATCH /api/chat/messages/{message}", "", {"content": "x"}),
    Row("PATCH /api/chat/messages/{message}", "M", {"content": "x"}, names={"message": "{own}"}),
    Row("DELETE /api/chat/messages/{message}", "AO"),
    Row("DELETE /api/chat/messages/{message}", "MAO", names={"message": "{own}"}),
    Row("PUT /api/chat/messages/{message}/reactions/{emoji}", "MAO", names={"emoji": _THUMB}),
    Row("DELETE /api/chat/messages/{message}/reactions/{emoji}", "MAO", names={"emoji": _THUMB}),
    Row("PUT /api/chat/messages/{message}/closed", "AO", names={"message": "{poll}"}),
    Row("PUT /api/chat/messages/{message}/closed", "", refused=dict.fromkeys("MAO", 404)),
    Row("PUT /api/chat/messages/{message}/pin", "AO"),
    Row("DELETE /api/chat/messages/{message}/pin", "AO"),
    Row("GET /api/search", SIGNED_IN, query={"q": MESSAGE}, holds=(MESSAGE,)),
    Row("GET /api/search", SIGNED_IN, query={"q": scene.FILE}, holds=(MESSAGE,)),
    Row("GET /api/search", "MAO", query={"q": MESSAGE, "room": "{room}"}, holds=(MESSAGE,)),
    # Files
    Row("POST /api/files", SIGNED_IN, form=True),
    Row("GET /api/files/{file}", "MAO", holds=(CONTENT, scene.FILE)),
    Row("GET /api/files/{file}", "M", names={"file": "{unsent}"}, refused={"A": 404, "O": 404}),
    Row("POST /api/files/{file}/copy", "MAO"),
    Row("POST /api/files/{file}/copy", "M", names={"file": "{unsent}"}, refused={"A": 404, "O": 404}),
    Row("DELETE /api/files/{file}", "M", names={"file": "{unsent}"}, refused={"A": 404, "O": 404}),
    Row("DELETE /api/files/{file}", "", refused=dict.fromkeys("MAO", 409)),
    # Calls
    Row("POST /api/calls/audio", SIGNED_IN, {"receiver": "outside"}),
    Row("POST /api/calls/audio", "MA", {"room": "{direct}"}, refused={"O": 404}),
    Row("POST /api/calls/video", "MA", {"room": "{direct}"}, refused={"O": 404}),
    Row("GET /api/calls/ice", SIGNED_IN),
    Row("GET /api/rooms/{room}/call", "MAO"),
    Row("POST /api/rooms/{room}/call", "MAO", {}),
    Row("DELETE /api/rooms/{room}/call", "MAO"),
    Row("GET /api/calls/{call}", "MA", refused={"O": 404}, before=before_call),
    # Without a model for speech there are no captions; that they are their maker's alone is in tests/media.
    Row(
        "POST /api/calls/{call}/captions",
        "",
        {"offer": "x"},
        refused={"M": 503, "A": 503, "O": 404},
        before=before_call,
    ),
    Row("DELETE /api/calls/{call}/captions", "", refused=dict.fromkeys("MAO", 404), before=before_call),
    # What is no offer of a browser is refused; that a leg is its maker's alone is in tests/api/test_calls.py.
    Row("POST /api/calls/echo", "", {"offer": "x"}, refused=dict.fromkeys(SIGNED_IN, 422)),
    Row("DELETE /api/calls/echo/{leg}", "", names={"leg": "{call}"}, refused=dict.fromkeys("MAO", 404)),
    # Web Push
    Row("GET /api/push/key", SIGNED_IN),
    Row("POST /api/push", "", {"endpoint": _PUSH, "keys": _KEYS}, refused=dict.fromkeys(SIGNED_IN, 422)),
    Row("DELETE /api/push", "M", {"endpoint": "https://push.example.org/send/member"}, vain="XRSAO"),
    # The assistant's settings
    # Blocking, reporting, administration
    Row("GET /api/blocks", SIGNED_IN),
    Row("PUT /api/blocks/{user}", SIGNED_IN, names={"user": "{outside}"}),
    Row("DELETE /api/blocks/{user}", SIGNED_IN, names={"user": "{outside}"}),
    Row("POST /api/reports", "MAO", {"message": "{message}", "reason": "spam"}),
    admins_only("GET /api/admin/overview"),
    admins_only("GET /api/admin/users"),
    admins_only("PATCH /api/admin/users/{user}", body={"administrator": True}),
    admins_only("DELETE /api/admin/users/{user}/sessions"),
    admins_only("GET /api/admin/rooms", tells="S"),  # names and sizes, and nothing that is said
    admins_only("GET /api/admin/audit", tells="S"),
    admins_only("GET /api/admin/reports"),
    Row(
        "POST /api/admin/reports/{report}",
        "",
        {"action": "dismiss"},
        names={"report": "{message}"},
        refused={**dict.fromkeys("XRMAO", 403), "S": 404},
    ),
    admins_only("GET /api/assistant"),
    admins_only("PATCH /api/assistant", body={"monthlyTokens": 5}),
    admins_only("POST /api/assistant/test"),
    admins_only("GET /api/assistant/usage"),
    # The server
    Row("GET /api/health", EVERYBODY),
    Row("GET /api/health/live", EVERYBODY),
    Row("GET /api/health/ready", EVERYBODY),
    # For a monitor with the token of a setting, which is not set.
    Row("GET /api/metrics", "", refused=dict.fromkeys(EVERYBODY, 404)),
    Row("GET /api/openapi.json", EVERYBODY),
    # The last one: what it changes before would stand in the way of the others.
    Row("POST /api/rooms/{room}/members", "", {"user": "{outside}"}, before=before_bringing),
]
