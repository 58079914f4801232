"""A peer that sends back what it gets, so that people can hear and see themselves before they call somebody."""

from collections import deque
from typing import Any

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

from chatbeside.media.connection import ConnectedLeg, Connection
from chatbeside.media.legs import Data, Refused, ice_configuration

DELAY = 1.0
"""Seconds by which sound comes back late: long enough to hear that it is oneself, and no feedback."""


class Delayed(MediaStreamTrack):
    """The sound of another track, late; silence until then."""

    kind = "audio"

    def __init__(self, source: MediaStreamTrack, seconds: float = DELAY) -> None:
        super().__init__()
        self._source = source
        self._seconds = seconds
        self._held: deque[AudioFrame] = deque()
        self._length = 0.0

    async def recv(self) -> AudioFrame:
        """Return the next frame to send."""
        frame = await self._source.recv()
        if not isinstance(frame, AudioFrame):
            raise MediaStreamError
        self._held.append(frame)
        self._length += frame.samples / frame.sample_rate
        if self._length <= self._seconds:
            return _silence(frame)
        late = self._held.popleft()
        self._length -= late.samples / late.sample_rate
        late.pts, late.time_base = frame.pts, frame.time_base
        return late


def _silence(like: AudioFrame) -> AudioFrame:
    frame = AudioFrame(format=like.format.name, layout=like.layout.name, samples=like.samples)
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    frame.sample_rate, frame.pts, frame.time_base = like.sample_rate, like.pts, like.time_base
    return frame


class Echo(ConnectedLeg):
    """One echo call. It opens with ``offer`` (SDP with all candidates in it) and ``iceServers``."""

    most = 8
    seconds = 120.0
    full = "Too many test calls at once. Try again in a minute."

    async def open(self, data: Data) -> dict[str, Any]:
        """Return ``{"answer": SDP}`` with all candidates in it."""
        offer = data.get("offer")
        if not isinstance(offer, str):
            raise Refused("An echo needs an offer.")
        peer = self._connect(ice_configuration(data), lambda track: self._send_back(peer, track))

        def something_is_offered() -> None:
            if not peer.getTransceivers():
                raise ValueError("nothing is offered")

        return {"answer": await self._answer(peer, offer, something_is_offered)}

    def _send_back(self, peer: Connection, track: MediaStreamTrack) -> None:
        peer.addTrack(Delayed(track) if track.kind == "audio" else track)
