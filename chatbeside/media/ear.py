"""When somebody speaks: by how loud it is beside the noise of the room. Sound is 16 kHz, mono, 16 bits."""

import math
from array import array
from collections import deque

RATE = 16_000
FRAME = RATE // 50
"""Samples of 20 ms."""
_BEGIN = 6
"""Loud frames (of the last ten) after which somebody speaks: 120 ms, longer than a click."""
_END = 30
"""Quiet frames after which they have ended: 600 ms, longer than the pauses within a sentence."""
_BEFORE = 15
"""Frames that are kept from before, so that the first sound is not cut off."""
LONGEST = 1_500
"""Most frames of one utterance: 30 s."""
_LOUD_LEAST = 250.0
_OVER_NOISE = 3.0


class Ear:
    """Finds utterances. Feed it frames; ``speaking`` says whether one is going on."""

    def __init__(self) -> None:
        self.speaking = False
        self._noise = 60.0
        self._recent: deque[bool] = deque(maxlen=10)
        self._before: deque[bytes] = deque(maxlen=_BEFORE)
        self._said: list[bytes] = []
        self._quiet = 0

    def feed(self, frame: bytes) -> bytes | None:
        """Take 20 ms; return a whole utterance when one has just ended."""
        loud = self._is_loud(frame)
        self._recent.append(loud)
        if not self.speaking:
            self._before.append(frame)
            if sum(self._recent) >= _BEGIN:
                self.speaking, self._quiet = True, 0
                self._said = list(self._before)
                self._before.clear()
            return None
        self._said.append(frame)
        self._quiet = 0 if loud else self._quiet + 1
        if self._quiet < _END and len(self._said) < LONGEST:
            return None
        said = b"".join(self._said)
        self.speaking, self._said = False, []
        self._recent.clear()
        return said

    def _is_loud(self, frame: bytes) -> bool:
        samples = array("h", frame)
        level = math.sqrt(sum(sample * sample for sample in samples) / len(samples))
        loud = level > max(_LOUD_LEAST, _OVER_NOISE * self._noise)
        # The noise of the room is learned while nobody speaks, quickly down and slowly up.
        if not loud:
            self._noise += (level - self._noise) * (0.3 if level < self._noise else 0.02)
        return loud
