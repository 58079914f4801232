"""The nouns of a store that only the assistant uses; see :mod:`chatbeside.store.interfaces`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from chatbeside.domain.assistant import Answering, Citation, Reminder, Usage


class Config(Protocol):
    """Settings that administrators change while the server runs."""

    async def get(self, name: str) -> Mapping[str, Any]:
        """Return the values of a subject; empty when none were set."""

    async def put(self, name: str, values: Mapping[str, Any]) -> None:
        """Replace the values of a subject."""


class Usages(Protocol):
    """What the assistant's answers took."""

    async def add(self, usage: Usage) -> None:
        """Add these counts to what is stored for the same month, person and room."""

    async def total(self, month: str, user_id: str) -> int:
        """Return the tokens of a person in a month, over all rooms, prompts and answers together."""

    async def of_month(self, month: str, *, limit: int, after: tuple[str, str] = ("", "")) -> list[Usage]:
        """Return what is stored for a month, by person and room, what follows the person and the room in ``after``."""


class Reminders(Protocol):
    """What the assistant shall say later."""

    async def add(self, reminder: Reminder) -> None:
        """Store a new reminder."""

    async def open_of(self, user_id: str) -> list[Reminder]:
        """Return a person's reminders that are not done, by time."""

    async def due(self, at: datetime, *, limit: int) -> list[Reminder]:
        """Return reminders that are not done and due at or before ``at``, by time."""

    async def finish(self, reminder_id: str, at: datetime) -> bool:
        """Mark as done; return whether it was open."""


class Answers(Protocol):
    """Answers that are being written."""

    async def begin(self, answer: Answering) -> None:
        """Note that an answer is being written."""

    async def touch(self, answer_id: str, at: datetime) -> None:
        """Note that it still is."""

    async def end(self, answer_id: str) -> bool:
        """Forget it; return whether it was known."""

    async def silent(self, before: datetime, *, limit: int) -> list[Answering]:
        """Return those of which nothing was noted since ``before``, the longest silent first."""


class Citations(Protocol):
    """Which answers rest on which messages."""

    async def put(self, answer_id: str, citations: Sequence[Citation]) -> None:
        """Replace the citations of an answer."""

    async def of(self, cited_id: str) -> list[Citation]:
        """Return the citations of a message, by answer."""
