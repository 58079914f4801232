"""Packet forwarding with real peers: who hears and sees whom, while people come and go."""

import asyncio
from array import array
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiortc import MediaStreamTrack, RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtp import RtpPacket
from av import AudioFrame, VideoFrame

from chatbeside.media.connection import Connection
from chatbeside.media.forward import RATES, WAITING_MOST, Lane, Publisher
from chatbeside.media.peers import tuned
from chatbeside.media.worker import Worker
from tests.media.conftest import Grey, Tone

LOUD = 2000


class Guest:
    """Somebody in a media room: sends a tone, or a tone and pictures, and adds lanes as the room asks for them."""

    def __init__(self, worker: "Room", name: str, *, video: bool) -> None:
        self.room, self.name = worker, name
        self.peer = Connection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.peer.addTransceiver(Tone(), direction="sendonly")
        if video:
            self.peer.addTransceiver(Grey(), direction="sendonly")
        self.connected = asyncio.Event()
        self.turn = asyncio.Lock()
        self.peer.on("connectionstatechange", self._state_changed)
        self.tracks: list[dict[str, Any]] = []
        self.version = -1
        self.told: list[int] = []
        self.offers = 0

    async def join(self, room: str = "talk", *, picture: bool = True) -> None:
        async with self.turn:
            asked = {"room": room, "peer": self.name, "offer": await self._offer(), "picture": picture}
            await self._take(await self.room.ask("open", self.name, kind="forward", **asked))

    async def need(self, missing: dict[str, int]) -> None:
        # aiortc, unlike browsers, does not stand another offer while it connects.
        async with asyncio.timeout(30):
            await self.connected.wait()
        for kind, number in missing.items():
            for _ in range(number):
                self.peer.addTransceiver(kind, direction="recvonly")
        await self._take(await self.room.ask("ask", self.name, what="offer", offer=await self._offer()))

    def _state_changed(self) -> None:
        if self.peer.connectionState == "connected":
            self.connected.set()

    async def _offer(self) -> str:
        self.offers += 1
        await self.peer.setLocalDescription(await self.peer.createOffer())
        return str(self.peer.localDescription.sdp)

    async def _take(self, answer: dict[str, Any]) -> None:
        await self.peer.setRemoteDescription(RTCSessionDescription(sdp=answer["answer"], type="answer"))
        await self.lay(answer)

    async def lay(self, told: dict[str, Any]) -> None:
        self.version, self.tracks = told["version"], told["tracks"]
        if told["missing"]:
            await self.need(told["missing"])

    def track(self, peer: str, kind: str) -> MediaStreamTrack:
        mid = next(each["mid"] for each in self.tracks if each["peer"] == peer and each["kind"] == kind)
        return next(each.receiver.track for each in self.peer.getTransceivers() if each.mid == mid)

    async def hears(self, peer: str) -> bool:
        """Return whether the tone of another one comes, within a second of sound."""
        track = self.track(peer, "audio")
        async with asyncio.timeout(30):
            for _ in range(50):
                frame = await track.recv()
                assert isinstance(frame, AudioFrame)
                if max(abs(sample) for sample in array("h", bytes(frame.planes[0]))) > LOUD:
                    return True
        return False

    async def sees(self, peer: str, frames: int = 3) -> tuple[int, int]:
        """Return the size of the pictures of another one."""
        async with asyncio.timeout(30):
            for _ in range(frames):
                frame = await self.track(peer, "video").recv()
        assert isinstance(frame, VideoFrame)
        return frame.width, frame.height


