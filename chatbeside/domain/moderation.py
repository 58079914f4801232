"""Blocking people, and reports for administrators, as immutable values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

WORDS_MOST = 1000
"""Most characters of what somebody adds to a report, and of an administrator's note."""


@dataclass(frozen=True, slots=True)
class Block:
    """That ``user_id`` wants to hear nothing from ``blocked_id``, who is not told."""

    user_id: str
    blocked_id: str
    created_at: datetime


class ReportReason(StrEnum):
    """What somebody finds wrong."""

    SPAM = "spam"
    HARASSMENT = "harassment"
    THREAT = "threat"
    PRIVATE = "private"
    ILLEGAL = "illegal"
    OTHER = "other"


class ReportAction(StrEnum):
    """What an administrator did about a report."""

    DISMISS = "dismiss"
    REMOVE = "remove"
    DEACTIVATE = "deactivate"


@dataclass(frozen=True, slots=True)
class Report:
    """Something that a person finds wrong, with a copy of what they saw; open until an administrator closed it.

    ``id`` is made by :func:`chatbeside.domain.ids.timed_id`. ``subject_id`` is whom it is about. ``copy`` and ``files``
    are the text of the message and the names of its files at that moment, so that an edit hides nothing.
    """

    id: str
    reporter_id: str
    subject_id: str
    reason: ReportReason
    created_at: datetime
    words: str = ""
    room_id: str | None = None
    message_id: str | None = None
    copy: str = ""
    files: tuple[str, ...] = ()
    closed_at: datetime | None = None
    closed_by: str | None = None
    action: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measures:
    """How much there is in a store; ``database_bytes`` is ``None`` where the database does not tell."""

    users: int
    sessions: int
    rooms: int
    messages: int
    files: int
    file_bytes: int
    database_bytes: int | None
