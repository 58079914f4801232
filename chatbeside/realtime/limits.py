"""How often one socket, and one person over all sockets, may ask; and what becomes of who asks far more often.

1. What is above the allowance is refused, before anything of it but its number was read.
2. Who goes on is read more slowly, so that the sending side waits (TCP's flow control). Answers are written
   meanwhile as ever: reading and writing are two tasks.
3. Who still goes on is disconnected, and let in again after a while.

Times are monotonic seconds.
"""

from collections.abc import Callable

EVENTS_PER_SECOND = 100.0
EVENTS_AT_ONCE = 300.0
PERSON_PER_SECOND = 200.0
PERSON_AT_ONCE = 600.0
REFUSALS_PER_SECOND = 250.0
REFUSALS_AT_ONCE = 1000.0
REFUSALS_MOST = 3000
"""Refusals while being read slowly, after which a person is disconnected: some twelve seconds without a rest."""
BARRED = 30.0
"""Seconds for which such a person is not let in."""
CHARACTERS = 8192
"""An event counts once more for every so many characters."""


class Bucket:
    """A token bucket: ``rate`` per second on average, ``burst`` at once."""

    __slots__ = ("_burst", "_rate", "_seen", "_tokens")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._seen: float | None = None

    def take(self, now: float, cost: float = 1) -> float:
        """Use ``cost`` tokens; return 0 when there were so many, else the seconds until there are."""
        self._refill(now)
        if self._tokens >= cost:
            self._tokens -= cost
            return 0.0
        return (cost - self._tokens) / self._rate

    def owe(self, now: float) -> float:
        """Use one token, on credit when there is none; return the seconds until the credit is paid back."""
        self._refill(now)
        self._tokens -= 1
        return max(0.0, -self._tokens / self._rate)

    def rested(self, now: float) -> bool:
        """Return whether at least half of the burst is there."""
        self._refill(now)
        return self._tokens >= self._burst / 2

    def _refill(self, now: float) -> None:
        if self._seen is not None:
            self._tokens = min(self._burst, self._tokens + (now - self._seen) * self._rate)
        self._seen = now


class Pressure:
    """What comes from one person over all sockets of this process.

    Args:
        events: How many events are taken.
        refusals: How many refusals are given before the person is read more slowly.
        most: How many more, before it is enough.
    """

    __slots__ = ("_events", "_most", "_refusals", "_slowed", "barred_until")

    def __init__(self, events: Bucket, refusals: Bucket, most: int) -> None:
        self._events = events
        self._refusals = refusals
        self._most = most
        self._slowed = 0
        self.barred_until = 0.0

    def take(self, now: float, cost: float) -> float:
        """Count an event; return 0 when it may be handled, else the seconds to wait."""
        return self._events.take(now, cost)

    def refuse(self, now: float) -> float | None:
        """Count a refusal; return for how many seconds not to read, or ``None`` when it is enough."""
        if self._refusals.rested(now):
            self._slowed = 0
        pause = self._refusals.owe(now)
        if pause:
            self._slowed += 1
            if self._slowed > self._most:
                return None
        return pause

    def at_rest(self, now: float) -> bool:
        """Return whether nothing is left to remember."""
        return now >= self.barred_until and self._refusals.rested(now) and self._events.rested(now)


class Gate:
    """Says of each frame of one socket whether it may come in.

    Args:
        own: How many events this socket may send.
        pressure: What else comes from the same person.
    """

    __slots__ = ("_own", "pressure")

    def __init__(self, own: Bucket, pressure: Pressure) -> None:
        self._own = own
        self.pressure = pressure

    def take(self, now: float, size: int) -> float:
        """Count a frame of ``size`` characters; return 0 when it may be handled, else the seconds to wait."""
        cost = 1 + size // CHARACTERS
        return self._own.take(now, cost) or self.pressure.take(now, cost)


def stranger() -> Gate:
    """Return the gate of a socket that has not said who it is: there is one thing to say."""
    return Gate(Bucket(2, 20), Pressure(Bucket(2, 20), Bucket(2, 20), 0))


class People:
    """The pressure of everybody who is connected, or was until a moment ago."""

    def __init__(self) -> None:
        self._pressures: dict[str, Pressure] = {}

    def gate(self, user_id: str) -> Gate:
        """Return the gate for a new socket of a person."""
        pressure = self._pressures.get(user_id)
        if pressure is None:
            pressure = self._pressures[user_id] = Pressure(
                Bucket(PERSON_PER_SECOND, PERSON_AT_ONCE), Bucket(REFUSALS_PER_SECOND, REFUSALS_AT_ONCE), REFUSALS_MOST
            )
        return Gate(Bucket(EVENTS_PER_SECOND, EVENTS_AT_ONCE), pressure)

    def bar(self, user_id: str, now: float) -> None:
        """Do not let somebody in for :data:`BARRED` seconds."""
        if user_id in self._pressures:
            self._pressures[user_id].barred_until = now + BARRED

    def barred(self, user_id: str, now: float) -> float:
        """Return for how many seconds somebody is not let in."""
        pressure = self._pressures.get(user_id)
        return max(0.0, pressure.barred_until - now) if pressure else 0.0

    def sweep(self, now: float, connected: Callable[[str], bool]) -> None:
        """Forget those who are not connected and of whom nothing is left to remember."""
        for user_id, pressure in list(self._pressures.items()):
            if pressure.at_rest(now) and not connected(user_id):
                del self._pressures[user_id]
