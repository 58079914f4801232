"""A peer that sends back what it gets, so that people can hear and see themselves before they call somebody."""

import asyncio
from collections import deque
from typing import Any

from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

from chatbeside.media.legs import Data, Leg, Place, Refused, ice_configuration

DELAY = 1.0
"""Seconds by which sound comes back late: long enough to hear that it is oneself, and no feedback."""
ANSWER_WITHIN = 15.0
"""Seconds for the answer to an offer, gathering of candidates included."""


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


class Echo(Leg):
    """One echo call. It opens with ``offer`` (SDP with all candidates in it) and ``iceServers``."""

    most = 8
    seconds = 120.0
    full = "Too many test calls at once. Try again in a minute."

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._peer: RTCPeerConnection | None = None

    @property
    def state(self) -> str:
        """The connection's state, in the words of WebRTC."""
        return str(self._peer.connectionState) if self._peer else "new"

    async def open(self, data: Data) -> dict[str, Any]:
        """Return ``{"answer": SDP}`` with all candidates in it."""
        offer = data.get("offer")
        if not isinstance(offer, str):
            raise Refused("An echo needs an offer.")
        peer = self._peer = RTCPeerConnection(ice_configuration(data))
        peer.on("track", self._answer_track)
        peer.on("connectionstatechange", self._state_changed)
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                await peer.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
                if not peer.getTransceivers():
                    raise ValueError("nothing is offered")
                await peer.setLocalDescription(await peer.createAnswer())
        except Exception as error:  # aiortc has no error of its own for what it cannot read
            raise Refused("This offer cannot be answered.") from error
        return {"answer": peer.localDescription.sdp}

    async def close(self) -> None:
        """End it."""
        self.over.set()
        if self._peer is not None:
            await self._peer.close()

    def _answer_track(self, track: MediaStreamTrack) -> None:
        if self._peer is not None:
            self._peer.addTrack(Delayed(track) if track.kind == "audio" else track)

    def _state_changed(self) -> None:
        self.place.tell("state", {"state": self.state})
        if self.state in {"failed", "closed"}:
            self.over.set()