class Silent(Connection):
    """Somebody who offers to send and never connects: the room lays lanes for them all the same."""

    def __init__(self, *, pictured: bool) -> None:
        super().__init__(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        for kind in ("audio", "video") if pictured else ("audio",):
            self.addTransceiver(kind, direction="sendonly")

    async def offer(self) -> str:
        await self.setLocalDescription(await self.createOffer())
        return str(self.localDescription.sdp)


class Room:
    """A worker in this process, and what it says to whom."""

    def __init__(self) -> None:
        self.worker = Worker(self._hear)
        self.guests: dict[str, Guest] = {}
        self.silent: list[Silent] = []
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._number = 0
        self._news = asyncio.Condition()

    def guest(self, name: str, *, video: bool = False) -> Guest:
        self.guests[name] = Guest(self, name, video=video)
        return self.guests[name]

    async def ask(self, do: str, leg: str, *, kind: str = "", what: str = "", **data: Any) -> dict[str, Any]:
        self._number += 1
        number = self._number
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self.worker.handle({"id": number, "do": do, "leg": leg, "kind": kind, "what": what, "data": data})
        answer = await self._answers[number]
        if "error" in answer:
            raise ValueError(answer["error"])
        return dict(answer["data"])

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(30), self._news:
            await self._news.wait_for(true)

    async def close(self) -> None:
        while self._tasks:
            await self._tasks.pop()
        await self.worker.stop()
        await asyncio.gather(*(guest.peer.close() for guest in self.guests.values()))
        await asyncio.gather(*(silent.close() for silent in self.silent))

    def _hear(self, message: Any) -> None:
        if "id" in message:
            self._answers[message["id"]].set_result(dict(message))
        elif message.get("event") == "lanes" and message["leg"] in self.guests:
            self._tasks.append(asyncio.create_task(self._lanes(self.guests[message["leg"]], message["data"])))

    async def _lanes(self, guest: Guest, lanes: dict[str, Any]) -> None:
        async with guest.turn:
            guest.told.append(lanes["version"])
            if lanes["version"] > guest.version:  # else an answer said as much already
                await guest.lay(lanes)
        async with self._news:
            self._news.notify_all()


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    made = Room()
    yield made
    await made.close()


async def test_three_hear_and_see_each_other(room: Room) -> None:
    ann, ben, cleo = (room.guest(name, video=True) for name in ("ann", "ben", "cleo"))
    for guest in (ann, ben, cleo):
        await guest.join()
    await room.until(lambda: all(len(guest.tracks) == 4 for guest in (ann, ben, cleo)))
    for one in (ann, ben, cleo):
        for other in {ann, ben, cleo} - {one}:
            assert await one.hears(other.name), (one.name, other.name)
            assert await one.sees(other.name) == (160, 120)


async def test_eight_voices_and_four_pictures_are_joined_with_two_offers(room: Room) -> None:
    room.silent = [Silent(pictured=number < 4) for number in range(8)]
    for number, other in enumerate(room.silent):
        opened = {"room": "talk", "peer": f"other{number}", "offer": await other.offer(), "picture": True}
        await room.ask("open", f"other{number}", kind="forward", **opened)
    ann = room.guest("ann", video=True)
    await ann.join()
    # The room tells of each of the two changes by itself too; both came too late to be news.
    await room.until(lambda: len(ann.told) == 2)
    assert (ann.offers, len(ann.peer.getTransceivers()), len(ann.tracks)) == (2, 14, 12)


async def test_who_comes_later_is_heard_and_who_left_is_not_missed(room: Room) -> None:
    ann, ben = room.guest("ann"), room.guest("ben")
    await ann.join()
    await ben.join()
    await room.until(lambda: len(ann.tracks) == len(ben.tracks) == 1)
    assert await ann.hears("ben")
    await room.ask("close", "ben")
    await room.until(lambda: ann.tracks == [])
    offers = ann.offers
    cleo = room.guest("cleo")
    await cleo.join()
    await room.until(lambda: [each["peer"] for each in ann.tracks] == ["cleo"])
    assert await ann.hears("cleo")
    assert ann.offers == offers, "the free lane is used again, without another offer"


async def test_a_picture_that_is_not_let_through_comes_to_nobody(room: Room) -> None:
    ann, ben = room.guest("ann", video=True), room.guest("ben", video=True)
    await ann.join(picture=False)
    await ben.join()
    await room.until(lambda: len(ann.tracks) == 2 and len(ben.tracks) == 1)
    assert await ben.hears("ann")
    await room.ask("ask", "ann", what="picture", on=True)
    await room.until(lambda: len(ben.tracks) == 2)
    assert await ben.sees("ann") == (160, 120)
    await room.ask("ask", "ann", what="picture", on=False)
    await room.until(lambda: len(ben.tracks) == 1)
    stats = await room.ask("ask", "ann", what="stats")
    assert stats["in"]["video"]["packets"] > 0
    assert stats["in"]["video"]["dropped"] == 0


async def test_rooms_are_apart(room: Room) -> None:
    ann, ben = room.guest("ann"), room.guest("ben")
    await ann.join("one")
    await ben.join("two")
    assert (ann.tracks, ben.tracks) == ([], [])
    assert await room.ask("state", "") != {}
    cleo = room.guest("cleo")
    await cleo.join("one")
    await room.until(lambda: [each["peer"] for each in ann.tracks] == ["cleo"])
    assert ben.tracks == []


@pytest.mark.parametrize("offer", ["", "v=0", "a" * 10_000, "v=0\r\n" + "m=audio 9 X 0\r\n" * 30])
async def test_offers_that_cannot_be_answered(room: Room, offer: str) -> None:
    with pytest.raises(ValueError, match="cannot be answered"):
        await room.ask("open", "eve", kind="forward", room="talk", peer="eve", offer=offer)
    with pytest.raises(ValueError, match="room and a name"):
        await room.ask("open", "eve", kind="forward", offer=offer)
    ann, ben = room.guest("ann"), room.guest("ben")
    await ann.join()
    await ben.join()
    await room.until(lambda: len(ann.tracks) == 1)
    assert (await room.ask("state", ""))["legs"].keys() == {"ann", "ben"}


async def test_a_name_is_taken_once_and_a_bad_second_offer_ends_nothing(room: Room) -> None:
    ann, ben = room.guest("ann"), room.guest("ben")
    await ann.join()
    await ben.join()
    with pytest.raises(ValueError, match="name"):
        await room.ask("open", "eve", kind="forward", room="talk", peer="ann", offer="v=0")
    with pytest.raises(ValueError, match="cannot be answered"):
        await room.ask("ask", "ann", what="offer", offer="v=0")
    await room.until(lambda: len(ann.tracks) == len(ben.tracks) == 1)
    assert await ben.hears("ann")


def packet(sequence: int, timestamp: int = 0, size: int = 10) -> RtpPacket:
    return RtpPacket(96, 0, sequence & 0xFFFF, timestamp, 7, bytes(size))


async def lane_and(kind: str = "audio") -> tuple[RTCPeerConnection, Lane]:
    peer = RTCPeerConnection()
    return peer, Lane(peer.addTransceiver(kind))


async def test_numbers_follow_on_each_other_over_a_change_of_the_source() -> None:
    peer, lane = await lane_and()
    first = [lane._renumbered(packet(65_534 + n, 960 * n)) for n in range(4)]
    numbers = [each.sequence_number for each in first if each]
    assert [(number - numbers[0]) & 0xFFFF for number in numbers] == [0, 1, 2, 3], "over the wrap"
    lane._origin = None  # what carrying another source does
    other = [lane._renumbered(packet(100 + n, 5_000_000 + 960 * n)) for n in (0, 2, 1)]
    assert [(each.sequence_number - numbers[-1]) & 0xFFFF for each in other if each] == [1, 3, 2]
    assert first[-1] is not None
    assert other[0] is not None
    assert 0 < (other[0].timestamp - first[-1].timestamp) & 0xFFFFFFFF < 48_000
    assert lane._renumbered(packet(99)) is None, "from before it was carried here"
    await peer.close()


async def test_a_lane_that_cannot_send_keeps_little(room: Room) -> None:
    peer, lane = await lane_and("video")
    for number in range(3 * WAITING_MOST):
        lane.offer(packet(number))
    assert len(lane._waiting) <= WAITING_MOST
    assert lane.overflows == 2
    await peer.close()


async def test_a_publisher_that_floods_is_cut_to_its_rate() -> None:
    peer = RTCPeerConnection()
    publisher = Publisher(peer.addTransceiver("audio").receiver, "audio", "eve")
    for number in range(200):
        publisher.add(packet(number, size=1000))
    assert publisher.packets <= 2 * RATES["audio"] / 1000 + 1
    assert publisher.dropped == 200 - publisher.packets
    publisher.close()
    await peer.close()


async def test_key_frames_are_asked_for_but_not_too_often(monkeypatch: pytest.MonkeyPatch) -> None:
    peer = RTCPeerConnection()
    publisher = Publisher(peer.addTransceiver("video").receiver, "video", "ann")
    asked: asyncio.Queue[int] = asyncio.Queue()
    monkeypatch.setattr(publisher._receiver, "_send_rtcp_pli", asked.put)
    monkeypatch.setattr("chatbeside.media.forward.KEY_FRAME_EVERY", 0.05)
    publisher.ask_key_frame()
    await asyncio.sleep(0)
    publisher.add(packet(1))
    loop = asyncio.get_running_loop()
    began = loop.time()
    for _ in range(50):
        publisher.ask_key_frame()
    async with asyncio.timeout(30):
        assert await asked.get() == 7
        for _ in range(50):
            publisher.ask_key_frame()
        assert await asked.get() == 7
    assert loop.time() - began >= 0.05
    assert asked.empty()
    publisher.close()
    await peer.close()


def test_an_answer_asks_for_little() -> None:
    answer = (
        "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=rtpmap:111 opus/48000/2\r\n"
        "a=fmtp:111 minptime=10\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=rtpmap:96 VP8/90000\r\n"
    )
    lines = tuned(answer).splitlines()
    assert [line for line in lines if line.startswith("a=fmtp:111")] == [
        "a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1"
    ]
    assert "a=rtcp-fb:111 nack" in lines
    assert lines[lines.index("m=video 9 UDP/TLS/RTP/SAVPF 96") + 2] == "b=AS:1200"
