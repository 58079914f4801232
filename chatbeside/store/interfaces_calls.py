"""What the store keeps of calls: those of two people, and those of rooms."""

from collections.abc import Iterable
from typing import Protocol

from chatbeside.domain.calls import Call
from chatbeside.domain.group_calls import GroupCall


class Calls(Protocol):
    """Calls. What two browsers send each other during one is never stored."""

    async def add(self, call: Call, *, several: str | None = None) -> None:
        """Store a new call.

        Args:
            call: The call.
            several: The one of the two who may be in several calls at once: a bot.

        Raises:
            Taken: ``person`` when the call is not over and one of the two is in another that is not; of two that
                begin at the same moment both may be refused.
        """

    async def get(self, call_id: str) -> Call | None:
        """Return one call."""

    async def replace(self, call: Call) -> bool:
        """Store the next form of a call.

        Returns:
            Whether the stored version was the one before ``call.version``; if not, nothing is changed.
        """

    async def open_of(self, user_id: str) -> Call | None:
        """Return the call that a person is in, or is called by, now."""

    async def unfinished(self, *, limit: int, after: Call | None = None) -> list[Call]:
        """Return calls that are not over, oldest first, those that follow ``after``."""


class GroupCalls(Protocol):
    """Calls of rooms: one at a time in each."""

    async def add(self, call: GroupCall) -> None:
        """Store a new call. Raises Taken (``room``) when there is one in this room that is not over."""

    async def get(self, call_id: str) -> GroupCall | None:
        """Return one call."""

    async def replace(self, call: GroupCall) -> bool:
        """Store the next form of a call.

        Returns:
            Whether the stored version was the one before ``call.version``; if not, nothing is changed.
        """

    async def open_in(self, room_id: str) -> GroupCall | None:
        """Return the call of a room that is not over."""

    async def open_among(self, room_ids: Iterable[str]) -> list[GroupCall]:
        """Return the calls of these rooms that are not over, in no order."""

    async def unfinished(self, *, limit: int, after: GroupCall | None = None) -> list[GroupCall]:
        """Return calls that are not over, oldest first, those that follow ``after``."""
