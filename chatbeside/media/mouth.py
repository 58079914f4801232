"""Sound that a leg sends: what it was given, and silence in between, one frame every 20 ms by an absolute clock."""

import asyncio
import fractions
from collections.abc import Callable

from aiortc import MediaStreamTrack
from av import AudioFrame

RATE = 48_000
SAMPLES = RATE // 50
_FRAME = SAMPLES * 2
_SILENCE = bytes(_FRAME)
_PACE = 0.02
_STALL = 0.2
"""Seconds by which it may be late before it begins to count anew, in place of sending all that was missed at once."""
WAITING_MOST = 60 * RATE * 2
"""Most bytes that may wait: a minute."""


class Mouth(MediaStreamTrack):
    """Speaks. Sound is 48 kHz, mono, 16 bits.

    Args:
        low: Called when less than a second is left of what was to be said.
        silent: Called when all is said.
    """

    kind = "audio"

    def __init__(self, low: Callable[[], None] = lambda: None, silent: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._low = low
        self._silent = silent
        self._sound = bytearray()
        self._began: float | None = None
        self._count = 0

    @property
    def waiting(self) -> float:
        """Seconds that are still to be said."""
        return len(self._sound) / (2 * RATE)

    def say(self, sound: bytes) -> bool:
        """Say this after what waits already; false when that would be too much."""
        if len(self._sound) + len(sound) > WAITING_MOST:
            return False
        self._sound += sound
        return True

    def flush(self) -> bool:
        """Stop in the middle; return whether there was anything to say."""
        spoke = bool(self._sound)
        self._sound.clear()
        return spoke

    async def recv(self) -> AudioFrame:
        """Return the next frame, when it is due."""
        loop = asyncio.get_running_loop()
        if self._began is None:
            self._began = loop.time()
        due = self._began + self._count * _PACE
        late = loop.time() - due
        if late > _STALL:
            self._began += late
        elif late < 0:
            await asyncio.sleep(-late)
        frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(self._next())
        frame.sample_rate, frame.time_base = RATE, fractions.Fraction(1, RATE)
        frame.pts = self._count * SAMPLES
        self._count += 1
        return frame

    def _next(self) -> bytes:
        if not self._sound:
            return _SILENCE
        before = self.waiting
        piece = bytes(self._sound[:_FRAME])
        del self._sound[:_FRAME]
        if before >= 1.0 > self.waiting:
            self._low()
        if not self._sound:
            self._silent()
        return piece + bytes(_FRAME - len(piece))
