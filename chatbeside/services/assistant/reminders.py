"""Reminders that are kept in the store, so that they come after a restart too."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo

from chatbeside.assistant.summary import escape
from chatbeside.assistant.when import parse_when
from chatbeside.domain.assistant import Reminder
from chatbeside.domain.clock import Clock, to_milliseconds
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import User
from chatbeside.store.interfaces import Store

logger = logging.getLogger(__name__)

MOST_OPEN = 100
TEXT_MOST = 500
LOOK_EVERY = 5.0
"""Seconds between two looks for what is due."""
BATCH = 50

Say = Callable[[Reminder], Awaitable[None]]


class Reminders:
    """Takes reminders and says them when they are due.

    Args:
        store: Where they are kept.
        clock: The present moment.
        every: Seconds between two looks.
    """

    def __init__(self, store: Store, clock: Clock, *, every: float = LOOK_EVERY) -> None:
        self._store = store
        self._clock = clock
        self._every = every

    async def command(self, asker: User, rest: str, zone: tzinfo) -> str:
        """Do what follows ``/remind`` and return what to tell the asker."""
        word, _, number = rest.strip().partition(" ")
        if word.casefold() == "list" and not number:
            return await self._list(asker, zone)
        if word.casefold() in {"cancel", "delete"} and number.strip().isdecimal():
            return await self._cancel(asker, int(number), zone)
        return await self._take(asker, rest, zone)

    async def fire(self, say: Say) -> int:
        """Say what is due and return how many were said.

        Saying one twice must do no harm: the process may end before it is noted as said.
        """
        due = await self._store.reminders.due(self._clock(), limit=BATCH)
        said = 0
        for reminder in due:
            try:
                await say(reminder)
            except Exception:
                # It stays due and is tried at the next look; the others shall not wait for it.
                logger.exception("a reminder could not be said")
                continue
            await self._store.reminders.finish(reminder.id, self._clock())
            said += 1
        return said

    async def run(self, say: Say) -> None:
        """Look for what is due for as long as this runs."""
        while True:
            try:
                while await self.fire(say) == BATCH:
                    pass
            except Exception:
                logger.exception("reminders could not be said; trying again")
            await asyncio.sleep(self._every)

    async def _take(self, asker: User, rest: str, zone: tzinfo) -> str:
        timed = parse_when(rest, self._clock(), zone)
        if timed is None:
            return (
                "When? For example `/remind in 20 minutes take out the bread`, "
                "`/remind tomorrow at 9 call the plumber` or `/remind 2026-12-01 08:00 renew the ticket`."
            )
        if not timed.rest:
            return "What shall I remind you of? Write it after the time."
        if len(timed.rest) > TEXT_MOST:
            return f"That is too long to be a reminder: use at most {TEXT_MOST} characters."
        if len(await self._store.reminders.open_of(asker.id)) >= MOST_OPEN:
            return f"You have {MOST_OPEN} reminders already. Take one back first: `/remind list`."
        due = to_milliseconds(timed.at)
        reminder = Reminder(new_id(), asker.id, timed.rest, due, self._clock(), str(zone))
        await self._store.reminders.add(reminder)
        return f"I will remind you on {moment(due, zone)}: {escape(_line(timed.rest))}"

    async def _list(self, asker: User, zone: tzinfo) -> str:
        found = await self._store.reminders.open_of(asker.id)
        if not found:
            return "You have no reminders. Make one with `/remind in 20 minutes …`."
        lines = [f"{n}. {moment(r.due_at, zone)}: {escape(_line(r.text))}" for n, r in enumerate(found, 1)]
        return "\n".join(["Still to come:", "", *lines, "", "Take one back with `/remind cancel` and its number."])

    async def _cancel(self, asker: User, number: int, zone: tzinfo) -> str:
        found = await self._store.reminders.open_of(asker.id)
        if not 1 <= number <= len(found):
            return f"There is no reminder {number}. `/remind list` shows them."
        reminder = found[number - 1]
        await self._store.reminders.finish(reminder.id, self._clock())
        return f"Taken back: {escape(_line(reminder.text))} ({moment(reminder.due_at, zone)})."


def moment(at: datetime, zone: tzinfo) -> str:
    """Return a moment in words, in the time zone of the reader."""
    local = at.astimezone(zone)
    return f"{local:%A}, {local.day} {local:%B %Y} at {local:%H:%M} ({zone})"


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
