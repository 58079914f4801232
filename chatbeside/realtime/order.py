"""Keeps the events of one room in the order of their change numbers.

Two sends may be stored as 7 and 8 and then be published as 8 and 7, and an event of another worker may come late or
not at all. Every change of a room comes by here, and goes out by rising number only. A number that stays away is read
from the store, where it must be: a higher one was given, so it was stored before. What comes later than that is let
go. Clients who miss a number all the same (its message was changed again, or the store did not answer) notice the gap.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from chatbeside.realtime.answers import failure

PATIENCE = 0.1
"""Seconds to wait for a missing number before the store is asked: most only come the other way round."""
MOST_HELD = 256
IDLE = 600.0

Deliver = Callable[[], object]
Missing = Callable[[str, int, int], Awaitable[Mapping[int, Deliver]]]
"""Called with a room, the first and the last missing number; returns how to deliver those that the store has."""


@dataclass(slots=True)
class _Line:
    last: int = 0
    """The number that went out last."""
    settled: int | None = None
    """Up to here no number is waited for; ``None`` while nobody here was told anything of the room."""
    held: dict[int, Deliver] = field(default_factory=dict)
    holds: int = 0
    timer: asyncio.TimerHandle | None = None
    asking: asyncio.Task[None] | None = None
    used: float = 0.0


class RoomOrder:
    """Runs each room's deliveries by rising ``rev``.

    Args:
        missing: Reads from the store what stays away.
        patience: Seconds to wait before it is asked.
    """

    def __init__(self, missing: Missing, *, patience: float = PATIENCE) -> None:
        self._missing = missing
        self._patience = patience
        self._lines: dict[str, _Line] = {}

    def known(self, room_id: str, rev: int) -> None:
        """Note that somebody here was told how the room stands at ``rev``: what comes before need not be waited for."""
        line = self._line(room_id)
        if line.settled is None:
            line.settled = rev

    def offer(self, room_id: str, rev: int, deliver: Deliver) -> None:
        """Run ``deliver`` after those of all lower numbers; never, when a higher one went before it."""
        line = self._line(room_id)
        if rev <= line.last:
            return
        line.held[rev] = deliver
        if len(line.held) > MOST_HELD and not line.holds:
            line.settled = min(line.held) - 1
        self._drain(room_id, line)

    def hold(self, room_id: str) -> None:
        """Let nothing of this room out until :meth:`release`; may be nested."""
        self._line(room_id).holds += 1

    def release(self, room_id: str) -> None:
        """Undo one :meth:`hold`."""
        line = self._line(room_id)
        line.holds -= 1
        self._drain(room_id, line)

    def sweep(self, heard: Callable[[str], object]) -> None:
        """Forget rooms where nothing happened for a while, unless ``heard`` says that somebody is listening."""
        before = asyncio.get_running_loop().time() - IDLE
        for room_id, line in list(self._lines.items()):
            if not line.held and not line.holds and line.used < before and not heard(room_id):
                del self._lines[room_id]

    def close(self) -> None:
        """Stop all timers, and asking the store."""
        for line in self._lines.values():
            if line.timer is not None:
                line.timer.cancel()
            if line.asking is not None:
                line.asking.cancel()
        self._lines.clear()

    def _line(self, room_id: str) -> _Line:
        line = self._lines.get(room_id)
        if line is None:
            line = self._lines[room_id] = _Line()
        line.used = asyncio.get_running_loop().time()
        return line

    def _drain(self, room_id: str, line: _Line) -> None:
        if line.holds:
            return
        before = line.settled
        while line.held:
            rev = min(line.held)
            if line.settled is not None and rev > line.settled + 1:
                break
            line.last, line.settled = rev, max(rev, line.settled or 0)
            line.held.pop(rev)()
        if line.timer is not None and (line.settled != before or not line.held):
            line.timer.cancel()
            line.timer = None
        if line.held and line.asking is None and line.timer is None:
            line.timer = asyncio.get_running_loop().call_later(self._patience, self._ask, room_id, line)

    def _ask(self, room_id: str, line: _Line) -> None:
        line.timer = None
        if line.held and not line.holds:
            line.asking = asyncio.create_task(self._fill(room_id, line), name="what was not told of a room")

    async def _fill(self, room_id: str, line: _Line) -> None:
        first, last = (line.settled or 0) + 1, min(line.held) - 1
        found: Mapping[int, Deliver] = {}
        try:
            if last - first < MOST_HELD:
                found = await self._missing(room_id, first, last)
        except Exception as error:
            failure("reading what was not told of a room", error)
        line.asking = None
        for rev, deliver in found.items():
            # What came meanwhile stays, and what went out meanwhile does not come back.
            if rev > line.last:
                line.held.setdefault(rev, deliver)
        line.settled = max(line.settled or 0, last)
        self._drain(room_id, line)
