"""How often something may be tried, counted by the library ``limits``: in memory, or in Redis for several processes."""

import ipaddress
import logging
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage, Storage
from limits.aio.storage.base import SlidingWindowCounterSupport
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError

from chatbeside.domain.errors import TooMany
from chatbeside.domain.limits import LimitName
from chatbeside.settings import Settings

_KEYS_MOST = 20_000
_LAMENT_EVERY = 60.0
_REDIS_WITHIN = 0.5
"""Seconds after which Redis counts as gone."""

_A_LITTLE = 0.01
"""Seconds by which a wait is longer than reckoned, so that what comes then is in time."""

_log = logging.getLogger(__name__)


class _Memory(Storage, SlidingWindowCounterSupport):
    """Counts in this process by a clock that never jumps.

    The library's own memory storage goes by the time of day, and starts a task with every hit.
    """

    STORAGE_SCHEME = None

    def __init__(self, monotonic: Callable[[], float]) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._counts: OrderedDict[str, tuple[int, int, int]] = OrderedDict()
        """Key -> number of the window, hits in the one before, hits in it. What was used last stands last."""

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    async def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        _, previous, current, left = self._look(key, expiry)
        return previous, left, current, left + expiry

    async def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        window, previous, current, left = self._look(key, expiry)
        if math.floor(previous * left / expiry + current) + amount > limit:
            return False
        self._counts[key] = (window, previous, current + amount)
        self._counts.move_to_end(key)
        while len(self._counts) > _KEYS_MOST:
            self._counts.popitem(last=False)
        return True

    async def clear_sliding_window(self, key: str, expiry: int) -> None:
        self._counts.pop(key, None)

    def _look(self, key: str, expiry: int) -> tuple[int, int, int, float]:
        """Return the window's number, the hits in the one before, those in it, and the seconds left of it."""
        now = self._monotonic()
        window = int(now // expiry)
        found = self._counts.get(key)
        previous = current = 0
        if found is not None:
            if found[0] == window:
                previous, current = found[1], found[2]
            elif found[0] == window - 1:
                previous = found[2]
        return window, previous, current, expiry - now % expiry

    # What other strategies would need.

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        raise NotImplementedError

    async def get(self, key: str) -> int:
        raise NotImplementedError

    async def get_expiry(self, key: str) -> float:
        raise NotImplementedError

    async def check(self) -> bool:
        return True

    async def reset(self) -> int | None:
        count = len(self._counts)
        self._counts.clear()
        return count

    async def clear(self, key: str) -> None:
        self._counts.pop(key, None)


class Limits:
    """Counts tries and refuses those that are too many.

    With Redis all processes count together; while it does not answer, each counts for itself.

    Args:
        settings: ``limits`` is the table, ``redis_url`` says where to count.
        monotonic: Seconds that never jump; tests pass their own.
    """

    def __init__(self, settings: Settings, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.table = settings.limits
        self._monotonic = monotonic
        self._items = {
            name: RateLimitItemPerSecond(rate.amount, rate.seconds, namespace=name.value)
            for name, rate in self.table.items()
            if rate is not None
        }
        # Each its own table: a crowd of keys of one kind pushes none of another out of memory.
        self._own = {name: SlidingWindowCounterRateLimiter(_Memory(monotonic)) for name in self._items}
        self._shared = _shared(settings)
        self._lamented = -math.inf

    async def take(self, name: LimitName, *key: str) -> None:
        """Count a try.

        Args:
            name: What is tried.
            key: By whom or to what, for example a user id; an address goes through :func:`address_key` first.

        Raises:
            TooMany: There were too many; it has the seconds to wait, and its words say so too.
        """
        item = self._items.get(name)
        if item is None:
            return
        if self._shared is not None:
            try:
                await _hit(self._shared, item, key)
                return
            except StorageError as error:
                self._lament(error)
        await _hit(self._own[name], item, key)

    async def give_back(self, name: LimitName, *key: str) -> None:
        """Take back all tries of a key, because one was right."""
        item = self._items.get(name)
        if item is None:
            return
        if self._shared is not None:
            try:
                await self._shared.clear(item, *key)
            except StorageError as error:
                self._lament(error)
        await self._own[name].clear(item, *key)

    async def close(self) -> None:
        """Disconnect from Redis."""
        storage: Any = self._shared.storage if self._shared else None
        if storage is not None:
            await storage.bridge.storage.aclose()
            self._shared = None

    def _lament(self, error: Exception) -> None:
        now = self._monotonic()
        if now - self._lamented >= _LAMENT_EVERY:
            self._lamented = now
            _log.warning("Redis does not answer (%s): this process counts tries by itself.", type(error).__name__)


def address_key(address: str) -> str:
    """Return what tries from ``address`` are counted by: IPv6 by the first 64 bits, which one connection has whole."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:45]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.IPv6Network((parsed, 64), strict=False).network_address)
    return str(parsed)


def too_often(wait: float) -> TooMany:
    """Return the refusal of what may be tried again in ``wait`` seconds."""
    return TooMany(f"That was too often. You can try again in {max(1, math.ceil(wait))} s.", retry_after=wait)


def _shared(settings: Settings) -> SlidingWindowCounterRateLimiter | None:
    if settings.redis_url is None:
        return None
    storage = RedisStorage(
        f"async+{settings.redis_url.get_secret_value()}",
        wrap_exceptions=True,
        implementation="redispy",
        key_prefix="chatbeside:limits",
        socket_timeout=_REDIS_WITHIN,
        socket_connect_timeout=_REDIS_WITHIN,
    )
    return SlidingWindowCounterRateLimiter(storage)


async def _hit(limiter: SlidingWindowCounterRateLimiter, item: RateLimitItemPerSecond, key: tuple[str, ...]) -> None:
    if not await limiter.hit(item, *key):
        storage: Any = limiter.storage
        wait = _wait(item, await storage.get_sliding_window(item.key_for(*key), item.get_expiry()))
        raise too_often(wait)


def _wait(item: RateLimitItemPerSecond, counts: tuple[int, float, int, float]) -> float:
    """Return the seconds until one more fits.

    The hits of the window before count less and less while the present one goes on.

    Args:
        item: The rate.
        counts: Hits in the window before, seconds for which they count still, hits in this one, seconds until they
            do not count any more.
    """
    previous, previous_left, current, current_left = counts
    expiry = item.get_expiry()
    if current >= item.amount:
        return max(0.0, current_left - expiry) + _A_LITTLE
    return max(0.0, previous_left - (item.amount - current) * expiry / previous) + _A_LITTLE if previous else _A_LITTLE
