"""How often one socket may ask."""


class Bucket:
    """A token bucket: ``rate`` per second on average, ``burst`` at once. Times are monotonic seconds."""

    __slots__ = ("_burst", "_rate", "_seen", "_tokens")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._seen: float | None = None

    def take(self, now: float) -> float:
        """Use one token; return 0 when there was one, else the seconds until there is."""
        if self._seen is not None:
            self._tokens = min(self._burst, self._tokens + (now - self._seen) * self._rate)
        self._seen = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._rate
