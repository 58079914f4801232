"""Packet forwarding: what one peer sends goes on to the others as it is. Nothing is decoded or encoded.

A :class:`MediaRoom` has publishers (tracks that peers send) and lanes (tracks that peers receive). A lane carries one
publisher at a time; who is on which lane changes while the call goes on. Each packet gets the lane's own RTP numbers
(RFC 3550), is kept for retransmission (RFC 4585, RFC 4588) and sent. A gap in what came stays a gap: it is asked for
again from the publisher, and what comes late is passed on late. A subscriber that lost a picture (PLI) has the
publisher asked for a key frame.

aiortc has no public way to reach packets. What is used of its inside is in :class:`Publisher` and :class:`Lane` and
nowhere else; ``tests/media/test_canary.py`` fails when a new version changes it.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Literal, NoReturn, cast

from aiortc import MediaStreamTrack, RTCRtpReceiver, RTCRtpTransceiver, clock
from aiortc.rtcrtpreceiver import NackGenerator
from aiortc.rtcrtpsender import random_sequence_number
from aiortc.rtp import RTP_HISTORY_SIZE, RtpPacket
from aiortc.utils import random32

Kind = Literal["audio", "video"]
Tap = Callable[[RtpPacket], None]

RATES: Final = {"audio": 16_000, "video": 310_000}
"""Most bytes a second of a publisher; what is more is dropped. The browsers are told far less."""
KEY_FRAME_EVERY: Final = 0.5
"""Seconds between two key frames that are asked of one publisher; every subscriber may want one."""
ASK_AGAIN_EVERY: Final = 0.1
"""Seconds after which packets that are still missing are asked for again."""
WAITING_MOST: Final = 512
"""Packets that may wait on a lane; more means that the machine is too slow, and the oldest are of no use."""
CLOCK_RATES: Final = {"audio": 48_000, "video": 90_000}
_HALF: Final = 1 << 15


class Publisher:
    """A track that a peer sends. It stands where aiortc has the jitter buffer of the receiver.

    Before packets come here, aiortc has decrypted them, asked for missing ones, unwrapped retransmissions and counted
    all of it for its reports. Nothing goes on to a decoder.

    Args:
        receiver: The receiver of the track; it must not run yet.
        kind: Of the track.
        owner: The name of the leg that sends it.
    """

    def __init__(self, receiver: RTCRtpReceiver, kind: Kind, owner: str) -> None:
        self.kind = kind
        self.owner = owner
        self.lanes: set[Lane] = set()
        self.taps: set[Tap] = set()
        """Called with every packet. ``packet._data`` is its payload without the codec's own header."""
        self.packets = 0
        self.dropped = 0
        self.key_frames_asked = 0
        self.closed = False
        self._receiver = cast(Any, receiver)  # the inside of aiortc has no types
        self._ssrc: int | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._asked_key = -KEY_FRAME_EVERY
        self._key_timer: asyncio.TimerHandle | None = None
        self._asked_again = 0.0
        self._allowance = float(RATES[kind])
        self._counted = time.monotonic()
        self._receiver._RTCRtpReceiver__jitter_buffer = self
        if kind == "audio":  # aiortc asks for lost pictures only; browsers that are told so send lost sound again too
            self._receiver._RTCRtpReceiver__nack_generator = NackGenerator()

    def add(self, packet: RtpPacket) -> tuple[bool, None]:
        """Take a packet from aiortc and pass it on. The answer says that there is nothing to decode."""
        now = time.monotonic()
        if self.closed or not self._within_rate(len(packet.payload), now):
            self.dropped += 1
            return False, None
        self.packets += 1
        self._ssrc = packet.ssrc
        for lane in self.lanes:
            lane.offer(packet)
        for tap in tuple(self.taps):
            tap(packet)
        if now - self._asked_again >= ASK_AGAIN_EVERY:
            self._asked_again = now
            self._ask_again()
        return False, None

    def ask_key_frame(self) -> None:
        """Ask the peer for a key frame, at once or as soon as it may be asked again."""
        if self.kind != "video" or self.closed or self._key_timer is not None:
            return
        wait = max(0.0, self._asked_key + KEY_FRAME_EVERY - time.monotonic())
        self._key_timer = asyncio.get_running_loop().call_later(wait, self._send_key_request)

    def close(self) -> None:
        """Forget everything."""
        self.closed = True
        if self._key_timer is not None:
            self._key_timer.cancel()
        for lane in list(self.lanes):
            lane.carry(None)
        for task in self._tasks:
            task.cancel()
        self.taps.clear()

    def _send_key_request(self) -> None:
        self._key_timer = None
        if self._ssrc is None:
            return  # nothing has come yet: the first picture is a key frame
        self._asked_key = time.monotonic()
        self.key_frames_asked += 1
        self._send(self._receiver._send_rtcp_pli(self._ssrc))

    def _ask_again(self) -> None:
        # aiortc asks for missing packets when it misses a new one; with few packets a second that is too seldom.
        generator = self._receiver._RTCRtpReceiver__nack_generator
        if generator is not None and generator.missing and self._ssrc is not None:
            self._send(self._receiver._send_rtcp_nack(self._ssrc, sorted(generator.missing)))

    def _send(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work, name="feedback to a publisher")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _within_rate(self, size: int, now: float) -> bool:
        rate = RATES[self.kind]
        self._allowance = min(2.0 * rate, self._allowance + (now - self._counted) * rate)
        self._counted = now
        if self._allowance < size:
            return False
        self._allowance -= size
        return True


