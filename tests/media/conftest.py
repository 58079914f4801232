"""A client as a browser would be one: it sends a tone and pictures, and looks at what comes back."""

import asyncio
import fractions
import itertools
import math
from array import array
from collections.abc import AsyncIterator, Callable

import pytest
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from av import AudioFrame, VideoFrame

RATE = 48_000


class Tone(MediaStreamTrack):
    """A tone of 440 Hz from the first moment on, 20 ms a frame."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count()

    async def recv(self) -> AudioFrame:
        number = next(self._numbers)
        await asyncio.sleep(0.02)
        samples = RATE // 50
        wave = (int(12_000 * math.sin(2 * math.pi * 440 * (number * samples + i) / RATE)) for i in range(samples))
        frame = AudioFrame(format="s16", layout="mono", samples=samples)
        frame.planes[0].update(array("h", wave).tobytes())
        frame.sample_rate, frame.pts, frame.time_base = RATE, number * samples, fractions.Fraction(1, RATE)
        return frame


class Grey(MediaStreamTrack):
    """Small grey pictures, ten a second."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count()

    async def recv(self) -> VideoFrame:
        number = next(self._numbers)
        await asyncio.sleep(0.1)
        frame = VideoFrame(width=160, height=120, format="yuv420p")
        for plane in frame.planes:
            plane.update(bytes([128]) * plane.buffer_size)
        frame.pts, frame.time_base = number * 9000, fractions.Fraction(1, 90_000)
        return frame


class Caller:
    """A peer that calls the echo."""

    def __init__(self, *, video: bool = False) -> None:
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.heard: dict[str, MediaStreamTrack] = {}
        self.peer.on("track", lambda track: self.heard.__setitem__(track.kind, track))
        self.peer.addTrack(Tone())
        if video:
            self.peer.addTrack(Grey())

    async def offer(self) -> str:
        await self.peer.setLocalDescription(await self.peer.createOffer())
        return str(self.peer.localDescription.sdp)

    async def take(self, answer: str) -> None:
        await self.peer.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))

    async def loudness(self, frames: int) -> list[int]:
        """Return the loudest sample of each of the next frames of sound."""
        loud = []
        for _ in range(frames):
            frame = await self.heard["audio"].recv()
            assert isinstance(frame, AudioFrame)
            loud.append(max(abs(sample) for sample in array("h", bytes(frame.planes[0]))))
        return loud


@pytest.fixture
async def caller() -> AsyncIterator[Callable[..., Caller]]:
    made: list[Caller] = []

    def make(**options: bool) -> Caller:
        made.append(Caller(**options))
        return made[-1]

    yield make
    for each in made:
        await each.peer.close()
