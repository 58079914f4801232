"""A client as a browser would be one: it sends a tone and pictures, and looks at what comes back."""

import asyncio
import fractions
import itertools
import math
from array import array
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from aiortc import MediaStreamTrack, RTCConfiguration, RTCSessionDescription
from av import AudioFrame, VideoFrame

from chatbeside.domain.clock import now
from chatbeside.media.connection import Connection
from chatbeside.media.supervisor import MediaSupervisor
from chatbeside.services.container import Services
from chatbeside.services.events import Relay
from chatbeside.services.passwords import Passwords
from chatbeside.settings import Settings
from chatbeside.store.sqlite import SqliteStore
from tests.assistant.conftest import Chat, Heard
from tests.servers.openai_server import OpenAIServer

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
        self.peer = Connection(RTCConfiguration(iceServers=[]))
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


@pytest.fixture
def model() -> Iterator[OpenAIServer]:
    """A language model on loopback that hears and speaks."""
    with OpenAIServer() as server:
        yield server


MakeChat = Callable[..., Awaitable[Chat]]


@pytest.fixture
async def chat(tmp_path: Path, model: OpenAIServer) -> AsyncIterator[MakeChat]:
    """Makes a chat whose assistant has a model, with speech unless ``hears`` is empty."""
    media = MediaSupervisor()
    made: list[Services] = []

    async def make(hears: str = "ears") -> Chat:
        settings = Settings(  # type: ignore[call-arg]
            data=tmp_path / "data",
            hash_threads=1,
            openai_base_url=model.url,
            openai_model="tiny",
            openai_hears=hears,
            openai_speaks="mouth",
        )
        relay = Relay()
        cheap = Passwords(1, time_cost=1, memory_cost=64)
        services = Services.build(SqliteStore(tmp_path / "chat.db"), settings, relay, now, cheap, media=media)
        await services.start()
        made.append(services)
        heard = Heard()
        relay.listen(heard)
        return Chat(services, heard)

    yield make
    for services in made:
        await services.stop()
    await media.stop()
