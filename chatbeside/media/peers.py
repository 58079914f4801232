"""The leg of somebody in a media room: one connection, over which they send their own and get everybody else's."""

import re
from collections.abc import Sequence
from typing import Any

from aiortc import MediaStreamTrack, RTCBundlePolicy
from aiortc.codecs import is_rtx

from chatbeside.media.connection import ConnectedLeg, Connection
from chatbeside.media.forward import Kind, Lane, Publisher
from chatbeside.media.legs import Data, Place, Refused, ice_configuration
from chatbeside.media.rooms import MediaRoom, MediaRooms, Peer

LANES_MOST = 24
"""Most media sections of an offer."""
CODECS = {"audio": "opus", "video": "vp8"}
"""Everybody must understand what everybody sends: opus and VP8 (RFC 7874, RFC 7742), as nothing is translated."""
VIDEO_KBITS = 1200
"""Most kilobits a second of a picture; browsers keep to what the answer says (RFC 8866, section 5.8)."""


class Forward(ConnectedLeg):
    """Somebody in a media room.

    It opens with ``room``, ``peer`` (what others call it), ``offer`` (SDP with all candidates in it), ``picture``
    (whether others get a picture of it) and ``iceServers``. Only the browser offers: it sends on sections that are
    ``sendonly``, and gets the others on those that are ``recvonly``. The event ``lanes`` says
    ``{"version": n, "tracks": [{mid, peer, kind}], "missing": {kind: n}}``; when some are missing the browser adds as
    many and offers again (``ask("offer", offer=...)``). Each answer says the same beside ``answer``: events may come
    after an answer that says more, so what has a lower ``version`` than what is known is out of date.
    """

    most = 36
    full = "Too many people are in calls on this server. Try again later."
    answer_within = 10.0

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._rooms = MediaRooms.of(place.shared)
        self._me = Peer(place.name, self._lanes_changed)
        self._room: MediaRoom | None = None

    async def open(self, data: Data) -> dict[str, Any]:
        """Return ``{"answer": SDP}``."""
        name, me = data.get("room"), data.get("peer")
        if not isinstance(name, str) or not isinstance(me, str):
            raise Refused("A room and a name in it are needed.")
        configuration = ice_configuration(data)
        configuration.bundlePolicy = RTCBundlePolicy.MAX_BUNDLE
        self._connect(configuration, self._publish)
        self._me.picture = bool(data.get("picture"))
        self._room = self._rooms.get(name)
        if me in self._room.peers:
            self._room = None
            raise Refused("Somebody of this name is in the room.")
        self._me.name = me
        self._room.add(self._me)
        return await self._answer_offer(data)

    async def ask(self, what: str, data: Data) -> dict[str, Any]:
        """Answer another offer, let the picture through or not (``picture``), or tell figures (``stats``)."""
        match what:
            case "offer":
                return await self._answer_offer(data)
            case "picture":
                self._me.picture = bool(data.get("on"))
                self._arrange()
                return {}
            case "stats":
                return self._stats()
        raise Refused("There is no such question.")

    async def close(self) -> None:
        """Leave the room."""
        self.over.set()
        room, self._room = self._room, None
        if room is not None:
            room.remove(self._me)
            self._rooms.tidy(room)
        await super().close()

    async def _answer_offer(self, data: Data) -> dict[str, Any]:
        offer, peer = data.get("offer"), self._peer
        sections = len(re.findall(r"^m=", offer, re.M)) if isinstance(offer, str) else 0
        if (
            peer is None
            or not isinstance(offer, str)
            or not max(1, len(peer.getTransceivers())) <= sections <= LANES_MOST
        ):
            raise Refused("This offer cannot be answered.")
        answer = await self._answer(peer, offer, lambda: self._lay_lanes(peer))
        self._arrange()
        return {"answer": tuned(answer), **self._lanes()}

    def _lay_lanes(self, peer: Connection) -> None:
        """Make a lane of every new section on which the browser receives, and keep to the common codecs."""
        known = {lane.mid for lane in self._me.lanes}
        for transceiver in peer.getTransceivers():
            lane: Any = transceiver
            codecs = _common(lane._codecs, transceiver.kind)
            if not codecs:
                raise ValueError("no codec that everybody understands")
            lane._codecs = codecs
            if transceiver.receiver.track is None and str(transceiver.mid) not in known:
                self._me.lanes.append(Lane(transceiver))

    def _publish(self, track: MediaStreamTrack) -> None:
        kind: Kind = "video" if track.kind == "video" else "audio"
        if self._peer is None or kind in self._me.publishers:
            return
        receiver = next(each for each in self._peer.getReceivers() if each.track is track)
        self._me.publishers[kind] = Publisher(receiver, kind, self._me.name)

    def _arrange(self) -> None:
        if self._room is not None:
            self._room.arrange()

    def _lanes(self) -> dict[str, Any]:
        return {"version": self._me.version, "tracks": self._me.carried(), "missing": dict(self._me.missing)}

    def _lanes_changed(self) -> None:
        self.place.tell("lanes", self._lanes())

    def _stats(self) -> dict[str, Any]:
        publishers = self._me.publishers.values()
        return {
            "in": {
                each.kind: {"packets": each.packets, "dropped": each.dropped, "keyFrames": each.key_frames_asked}
                for each in publishers
            },
            "out": [{"mid": lane.mid, "sent": lane.sent, "overflows": lane.overflows} for lane in self._me.lanes],
        }


def _common(codecs: Sequence[Any], kind: str) -> list[Any]:
    """Return the codec that everybody understands, with its retransmission (RFC 4588)."""
    own = [codec for codec in codecs if codec.name.lower() == CODECS[kind]]
    known = {codec.payloadType for codec in own}
    return own + [codec for codec in codecs if is_rtx(codec) and codec.parameters.get("apt") in known]


def tuned(sdp: str) -> str:
    """Return an answer with what aiortc does not say.

    A limit for pictures, no packets for silence (RFC 7587), and that lost sound is asked for again (RFC 4585).
    """
    lines = []
    opus: set[str] = set()
    for line in sdp.splitlines():
        if match := re.match(r"a=rtpmap:(\d+) opus/", line):
            opus.add(match[1])
        match = re.match(r"a=fmtp:(\d+) ", line)
        if match and match[1] in opus:
            continue
        lines.append(line)
        if line.startswith("m="):
            kind = line[2:7]
        elif line.startswith("c=") and kind == "video":
            lines.append(f"b=AS:{VIDEO_KBITS}")
        elif (match := re.match(r"a=rtpmap:(\d+) opus/", line)) is not None:
            lines.append(f"a=fmtp:{match[1]} minptime=10;useinbandfec=1;usedtx=1")
            lines.append(f"a=rtcp-fb:{match[1]} nack")
    return "\r\n".join(lines) + "\r\n"
