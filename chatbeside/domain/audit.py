"""The audit log: what happened to accounts, rights and rooms, and never what anybody said.

An entry holds who did what to whom, when and from where. It has no text of a message, no password and no token.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AuditKind(StrEnum):
    """What can be in the log. What is stored once keeps its name."""

    SIGNED_UP = "signed up"
    LOGGED_IN = "logged in"
    LOG_IN_FAILED = "log-in failed"
    LOGGED_OUT = "logged out"
    SESSION_ENDED = "session ended"
    SESSIONS_ENDED = "all sessions ended"
    PASSWORD_CHANGED = "password changed"  # noqa: S105 no password
    RESET_ASKED = "password reset asked for"
    RESET_LINK_MADE = "password reset link made"
    PASSWORD_RESET = "password reset"  # noqa: S105 no password
    SECOND_FACTOR_ON = "second factor on"
    SECOND_FACTOR_OFF = "second factor off"
    SECOND_FACTOR_FAILED = "second factor failed"
    RECOVERY_CODE_USED = "recovery code used"
    RECOVERY_CODES_MADE = "recovery codes made"
    IDENTITY_LINKED = "identity linked"
    EMAIL_CHANGED = "e-mail address changed"
    ACCOUNT_EXPORTED = "account exported"
    ACCOUNT_DELETED = "account deleted"
    ACCOUNT_DEACTIVATED = "account deactivated"
    ACCOUNT_REACTIVATED = "account reactivated"
    ADMINISTRATOR_MADE = "made administrator"
    ADMINISTRATOR_UNMADE = "no longer administrator"
    SETTINGS_CHANGED = "settings changed"
    ROLE_CHANGED = "role in a room changed"
    MEMBER_ADDED = "member added"
    MEMBER_REMOVED = "member removed"
    ROOM_OPENED = "room made public"
    ROOM_CLOSED = "room made private"
    ROOM_ARCHIVED = "room archived"
    ROOM_RESTORED = "room restored"
    INVITE_MADE = "invite made"
    INVITE_USED = "invite used"
    INVITE_REVOKED = "invite revoked"
    REPORT_MADE = "report made"
    REPORT_CLOSED = "report closed"
    MESSAGE_REMOVED = "message removed after a report"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that happened.

    Args:
        id: Made by :func:`chatbeside.domain.ids.timed_id`, so that ids sort by time.
        at: When it happened.
        kind: What happened.
        actor_id: Whose doing it was, a user id; ``None`` when nobody knows (a log-in that failed).
        subject_id: To which account it was done, also when that is the actor's own.
        room_id: In which room.
        address: Where the request came from; empty when it came from the server itself.
        agent: By which program, in a few words, such as ``Firefox on Linux``.
        data: What else there is to know, in short words: a role, the name of a setting.
    """

    id: str
    at: datetime
    kind: AuditKind
    actor_id: str | None = None
    subject_id: str | None = None
    room_id: str | None = None
    address: str = ""
    agent: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
