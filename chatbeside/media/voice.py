"""One side of a call for somebody who has no browser: it hears what is said, and says what it is given.

It knows no language model and no key: utterances go to the server as sound, and what is to be said comes from there.
"""

import asyncio
import base64
import binascii
import contextlib
from typing import Any

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import candidate_from_sdp
from av import AudioFrame, AudioResampler

from chatbeside.media import ear, mouth
from chatbeside.media.connection import ConnectedLeg, Connection
from chatbeside.media.legs import Data, Place, Refused, ice_configuration

PIECE = ear.RATE * 2
"""Bytes of an utterance that go to the server at once: a second."""
RATES = range(8_000, 48_001)


class Voice(ConnectedLeg):
    """One call with somebody who hears and speaks through the server.

    It opens with ``offer`` (SDP; candidates may follow by ``ask("candidate", candidate={...})``) and ``iceServers``,
    and takes further offers by ``ask("offer", offer=SDP)``. It tells:

    - ``state`` ``{state}``: the connection, in the words of WebRTC.
    - ``begun`` ``{cut}``: somebody begins to speak; ``cut`` when that has cut short what was being said.
    - ``heard`` ``{pcm, last}``: what they said, in pieces (16 kHz, mono, 16 bits, base64).
    - ``low``, ``silent``: less than a second, nothing is left of what is to be said.

    ``ask("say", pcm=base64, rate=hertz)`` says mono sound of 16 bits and answers ``{seconds}``, how much waits now;
    ``ask("flush")`` stops in the middle.
    """

    most = 12
    seconds = 3600.0
    full = "The assistant is in too many calls. Try again in a minute, or write to it."

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._mouth = mouth.Mouth(
            low=lambda: place.tell("low", {}),
            silent=lambda: place.tell("silent", {}),
        )
        self._listening: set[asyncio.Task[None]] = set()
        self._resamplers: dict[int, AudioResampler] = {}

    async def open(self, data: Data) -> dict[str, Any]:
        """Return ``{"answer": SDP}`` with all candidates in it."""
        return await self._answer_offer(self._connect(ice_configuration(data), self._hear_track), data)

    async def ask(self, what: str, data: Data) -> dict[str, Any]:
        """Do one of the things that the class names."""
        match what:
            case "offer" if self._peer is not None:
                return await self._answer_offer(self._peer, data)
            case "candidate" if self._peer is not None:
                return await self._candidate(self._peer, data.get("candidate"))
            case "say":
                return self._say(data)
            case "flush":
                self._mouth.flush()
                return {}
        raise Refused("There is no such question.")

    async def close(self) -> None:
        """End it."""
        self.over.set()
        self._mouth.stop()
        for task in list(self._listening):
            task.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)
        await super().close()

    async def _answer_offer(self, peer: Connection, data: Data) -> dict[str, Any]:
        offer = data.get("offer")
        if not isinstance(offer, str):
            raise Refused("An offer is needed.")
        return {"answer": await self._answer(peer, offer, lambda: self._lay_lanes(peer))}

    def _lay_lanes(self, peer: Connection) -> None:
        """Speak on the lane of sound, and let no picture come: nobody would look at it."""
        lanes = peer.getTransceivers()
        if not any(lane.kind == "audio" for lane in lanes):
            raise ValueError("no sound is offered")
        for lane in lanes:
            if lane.kind == "video":
                lane.direction = "inactive"
            elif lane.sender.track is None and self._mouth not in [sender.track for sender in peer.getSenders()]:
                peer.addTrack(self._mouth)

    async def _candidate(self, peer: Connection, said: Any) -> dict[str, Any]:
        line = said.get("candidate") if isinstance(said, dict) else None
        if not isinstance(line, str) or not line:
            return {}
        try:
            candidate = candidate_from_sdp(line.removeprefix("candidate:"))
            candidate.sdpMid = said.get("sdpMid")
            candidate.sdpMLineIndex = said.get("sdpMLineIndex")
            await peer.addIceCandidate(candidate)
        except Exception as error:  # as above
            raise Refused("This candidate cannot be read.") from error
        return {}

    def _say(self, data: Data) -> dict[str, Any]:
        rate = data.get("rate")
        try:
            pcm = base64.b64decode(data.get("pcm", ""), validate=True)
        except (TypeError, binascii.Error) as error:
            raise Refused("This is no sound.") from error
        if not isinstance(rate, int) or rate not in RATES or len(pcm) % 2:
            raise Refused("This is no sound.")
        if pcm and not self._mouth.say(self._resampled(pcm, rate)):
            raise Refused("There is too much to say already.")
        return {"seconds": self._mouth.waiting}

    def _resampled(self, pcm: bytes, rate: int) -> bytes:
        if rate == mouth.RATE:
            return pcm
        resampler = self._resamplers.setdefault(rate, AudioResampler("s16", "mono", mouth.RATE))
        frame = AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2)
        frame.planes[0].update(pcm)
        frame.sample_rate = rate
        return b"".join(_pcm(each) for each in resampler.resample(frame))

    def _hear_track(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio":
            task = asyncio.create_task(self._listen(track), name=f"listening of {self.place.name}")
            self._listening.add(task)
            task.add_done_callback(self._listening.discard)

    async def _listen(self, track: MediaStreamTrack) -> None:
        finder, resampler, rest = ear.Ear(), AudioResampler("s16", "mono", ear.RATE), b""
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if not isinstance(frame, AudioFrame):
                    return
                rest += b"".join(_pcm(each) for each in resampler.resample(frame))
                while len(rest) >= 2 * ear.FRAME:
                    piece, rest = rest[: 2 * ear.FRAME], rest[2 * ear.FRAME :]
                    before = finder.speaking
                    said = finder.feed(piece)
                    if finder.speaking and not before:
                        self.place.tell("begun", {"cut": self._mouth.flush()})
                    if said is not None:
                        await self._tell_heard(said)

    async def _tell_heard(self, said: bytes) -> None:
        for at in range(0, len(said), PIECE):
            piece = base64.b64encode(said[at : at + PIECE]).decode()
            self.place.tell("heard", {"pcm": piece, "last": at + PIECE >= len(said)})
            await asyncio.sleep(0)  # everybody's sound is in this loop


def _pcm(frame: AudioFrame) -> bytes:
    """Return the samples of a packed mono frame; its plane may be longer than they are."""
    return bytes(frame.planes[0])[: frame.samples * 2]
