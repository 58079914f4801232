"""Time as the product keeps it: UTC, cut to milliseconds (what MongoDB can store)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Returns the present moment; tests pass their own."""


def to_milliseconds(moment: datetime) -> datetime:
    """Return ``moment`` in UTC without the part below a millisecond."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def now() -> datetime:
    """Return the present moment in UTC, cut to milliseconds."""
    return to_milliseconds(datetime.now(UTC))


def iso(moment: datetime) -> str:
    """Return ``moment`` as ISO 8601 in UTC with milliseconds, for example ``2026-01-31T12:00:00.000Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


FAR = timedelta(minutes=10)
"""No wait in a call is as long."""


def reached(due: datetime, now: datetime) -> datetime | None:
    """Return when a moment that a call waits for was reached, ``None`` while it lies ahead.

    One that is further off than calls ever wait was set before the clock went back: it is over, or a call
    would ring, and keep its people busy, for hours.
    """
    return max(due, now) if due <= now or due - now > FAR else None


def seconds_until(due: datetime | None, now: datetime) -> float | None:
    """Return how long to sleep until ``due``; a minute at most, because clocks are set."""
    return None if due is None else min(60.0, max(0.05, (due - now).total_seconds()))