class _Feed(MediaStreamTrack):
    """What the sender of a lane reads from. Instead of returning frames, it sends the lane's packets."""

    def __init__(self, lane: "Lane") -> None:
        super().__init__()
        self.kind = lane.kind
        self._lane = lane

    async def recv(self) -> Any:
        """Send packets until the sender is stopped."""
        return await self._lane.run()


class Lane:
    """A track that a peer receives.

    Args:
        transceiver: One that only sends, not yet negotiated.
    """

    def __init__(self, transceiver: RTCRtpTransceiver) -> None:
        self.kind: Kind = "video" if transceiver.kind == "video" else "audio"
        self.source: Publisher | None = None
        self.sent = 0
        self.overflows = 0
        self._transceiver = cast(Any, transceiver)
        self._sender = cast(Any, transceiver.sender)
        self._waiting: deque[RtpPacket] = deque()
        self._news = asyncio.Event()
        self._origin: tuple[int, int] | None = None
        self._first = 0
        self._sequence_offset = self._timestamp_offset = 0
        self._last_sequence = random_sequence_number()
        self._last_timestamp = random32()
        self._last_at = time.monotonic()
        transceiver.direction = "sendonly"
        self._sender._stream_id = f"lane-{id(transceiver):x}"
        self._sender._send_keyframe = self._lost_picture
        self._sender.replaceTrack(_Feed(self))

    @property
    def mid(self) -> str:
        """The lane's name in the session description."""
        return str(self._transceiver.mid)

    def carry(self, source: Publisher | None) -> None:
        """Carry another publisher, or none, from now on."""
        if source is self.source:
            return
        if self.source is not None:
            self.source.lanes.discard(self)
        self.source = source
        self._origin = None
        self._waiting.clear()
        if source is not None:
            source.lanes.add(self)
            source.ask_key_frame()

    def offer(self, packet: RtpPacket) -> None:
        """Take a packet of the source; it is sent as soon as the loop comes to it."""
        if len(self._waiting) >= WAITING_MOST:
            self.overflows += 1
            self._waiting.clear()
            if self.source is not None:
                self.source.ask_key_frame()
        self._waiting.append(packet)
        self._news.set()

    async def run(self) -> NoReturn:
        """Send what comes, for ever. Raises ``ConnectionError`` when the peer is gone."""
        payload_type = self._transceiver._codecs[0].payloadType
        extensions = self._sender._RTCRtpSender__rtp_header_extensions_map
        history: dict[int, RtpPacket] = self._sender._RTCRtpSender__rtp_history
        transport = self._sender.transport
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                packet = self._renumbered(self._waiting.popleft())
                if packet is None:
                    continue
                packet.payload_type = payload_type
                history[packet.sequence_number % RTP_HISTORY_SIZE] = packet
                await transport._send_rtp(packet.serialize(extensions))
                self._count(packet)

    def _renumbered(self, came: RtpPacket) -> RtpPacket | None:
        """Return the packet with this lane's numbers; ``None`` when it is older than what the lane carries."""
        if self._origin is None:
            self._begin(came)
        elif _before(came.sequence_number, self._first):
            return None
        sequence = (came.sequence_number + self._sequence_offset) & 0xFFFF
        timestamp = (came.timestamp + self._timestamp_offset) & 0xFFFFFFFF
        if _before(self._last_sequence, sequence):
            self._last_sequence, self._last_timestamp, self._last_at = sequence, timestamp, time.monotonic()
        elif (self._last_sequence - sequence) & 0xFFFF >= RTP_HISTORY_SIZE:
            return None  # so late that it would take the place of a newer one
        packet = RtpPacket(0, came.marker, sequence, timestamp, self._sender._ssrc, came.payload)
        packet.padding_size = came.padding_size
        packet.extensions.mid = self._transceiver.mid
        packet.extensions.audio_level = came.extensions.audio_level
        packet.extensions.abs_send_time = (clock.current_ntp_time() >> 14) & 0x00FFFFFF
        return packet

    def _begin(self, came: RtpPacket) -> None:
        """Let the source's numbers follow on the lane's, a moment later."""
        self._first = came.sequence_number
        elapsed = max(0.02, time.monotonic() - self._last_at)
        timestamp = self._last_timestamp + int(elapsed * CLOCK_RATES[self.kind])
        self._sequence_offset = (self._last_sequence + 1 - came.sequence_number) & 0xFFFF
        self._timestamp_offset = (timestamp - came.timestamp) & 0xFFFFFFFF
        self._origin = (self._sequence_offset, self._timestamp_offset)

    def _count(self, packet: RtpPacket) -> None:
        # The sender's reports (RFC 3550, section 6.4.1) tell the receiver which moment a timestamp is.
        sender = self._sender
        sender._RTCRtpSender__ntp_timestamp = clock.current_ntp_time()
        sender._RTCRtpSender__rtp_timestamp = packet.timestamp
        sender._RTCRtpSender__octet_count += len(packet.payload)
        sender._RTCRtpSender__packet_count += 1
        self.sent += 1

    def _lost_picture(self) -> None:
        if self.source is not None:
            self.source.ask_key_frame()


def _before(one: int, other: int) -> bool:
    """Return whether a sequence number comes before another one (RFC 1982)."""
    return one != other and (other - one) & 0xFFFF < _HALF
