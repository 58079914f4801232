"""Time as the product keeps it: UTC, cut to milliseconds (what MongoDB can store)."""

from collections.abc import Callable
from datetime import UTC, datetime

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
