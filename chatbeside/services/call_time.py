"""What time does to calls, the same for calls of two and calls of rooms."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from chatbeside.domain.clock import Clock, seconds_until

logger = logging.getLogger(__name__)
C = TypeVar("C")

PAGE = 200
"""Calls that are read at once."""
TRY_AGAIN = 1.0
"""Seconds after which something that failed is tried again."""


class Due(Protocol):
    """Something that happens by itself."""

    def due(self) -> datetime | None:
        """Return when, or ``None`` when nothing does."""


def earliest(own: datetime | None, away: Iterable[datetime], patience: timedelta) -> datetime | None:
    """Return when something happens to a call by itself.

    Args:
        own: When time alone changes it.
        away: Since when devices are gone.
        patience: How long a device may be gone.
    """
    moments = [since + patience for since in away]
    return min([*moments, own] if own else moments, default=None)


async def gather_pages(
    page: Callable[[C | None], Awaitable[Sequence[C]]], mine: Callable[[C], Awaitable[bool]]
) -> list[C]:
    """Return the calls that are ``mine``, read page by page.

    Args:
        page: Returns the calls that follow one, or the first ones.
        mine: Whether one is wanted.
    """
    found: list[C] = []
    after: C | None = None
    while calls := await page(after):
        found += [call for call in calls if await mine(call)]
        after = calls[-1]
    return found


async def keep_time(
    calls: Callable[[], Iterable[Due]], clock: Clock, news: asyncio.Event, tick: Callable[[], Awaitable[None]]
) -> None:
    """Call ``tick`` whenever one of ``calls`` is due, until cancelled.

    Args:
        calls: Returns the present ones.
        clock: The present moment.
        news: Set when what is due may have changed.
        tick: Does what is due; tried again when it fails.
    """
    while True:
        news.clear()
        due = min((moment for call in calls() if (moment := call.due())), default=None)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds_until(due, clock())):
                await news.wait()
        try:
            await tick()
        except Exception:
            logger.exception("a call could not be looked after in time")
            await asyncio.sleep(TRY_AGAIN)
