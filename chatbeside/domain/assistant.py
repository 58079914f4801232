"""What the assistant keeps, as immutable values. All times are UTC with milliseconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Config:
    """Settings that administrators change while the server runs, one record a subject. Secrets in it are encrypted."""

    name: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Usage:
    """What one person's questions in one room took in one month (``2026-11``), in tokens of the model."""

    month: str
    user_id: str
    room_id: str
    prompt_tokens: int = 0
    answer_tokens: int = 0
    answers: int = 0


@dataclass(frozen=True, slots=True)
class Reminder:
    """Words that the assistant says to a person at a time. ``done_at``: when it was said or taken back."""

    id: str
    user_id: str
    text: str
    due_at: datetime
    created_at: datetime
    zone: str = "UTC"
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answering:
    """An answer that is being written: what is left when a process ends in the middle of it.

    ``id`` is the client id of the coming message; ``seen_at`` moves while the process lives;
    ``replaces`` is the message that the answer takes the place of.
    """

    id: str
    room_id: str
    question_id: str
    asker_id: str
    seen_at: datetime
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """That the message ``answer_id`` rests on the message ``cited_id``, which it calls ``number``."""

    cited_id: str
    answer_id: str
    number: int
