"""What a store must do for blocking and reports; part of :mod:`chatbeside.store.interfaces`."""

from datetime import datetime
from typing import Protocol

from chatbeside.domain.moderation import Block, Report


class Blocks(Protocol):
    """Who wants to hear nothing from whom."""

    async def add(self, block: Block) -> bool:
        """Store a block; return ``False``, and change nothing, when there is one."""

    async def remove(self, user_id: str, blocked_id: str) -> bool:
        """End a block; return whether there was one."""

    async def get(self, user_id: str, blocked_id: str) -> Block | None:
        """Return the block of ``blocked_id`` by ``user_id``."""

    async def of_user(self, user_id: str) -> list[Block]:
        """Return the blocks that a person has made, by the id of who is blocked."""

    async def against(self, blocked_id: str) -> set[str]:
        """Return the ids of those who have blocked a person."""


class Reports(Protocol):
    """What people have reported."""

    async def add(self, report: Report) -> None:
        """Store a new report."""

    async def get(self, report_id: str) -> Report | None:
        """Return one report."""

    async def page(self, *, open: bool, before: str | None = None, limit: int) -> list[Report]:  # noqa: A002
        """Return reports that are open, or that are closed, the newest first, those with an id below ``before``."""

    async def close(self, report_id: str, at: datetime, by: str, action: str, note: str) -> Report | None:
        """Close a report and return it; ``None``, and nothing is changed, when it is not open."""
