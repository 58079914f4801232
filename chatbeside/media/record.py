"""Recording: what is sent in a media room is written down as it comes, without decoding or encoding it."""

import asyncio
import time
from pathlib import Path
from typing import Any, Final

from aiortc.jitterbuffer import JitterBuffer
from aiortc.rtp import RtpPacket

from chatbeside.media.forward import CLOCK_RATES, Kind, Publisher
from chatbeside.media.legs import Data, Leg, Place, Refused
from chatbeside.media.parts import PartWriter, Written, is_vp8_key
from chatbeside.media.rooms import MediaRoom, MediaRooms

KEY_FRAME_EVERY: Final = 5.0
"""Seconds between key frames that a recording asks for: to them a player can jump."""
_ADRIFT: Final = 1500
"""Milliseconds by which a track's own times may differ from those of arrival before they are set anew."""


class Track:
    """One track of a recording: puts packets in order, frames together, and gives frames their time.

    Args:
        name: Of its file.
        kind: Sound or picture.
        began: When the recording began, by :func:`time.monotonic`.
        write: Takes a frame; false when it cannot.
    """

    def __init__(self, name: str, kind: Kind, began: float, write: Any) -> None:
        self.source: Publisher | None = None
        self._name = name
        self._kind: Kind = kind
        self._began = began
        self._write = write
        self._buffer = self._new_buffer()
        self._whole = False
        self._anchor: tuple[int, int] | None = None
        self._asked_key = 0.0

    def follow(self, source: Publisher) -> None:
        """Take what ``source`` sends from now on, and nothing else."""
        self.leave()
        self.source = source
        self._buffer = self._new_buffer()
        self._whole = False
        self._anchor = None
        source.taps.add(self._take)
        source.ask_key_frame()

    def leave(self) -> None:
        """Take no more."""
        if self.source is not None:
            self.source.taps.discard(self._take)
            self.source = None

    def _new_buffer(self) -> JitterBuffer:
        return JitterBuffer(capacity=16, prefetch=4) if self._kind == "audio" else JitterBuffer(128, is_video=True)

    def _take(self, packet: RtpPacket) -> None:
        lost, frame = self._buffer.add(packet)
        now = time.monotonic()
        if self._kind == "video":
            if lost:
                self._whole = False
            if self.source is not None and now - self._asked_key >= (KEY_FRAME_EVERY if self._whole else 1.0):
                self._asked_key = now
                self.source.ask_key_frame()
        if frame is None or not frame.data:
            return
        key = self._kind == "audio" or is_vp8_key(frame.data)
        if not key and not self._whole:
            return
        arrived = int((now - self._began) * 1000)
        self._whole = self._write(
            Written(self._name, self._kind, self._time(frame.timestamp, arrived), frame.data, key)
        )

    def _time(self, timestamp: int, arrived: int) -> int:
        """Return the milliseconds of a frame since the beginning: by its own clock, which does not jitter."""
        if self._anchor is not None:
            base, since = self._anchor
            ahead = (timestamp - base + (1 << 31)) % (1 << 32) - (1 << 31)
            own = since + ahead * 1000 // CLOCK_RATES[self._kind]
            if abs(own - arrived) <= _ADRIFT:
                return max(0, own)
        self._anchor = (timestamp, arrived)
        return arrived


class Record(Leg):
    """Writes down a media room.

    It opens with ``room``, ``folder`` (which exists), ``seconds`` and ``bytes`` (the most it may have). Each track is a
    file ``NUMBER-KIND.webm``; the number is that of the peer, which keeps it when it comes back. The event ``over``
    says ``{"why": "time" | "size" | "disk"}`` before the leg ends by itself.
    """

    most = 8
    full = "Too many calls are recorded at once. Try again later."

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._rooms = MediaRooms.of(place.shared)
        self._room: MediaRoom | None = None
        self._writer: PartWriter | None = None
        self._numbers: dict[str, int] = {}
        self._tracks: dict[str, Track] = {}
        self._began = time.monotonic()
        self._bytes = self._bytes_most = 0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def state(self) -> str:
        """Whether it records."""
        return "over" if self.over.is_set() else "recording"

    async def open(self, data: Data) -> dict[str, Any]:
        """Begin with whoever is there, and go on with whoever comes."""
        name, folder, seconds, most = (data.get(key) for key in ("room", "folder", "seconds", "bytes"))
        if not isinstance(name, str) or not isinstance(folder, str) or not await asyncio.to_thread(Path(folder).is_dir):
            raise Refused("A recording needs a room and a folder.")
        if not isinstance(seconds, int | float) or not isinstance(most, int):
            raise Refused("A recording needs its limits.")
        loop = asyncio.get_running_loop()
        self._bytes_most = most

        def failed() -> None:
            loop.call_soon_threadsafe(self._end, "disk")

        self._writer = PartWriter(Path(folder), failed)
        self._timer = loop.call_later(seconds, self._end, "time")
        self._room = self._rooms.get(name)
        self._room.watchers.add(self._look)
        self._look()
        return {}

    async def close(self) -> None:
        """Write what waits and let go of everything."""
        self.over.set()
        if self._timer is not None:
            self._timer.cancel()
        for track in self._tracks.values():
            track.leave()
        room, self._room = self._room, None
        if room is not None:
            room.watchers.discard(self._look)
            self._rooms.tidy(room)
        writer, self._writer = self._writer, None
        if writer is not None:
            await asyncio.to_thread(writer.close)

    def _look(self) -> None:
        """Follow whoever sends now."""
        if self._room is None:
            return
        for publisher in self._room.publishers():
            number = self._numbers.setdefault(publisher.owner, len(self._numbers) + 1)
            name = f"{number}-{publisher.kind}"
            track = self._tracks.get(name)
            if track is None:
                track = self._tracks[name] = Track(name, publisher.kind, self._began, self._write)
            if track.source is not publisher:
                track.follow(publisher)

    def _write(self, frame: Written) -> bool:
        self._bytes += len(frame.data)
        if self._bytes > self._bytes_most:
            self._end("size")
        return not self.over.is_set() and self._writer is not None and self._writer.write(frame)

    def _end(self, why: str) -> None:
        if not self.over.is_set():
            self.place.tell("over", {"why": why})
            self.over.set()
