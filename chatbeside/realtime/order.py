"""Keeps the events of one room in the order of their change numbers.

Two sends may be stored as 7 and 8 and then be published as 8 and 7. Clients notice a gap and ask for
what they missed, so nothing would be lost; but it would cost a round trip, and it can be had for a
dictionary. Every change of a room in this process comes by here once.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

PATIENCE = 0.1
"""Seconds to wait for a missing number: its publisher may have died between storing and telling."""
MOST_HELD = 256
IDLE = 600.0


@dataclass(slots=True)
class _Line:
    next_rev: int | None = None
    held: dict[int, Callable[[], None]] = field(default_factory=dict)
    holds: int = 0
    timer: asyncio.TimerHandle | None = None
    used: float = 0.0


class RoomOrder:
    """Runs each room's deliveries by rising ``rev``."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._lines: dict[str, _Line] = {}

    def offer(self, room_id: str, rev: int, deliver: Callable[[], None]) -> None:
        """Run ``deliver`` after those of all lower numbers, at the latest when the patience is over."""
        line = self._line(room_id)
        line.held[rev] = deliver
        if len(line.held) > MOST_HELD and not line.holds:
            line.next_rev = min(line.held)
        self._drain(line)

    def hold(self, room_id: str) -> None:
        """Let nothing of this room out until :meth:`release`; may be nested."""
        self._line(room_id).holds += 1

    def release(self, room_id: str) -> None:
        """Undo one :meth:`hold`."""
        line = self._line(room_id)
        line.holds -= 1
        self._drain(line)

    def sweep(self) -> None:
        """Forget rooms where nothing happened for a while."""
        before = asyncio.get_running_loop().time() - IDLE
        for room_id, line in list(self._lines.items()):
            if not line.held and not line.holds and line.used < before:
                del self._lines[room_id]

    def close(self) -> None:
        """Stop all timers."""
        for line in self._lines.values():
            if line.timer is not None:
                line.timer.cancel()
        self._lines.clear()

    def _line(self, room_id: str) -> _Line:
        line = self._lines.get(room_id)
        if line is None:
            line = self._lines[room_id] = _Line()
        line.used = asyncio.get_running_loop().time()
        return line

    def _drain(self, line: _Line) -> None:
        if line.holds:
            return
        while line.held:
            rev = min(line.held)
            if line.next_rev is not None and rev > line.next_rev:
                break
            deliver = line.held.pop(rev)
            line.next_rev = max(line.next_rev or 0, rev + 1)
            deliver()
        if line.timer is not None:
            line.timer.cancel()
            line.timer = None
        if line.held:
            line.timer = asyncio.get_running_loop().call_later(self._patience, self._give_in, line)

    def _give_in(self, line: _Line) -> None:
        line.timer = None
        if line.held and not line.holds:
            line.next_rev = min(line.held)
            self._drain(line)
