"""How long ago something was, in words that need no time zone."""

from datetime import datetime

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def ago(at: datetime, now: datetime) -> str:
    """Return the age of ``at`` as people say it, such as ``12 minutes ago``; never a future."""
    seconds = max(0.0, (now - at).total_seconds())
    for size, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        count = int(seconds // size)
        if count:
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return "just now"
