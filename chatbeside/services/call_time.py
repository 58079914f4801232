"""What happens to calls, by people, time and the end of workers: the same for calls of two and calls of rooms."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from chatbeside.domain.clock import Clock, seconds_until
from chatbeside.domain.errors import Conflict, NotFound

logger = logging.getLogger(__name__)
C = TypeVar("C")
C_co = TypeVar("C_co", covariant=True)
S = TypeVar("S", bound="Change[Any]")

_TRIES = 5
PAGE = 200
"""Calls that are read at once."""
TRY_AGAIN = 1.0
"""Seconds after which something that failed is tried again."""


class Due(Protocol):
    """Something that happens by itself."""

    def due(self) -> datetime | None:
        """Return when, or ``None`` when nothing does."""


class Change(Protocol[C_co]):
    """A call after something happened, and what follows from it; no effects when nothing changed."""

    @property
    def call(self) -> C_co:
        """The call as it is now."""

    @property
    def effects(self) -> Sequence[object]:
        """What follows."""


class Stored(Protocol[C]):
    """Where calls are."""

    async def get(self, call_id: str) -> C | None:
        """Return a call."""

    async def replace(self, call: C) -> bool:
        """Store a call, unless it has changed since it was read; return whether it was stored."""


async def change(
    stored: Stored[C],
    call_id: str,
    step: Callable[[C], S],
    *,
    unknown: str,
    entry: object = None,
    write_entry: Callable[[C], Awaitable[None]] | None = None,
) -> S:
    """Store what becomes of a call. Of two changes at the same moment the second sees what the first did.

    Args:
        stored: Where calls are.
        call_id: The call.
        step: Says what becomes of it.
        unknown: What is said when there is no such call.
        entry: The effect that asks for an entry in the timeline.
        write_entry: Writes that entry; the same entry is not written twice.

    Raises:
        NotFound: There is no such call.
        Conflict: It changes too quickly.
    """
    for _ in range(_TRIES):
        call = await stored.get(call_id)
        if call is None:
            raise NotFound(unknown)
        after = step(call)
        if not after.effects:
            return after
        # First the entry: after a crash in between, the next start finds the call unfinished.
        if write_entry is not None and entry in after.effects:
            await write_entry(after.call)
        if await stored.replace(after.call):
            return after
    raise Conflict("The call changes too quickly. Try again.")


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


async def look_after(changes: asyncio.Event, look: Callable[[], Awaitable[None]]) -> None:
    """Call ``look`` whenever ``changes`` is set, until cancelled.

    Args:
        changes: Set when another worker may have ended.
        look: Takes over its calls, and lets go of those that others took over; tried again when it fails.
    """
    while True:
        await changes.wait()
        changes.clear()
        try:
            await look()
        except Exception:
            logger.exception("calls of another worker could not be taken over; trying again")
            changes.set()
            await asyncio.sleep(TRY_AGAIN)
