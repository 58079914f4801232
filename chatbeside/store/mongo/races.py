"""Races between writers: avoided inside this process, retried between processes.

The unique indexes alone keep the timeline right. These only save work.
"""

import asyncio
import random
from collections import OrderedDict

from chatbeside.store.interfaces import StoreUnavailable

TRIES = 60
LONGEST_WAIT = 0.05
"""Seconds between two tries, at most."""
MOST_LOCKS = 1024


class Retry:
    """Counts tries, with a short random wait between them. Raises StoreUnavailable when they are used up."""

    def __init__(self, tries: int = TRIES) -> None:
        self._left = tries
        self._wait = 0.0

    def __aiter__(self) -> "Retry":
        return self

    async def __anext__(self) -> int:
        if not self._left:
            raise StoreUnavailable("Too many writers at once.")
        if self._wait:
            await asyncio.sleep(random.uniform(0, self._wait))  # noqa: S311 only spreads the writers
        self._wait = min(LONGEST_WAIT, self._wait * 2 or 0.002)
        self._left -= 1
        return self._left


class Locks:
    """A lock a room, for the rooms used last."""

    def __init__(self, most: int = MOST_LOCKS) -> None:
        self._most = most
        self._locks: OrderedDict[str, asyncio.Lock] = OrderedDict()

    def of(self, room_id: str) -> asyncio.Lock:
        """Return the room's lock. One that was forgotten while held costs a retry, nothing more."""
        lock = self._locks.pop(room_id, None) or asyncio.Lock()
        self._locks[room_id] = lock
        if len(self._locks) > self._most:
            self._locks.popitem(last=False)
        return lock
