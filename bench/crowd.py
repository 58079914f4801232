"""The largest call of a room: what forwarding costs the media worker when all seats and all pictures are taken.

So many browsers need more CPU than one machine has. The peers are aiortc's: they send packets that were encoded before,
of the size and rate of browsers in such a call, and count what comes without decoding it.
"""

import asyncio
import fractions
import os
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from aiortc import MediaStreamTrack, RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtp import RtpPacket
from av import Packet

from bench.forwarding import cpu_seconds
from chatbeside.domain.group_calls import PICTURES_MOST, SEATS_MOST
from chatbeside.media.supervisor import MediaSupervisor

VOICE = (50, 80)
"""Packets a second of somebody who talks, and bytes of each: 32 kbit/s."""
SILENCE = (2.5, 10)
"""The same of somebody who is silent (RFC 7587, discontinuous transmission)."""
PICTURE = (20, 2800)
"""Pictures a second and bytes of each: 450 kbit/s, the share of each of six."""


class Encoded(MediaStreamTrack):
    """Frames of one size at one rate, encoded already, paced by an absolute clock."""

    def __init__(self, kind: str, rate: float, size: int) -> None:
        super().__init__()
        self.kind = kind
        self._rate = rate
        self._size = size
        self.number = 0
        self._began = time.monotonic()

    async def recv(self) -> "Packet[Any]":
        self.number += 1
        await asyncio.sleep(max(0.0, self._began + self.number / self._rate - time.monotonic()))
        packet: Packet[Any] = Packet(os.urandom(self._size))
        packet.pts, packet.time_base = round(self.number / self._rate * 90_000), fractions.Fraction(1, 90_000)
        return packet


@dataclass
class Counted:
    """What one peer got: the last packets of pictures, and packets of voices."""

    frames: int = 0
    voices: int = 0


class Guest:
    """One of the crowd. It offers all sections at once, as many as it will need."""

    def __init__(self, name: str, *, picture: bool, talks: bool, people: int, pictures: int) -> None:
        self.name, self.picture, self.counted = name, picture, Counted()
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.sent = [Encoded("audio", *(VOICE if talks else SILENCE))]
        if picture:
            self.sent.append(Encoded("video", *PICTURE))
        for track in self.sent:
            self.peer.addTransceiver(track, direction="sendonly")
        for kind, number in (("audio", people - 1), ("video", pictures - picture)):
            for _ in range(number):
                lane: Any = self.peer.addTransceiver(kind, direction="recvonly")
                lane.receiver._handle_rtp_packet = self._counter(kind)

    async def join(self, media: MediaSupervisor) -> None:
        await self.peer.setLocalDescription(await self.peer.createOffer())
        asked = {"room": "bench", "peer": self.name, "offer": self.peer.localDescription.sdp, "picture": self.picture}
        leg = await media.open("forward", **asked)
        await self.peer.setRemoteDescription(RTCSessionDescription(sdp=str(leg.opened["answer"]), type="answer"))

    def _counter(self, kind: str) -> Callable[..., Coroutine[Any, Any, None]]:
        async def count(packet: RtpPacket, arrival_time_ms: int) -> None:
            if kind == "audio":
                self.counted.voices += 1
            else:
                self.counted.frames += packet.marker

        return count


@dataclass(frozen=True, slots=True)
class Crowded:
    """CPU of the media worker (1.0 is a core), pictures a second and picture, and which part of what was sent came."""

    cpu: float
    frames: float
    came: float
    heard: float


async def crowd(talking: int, seconds: float, *, people: int = SEATS_MOST, pictures: int = PICTURES_MOST) -> Crowded:
    """Measure a call with all seats taken, of whom so many talk at once."""
    media = MediaSupervisor()
    guests = [
        Guest(f"p{i}", picture=i < pictures, talks=i < talking, people=people, pictures=pictures) for i in range(people)
    ]

    def counts() -> list[int]:
        sent = [track for guest in guests for track in guest.sent]
        return [
            sum(guest.counted.frames for guest in guests),
            sum(guest.counted.voices for guest in guests),
            sum(track.number for track in sent if track.kind == "video") * (people - 1),
            sum(track.number for track in sent if track.kind == "audio") * (people - 1),
        ]

    try:
        for guest in guests:
            await guest.join(media)
        await asyncio.sleep(5)
        pid = media.pid
        assert pid is not None
        before, cpu, began = counts(), cpu_seconds(pid), time.monotonic()
        await asyncio.sleep(seconds)
        lasted, spent = time.monotonic() - began, cpu_seconds(pid) - cpu
        frames, voices, shown, said = (late - early for early, late in zip(before, counts(), strict=True))
        return Crowded(spent / lasted, frames / lasted / (pictures * (people - 1)), frames / shown, voices / said)
    finally:
        await asyncio.gather(*(guest.peer.close() for guest in guests))
        await media.stop()
