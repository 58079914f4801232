"""What the two browsers of a call send each other: kept in memory while the call lasts, so that a late one gets it all.

Nothing of it is ever stored, and what a call may keep here is bounded.
"""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chatbeside.domain.errors import InvalidInput

SIGNAL_MOST = 64 * 1024
"""Most bytes of one signal as JSON."""
KEPT_MOST = 400
"""Most signals kept for one side of a call; the oldest go first."""
KEPT_BYTES_MOST = 512 * 1024
"""Most bytes kept for one side of a call; the oldest go first."""
NUMBER_MOST = 2**31


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal. ``n`` counts the signals of the page that sent it; ``data`` is for the other page alone."""

    n: int
    data: Mapping[str, Any]
    size: int


@dataclass(slots=True)
class Kept:
    """The signals of one side, oldest first."""

    signals: deque[Signal] = field(default_factory=deque)
    size: int = 0

    def add(self, signal: Signal) -> None:
        """Keep a signal; let go of the oldest ones when that is too much."""
        self.signals.append(signal)
        self.size += signal.size
        while len(self.signals) > KEPT_MOST or self.size > KEPT_BYTES_MOST:
            self.size -= self.signals.popleft().size


def check_signal(n: int, data: Mapping[str, Any]) -> Signal:
    """Return the signal, or say what is wrong with it.

    Raises:
        InvalidInput: The number is out of bounds or the data too large.
    """
    if not 1 <= n <= NUMBER_MOST:
        raise InvalidInput("Check the signal.", fields={"n": "Use a number from 1 on."})
    size = len(json.dumps(data, separators=(",", ":")))
    if size > SIGNAL_MOST:
        raise InvalidInput("Check the signal.", fields={"data": f"Use at most {SIGNAL_MOST} bytes."})
    return Signal(n, data, size)
