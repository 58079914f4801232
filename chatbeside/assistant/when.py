"""Moments in words: "in 20 minutes", "tomorrow 9:30", "friday at 14", "2 hours", "2026-12-01 08:00"."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

_UNITS = {"second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "hr": 3600, "day": 86400, "week": 604800}
_SHORT = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_WORDS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "half": 0.5}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""The days of the week, from Monday on."""
_AMOUNT = re.compile(
    r"(?P<number>\d+(?:\.\d+)?|half(?:\s+an?)?|an?|one|two|three|four|five|six|ten)\s*"
    r"(?:(?P<unit>seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?)|(?P<short>[smhdw]))\b\s*(?:and\s+)?",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?:at\s+)?(?:(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>[ap]\.?m\.?)?|(?P<word>noon|midnight))(?![\w:.-])",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?:on\s+)?(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?:T|\b)", re.IGNORECASE)
_DAY = re.compile(rf"(?:on\s+|next\s+)?(?P<day>today|tonight|tomorrow|{'|'.join(DAYS)})\b", re.IGNORECASE)
LONGEST = timedelta(days=2 * 366)


@dataclass(frozen=True, slots=True)
class Timed:
    """A moment (aware) and the words that were not part of it."""

    at: datetime
    rest: str


def duration(text: str) -> tuple[timedelta, str] | None:
    """Read a length of time at the beginning of ``text``; return it with what follows."""
    seconds, rest, found = 0.0, text.strip(), False
    while match := _AMOUNT.match(rest):
        word = match["number"].casefold()
        amount = _WORDS[word.split()[0]] if word.split()[0] in _WORDS else float(word)
        unit = (match["unit"] or "").casefold().removesuffix("s")
        each = _UNITS[unit] if unit else _SHORT[match["short"].casefold()]
        seconds, rest, found = seconds + amount * each, rest[match.end() :], True
    if not found or seconds > LONGEST.total_seconds():
        return None
    return timedelta(seconds=seconds), rest.strip()


def parse_when(text: str, now: datetime, zone: tzinfo) -> Timed | None:
    """Read when something shall happen, at the beginning or the end of ``text``.

    Args:
        text: For example ``in 20 minutes take out the bread`` or ``take out the bread tomorrow at 9``.
        now: The present moment.
        zone: The time zone in which the asker lives.

    Returns:
        A moment after ``now`` with the other words, or ``None`` when no moment is named.
    """
    text = text.strip()
    at_front = _front(text, now.astimezone(zone))
    if at_front is not None:
        return _clean(at_front, now)
    for match in re.finditer(
        r"\b(?:in|at|on|next|tomorrow|today|tonight|" + "|".join(DAYS) + r")\b", text, re.IGNORECASE
    ):
        tail = _front(text[match.start() :], now.astimezone(zone))
        if tail is not None and not tail.rest:
            return _clean(Timed(tail.at, text[: match.start()]), now)
    return None


def _clean(timed: Timed, now: datetime) -> Timed | None:
    rest = re.sub(r"\A(?:me\s+)?(?:to|that|about|,|:)\s+", "", timed.rest.strip(" ,:"), flags=re.IGNORECASE)
    return Timed(timed.at, rest) if now < timed.at <= now + LONGEST else None


def _front(text: str, local: datetime) -> Timed | None:
    text = re.sub(r"\Ame\s+", "", text, flags=re.IGNORECASE)
    after = re.match(r"in\s+", text, re.IGNORECASE)
    length = duration(text[after.end() :]) if after else duration(text)
    if length is not None:
        return Timed(local + length[0], length[1])
    return _on_a_day(text, local) or _at_a_time(text, local)


def _on_a_day(text: str, local: datetime) -> Timed | None:
    date, day = _DATE.match(text), _DAY.match(text)
    if date:
        try:
            start = local.replace(year=int(date["y"]), month=int(date["m"]), day=int(date["d"]))
        except ValueError:
            return None
        usual, rest = 9, text[date.end() :].strip()
    elif day:
        word = day["day"].casefold()
        ahead = {"today": 0, "tonight": 0, "tomorrow": 1}.get(word)
        if ahead is None:
            ahead = (DAYS.index(word) - local.weekday() - 1) % 7 + 1
        start, usual, rest = (
            local + timedelta(days=ahead),
            20 if word == "tonight" else 9,
            text[day.end() :].strip(" ,"),
        )
    else:
        return None
    clock = _CLOCK.match(rest)
    found = _set(start, clock) if clock else None
    if clock and found:
        return Timed(found, rest[clock.end() :].strip())
    return Timed(start.replace(hour=usual, minute=0, second=0, microsecond=0), rest)


def _at_a_time(text: str, local: datetime) -> Timed | None:
    clock = _CLOCK.match(text)
    if clock is None or not (clock[0].casefold().startswith("at") or clock["minute"] or clock["half"] or clock["word"]):
        return None
    found, rest = _set(local, clock), text[clock.end() :].strip(" ,")
    if found is None:
        return None
    day = _DAY.match(rest)
    if day:
        both = _on_a_day(f"{day[0]} {clock[0]}", local)
        return Timed(both.at, rest[day.end() :].strip()) if both else None
    return Timed(found if found > local else found + timedelta(days=1), rest)


def _set(day: datetime, clock: re.Match[str]) -> datetime | None:
    if clock["word"]:
        hour, minute = (12 if clock["word"].casefold() == "noon" else 0), 0
        day = day if hour else day + timedelta(days=1)
    else:
        hour, minute = int(clock["hour"]), int(clock["minute"] or 0)
        half = (clock["half"] or "").casefold()[:1]
        if half:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:
        return None
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)
