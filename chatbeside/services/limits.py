"""How often something may be tried."""

from collections import OrderedDict
from datetime import datetime

from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import TooMany

_KEYS_MOST = 10_000


class Limiter:
    """A token bucket a key, in the memory of this process.

    Args:
        clock: The present moment.
        burst: How many tries are free at once.
        every: Seconds after which one more is free.
    """

    def __init__(self, clock: Clock, *, burst: int, every: float) -> None:
        self._clock = clock
        self._burst = burst
        self._every = every
        self._spent: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def take(self, key: str) -> None:
        """Count a try. Raises :class:`TooMany`, with the seconds to wait, when none is free."""
        spent = self._level(key)
        if spent > self._burst - 1:
            wait = (spent - self._burst + 1) * self._every
            raise TooMany("Too many tries. Wait a little and try again.", retry_after=wait)
        self._keep(key, spent + 1)

    def give_back(self, key: str) -> None:
        """Take back the tries of a key, because one was right."""
        self._spent.pop(key, None)

    def _level(self, key: str) -> float:
        spent, at = self._spent.get(key, (0.0, self._clock()))
        return max(0.0, spent - (self._clock() - at).total_seconds() / self._every)

    def _keep(self, key: str, spent: float) -> None:
        self._spent[key] = (spent, self._clock())
        self._spent.move_to_end(key)
        while len(self._spent) > _KEYS_MOST:
            self._spent.popitem(last=False)
