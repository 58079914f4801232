"""The files of a recording while it goes on: one WebM file a track, each written by itself.

Packets are written as they came, in clusters of half a second that are handed to the system at once. So whatever ends
the process, all but the last second is there. A track has a file of its own because a muxer holds packets back until
every track has some, and a camera may be off for an hour.
"""

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
from av.container import OutputContainer

from chatbeside.media.forward import Kind

logger = logging.getLogger("chatbeside.media")

MILLISECOND: Final = Fraction(1, 1000)
WAITING_MOST: Final = 4096
"""Packets that may wait to be written; more means that the disk is too slow."""
_OPTIONS: Final = {"cluster_time_limit": "500", "flush_packets": "1"}


@dataclass(frozen=True, slots=True)
class Written:
    """A frame that is to be written. ``at`` is in milliseconds since the recording began."""

    track: str
    kind: Kind
    at: int
    data: bytes
    key: bool


class PartWriter:
    """Writes tracks into a folder, in a thread of its own: a slow disk holds up nobody's sound.

    Args:
        folder: It exists; every track becomes a file in it.
        failed: Called in the thread when no more can be written.
    """

    def __init__(self, folder: Path, failed: Callable[[], None]) -> None:
        self._folder = folder
        self._failed = failed
        self._waiting: queue.Queue[Written | None] = queue.Queue(WAITING_MOST)
        self._open: dict[str, tuple[OutputContainer, Any]] = {}
        self._last: dict[str, int] = {}
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self._thread.start()

    def write(self, frame: Written) -> bool:
        """Take a frame; false when too many wait."""
        try:
            self._waiting.put_nowait(frame)
        except queue.Full:
            return False
        return True

    def close(self) -> None:
        """Write what waits and end; blocks until that is done."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            while (frame := self._waiting.get()) is not None:
                self._write(frame)
        except (OSError, av.FFmpegError):
            logger.exception("a recording cannot be written")
            self._failed()
            while self._waiting.get() is not None:
                pass
        finally:
            for container, _ in self._open.values():
                try:
                    container.close()
                except (OSError, av.FFmpegError):
                    logger.exception("a recording could not be ended")

    def _write(self, frame: Written) -> None:
        container, stream = self._open.get(frame.track) or self._begin(frame)
        # The muxer wants rising times.
        at = self._last[frame.track] = max(frame.at, self._last.get(frame.track, -1) + 1)
        packet = av.Packet(frame.data)
        packet.stream = stream
        packet.time_base = MILLISECOND
        packet.pts = packet.dts = at
        packet.is_keyframe = frame.key
        container.mux_one(packet)

    def _begin(self, frame: Written) -> tuple[OutputContainer, Any]:
        path = self._folder / f"{frame.track}.webm"
        container = av.open(str(path), "w", format="webm", options=_OPTIONS)
        stream: Any
        if frame.kind == "audio":
            stream = container.add_mux_stream("opus", rate=48_000)
        else:
            width, height = vp8_size(frame.data)
            stream = container.add_mux_stream("vp8", width=width, height=height)
        stream.time_base = MILLISECOND
        self._open[frame.track] = container, stream
        return container, stream


def is_vp8_key(data: bytes) -> bool:
    """Return whether a VP8 frame needs no other (RFC 6386, section 9.1)."""
    return len(data) >= 10 and not data[0] & 1


def vp8_size(data: bytes) -> tuple[int, int]:
    """Return the size of a VP8 key frame in pixels (RFC 6386, section 9.1)."""
    return int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF
