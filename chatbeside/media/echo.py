"""A peer that sends back what it gets, so that people can hear and see themselves before they call somebody."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

from aiortc import MediaStreamTrack, RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

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


class Echo:
    """One echo call.

    Args:
        ice_servers: Entries as ``GET /api/calls/ice`` gives them; none means that only own addresses are offered.
    """

    def __init__(self, ice_servers: Sequence[dict[str, Any]] = ()) -> None:
        servers = [
            RTCIceServer(urls=entry["urls"], username=entry.get("username"), credential=entry.get("credential"))
            for entry in ice_servers
        ]
        # Without a list of its own aiortc would ask a public STUN server.
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=servers))
        self.over = asyncio.Event()
        self._peer.on("track", self._answer_track)
        self._peer.on("connectionstatechange", self._state_changed)

    @property
    def state(self) -> str:
        """The connection's state, in the words of WebRTC."""
        return str(self._peer.connectionState)

    async def answer(self, offer: str) -> str:
        """Return the answer, as SDP with all candidates in it.

        Args:
            offer: SDP with all candidates in it.

        Raises:
            ValueError: This is no offer that can be answered.
            TimeoutError: It took too long.
        """
        async with asyncio.timeout(ANSWER_WITHIN):
            try:
                await self._peer.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
                if not self._peer.getTransceivers():
                    raise ValueError("nothing is offered")
                await self._peer.setLocalDescription(await self._peer.createAnswer())
            except Exception as error:  # aiortc has no error of its own for what it cannot read
                raise ValueError("This offer cannot be answered.") from error
        return str(self._peer.localDescription.sdp)

    async def close(self) -> None:
        """End it."""
        self.over.set()
        await self._peer.close()

    def _answer_track(self, track: MediaStreamTrack) -> None:
        self._peer.addTrack(Delayed(track) if track.kind == "audio" else track)

    def _state_changed(self) -> None:
        if self.state in {"failed", "closed"}:
            self.over.set()
