"""How often something may be done: one table for the whole server.

An amount within a window of time, the last window counted in part, so that nobody gets twice the amount
around the turn of a window. The defaults are more than a fast human or a busy bot ever needs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class LimitName(StrEnum):
    """What is limited. The names are used in the setting ``CHATBESIDE_LIMITS``."""

    LOG_IN = "log-in"
    LOG_IN_ACCOUNT = "log-in-account"
    LOG_IN_ADDRESS = "log-in-address"
    SIGN_UP_ADDRESS = "sign-up-address"
    CODE = "code"
    PASSWORD = "password"  # noqa: S105 no password
    RESET = "reset"
    RESET_ADDRESS = "reset-address"
    REQUESTS = "requests"
    STRANGERS = "strangers"
    MESSAGES = "messages"
    CHANGES = "changes"
    ROOMS = "rooms"
    UPLOADS = "uploads"
    SEARCHES = "searches"
    CALLS = "calls"
    CALL_SIGNALS = "call-signals"
    GROUP_CALLS = "group-calls"
    GROUP_SIGNALS = "group-signals"
    TEST_CALLS = "test-calls"
    RECORDINGS = "recordings"
    CAPTIONS = "captions"
    INVITES = "invites"
    REPORTS = "reports"
    LINK_PREVIEWS = "link-previews"


@dataclass(frozen=True, slots=True)
class Rate:
    """``amount`` within ``seconds``."""

    amount: int
    seconds: int

    def __str__(self) -> str:
        for size, unit in ((3600, "h"), (60, "min")):
            if self.seconds % size == 0:
                count = self.seconds // size
                return f"{self.amount} in {count} {unit}" if count > 1 else f"{self.amount} in 1 {unit}"
        return f"{self.amount} in {self.seconds} s"


@dataclass(frozen=True, slots=True)
class Limit:
    """A row of the table: what it counts, in words, and how many are free."""

    words: str
    rate: Rate


DEFAULTS: Mapping[LimitName, Limit] = {
    LimitName.LOG_IN: Limit("wrong log-ins to one account from one address", Rate(10, 300)),
    LimitName.LOG_IN_ACCOUNT: Limit("wrong log-ins to one account from anywhere", Rate(100, 3600)),
    LimitName.LOG_IN_ADDRESS: Limit("log-ins from one address", Rate(200, 300)),
    LimitName.SIGN_UP_ADDRESS: Limit("sign-ups from one address", Rate(100, 3600)),
    LimitName.CODE: Limit("wrong one-time codes of one account", Rate(10, 300)),
    LimitName.PASSWORD: Limit("wrong passwords where one's own is asked for again", Rate(5, 300)),
    LimitName.RESET: Limit("mails for a new password to one address", Rate(3, 1800)),
    LimitName.RESET_ADDRESS: Limit("mails for a new password asked for from one address", Rate(20, 600)),
    LimitName.REQUESTS: Limit("REST requests of one person, or of one address without a session", Rate(1000, 10)),
    LimitName.STRANGERS: Limit("requests and sockets of one address without a valid session", Rate(600, 60)),
    LimitName.MESSAGES: Limit("messages of one person", Rate(200, 10)),
    LimitName.CHANGES: Limit("edits, deletions, reactions and pins of one person", Rate(200, 10)),
    LimitName.ROOMS: Limit("rooms made by one person", Rate(200, 3600)),
    LimitName.UPLOADS: Limit("uploads of one person", Rate(120, 60)),
    LimitName.SEARCHES: Limit("searches of one person", Rate(100, 10)),
    LimitName.CALLS: Limit("calls begun by one person", Rate(12, 120)),
    LimitName.CALL_SIGNALS: Limit("call signals of one person", Rate(300, 15)),
    LimitName.GROUP_CALLS: Limit("calls of rooms begun or joined by one person", Rate(20, 80)),
    LimitName.GROUP_SIGNALS: Limit("offers and changes in calls of rooms of one person", Rate(100, 30)),
    LimitName.TEST_CALLS: Limit("test calls of one person", Rate(8, 120)),
    LimitName.RECORDINGS: Limit("recordings that one person asks for or takes part in", Rate(20, 120)),
    LimitName.CAPTIONS: Limit("times that one person turns captions on", Rate(20, 120)),
    LimitName.INVITES: Limit("invites made by one person", Rate(100, 3600)),
    LimitName.REPORTS: Limit("reports of one person", Rate(30, 3600)),
    LimitName.LINK_PREVIEWS: Limit("visits of this server to one web site", Rate(10, 60)),
}
"""What holds unless the setting says otherwise."""

_SECONDS = {"s": 1, "m": 60, "h": 3600}
_ENTRY = re.compile(r"([a-z-]+)=(?:(off)|([0-9]{1,9})/([0-9]{0,6})([smh]))")

Table = Mapping[LimitName, Rate | None]
"""The rate of everything that is limited; ``None`` where there is no limit."""


def limits_from(text: str) -> Table:
    """Return the table with what ``text`` changes in it.

    Args:
        text: ``NAME=AMOUNT/TIME`` or ``NAME=off``, separated by commas, for example ``messages=50/10s, searches=off``;
            or ``off`` alone for no limits at all. A time is a number of ``s``, ``m`` or ``h``.

    Raises:
        ValueError: It cannot be read; the message says what is wrong with which part.
    """
    table: dict[LimitName, Rate | None] = {name: limit.rate for name, limit in DEFAULTS.items()}
    if text.strip() == "off":
        return dict.fromkeys(table)
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = _ENTRY.fullmatch(part.replace(" ", ""))
        if found is None:
            raise ValueError(f"{part!r} is not of the form messages=50/10s or messages=off")
        known, off, amount, count, unit = found.groups()
        if known not in set(LimitName):
            raise ValueError(f"there is no limit called {known!r}; there are {', '.join(LimitName)}")
        rate = None if off else Rate(int(amount), int(count or 1) * _SECONDS[unit])
        if rate and (rate.amount < 1 or rate.seconds < 1):
            raise ValueError(f"{part!r}: use 1 or more; for no limit, {known}=off")
        table[LimitName(known)] = rate
    return table
