"""Packet forwarding with real peers: who hears and sees whom, while people come and go."""

import asyncio
from array import array
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiortc import MediaStreamTrack, RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from av import AudioFrame, VideoFrame

from chatbeside.media.worker import Worker
from tests.media.conftest import Grey, Tone

LOUD = 2000


class Guest:
    """Somebody in a media room: sends a tone, or a tone and pictures, and adds lanes as the room asks for them."""

    def __init__(self, worker: "Room", name: str, *, video: bool) -> None:
        self.room, self.name = worker, name
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.peer.addTransceiver(Tone(), direction="sendonly")
        if video:
            self.peer.addTransceiver(Grey(), direction="sendonly")
        self.tracks: list[dict[str, Any]] = []
        self.offers = 0

    async def join(self, room: str = "talk", *, picture: bool = True) -> None:
        offer = await self._offer()
        answer = await self.room.ask("open", self.name, kind="forward", room=room, offer=offer, picture=picture)
        await self._take(answer)

    async def need(self, missing: dict[str, int]) -> None:
        for kind, number in missing.items():
            for _ in range(number):
                self.peer.addTransceiver(kind, direction="recvonly")
        await self._take(await self.room.ask("ask", self.name, what="offer", offer=await self._offer()))

    async def _offer(self) -> str:
        self.offers += 1
        await self.peer.setLocalDescription(await self.peer.createOffer())
        return str(self.peer.localDescription.sdp)

    async def _take(self, answer: dict[str, Any]) -> None:
        await self.peer.setRemoteDescription(RTCSessionDescription(sdp=answer["answer"], type="answer"))
        self.tracks = answer["tracks"]
        if answer["missing"]:
            await self.need(answer["missing"])

    def track(self, peer: str, kind: str) -> MediaStreamTrack:
        mid = next(each["mid"] for each in self.tracks if each["peer"] == peer and each["kind"] == kind)
        return next(each.receiver.track for each in self.peer.getTransceivers() if each.mid == mid)

    async def hears(self, peer: str) -> bool:
        """Return whether the tone of another one comes, within a second of sound."""
        track = self.track(peer, "audio")
        async with asyncio.timeout(10):
            for _ in range(50):
                frame = await track.recv()
                assert isinstance(frame, AudioFrame)
                if max(abs(sample) for sample in array("h", bytes(frame.planes[0]))) > LOUD:
                    return True
        return False

    async def sees(self, peer: str, frames: int = 3) -> tuple[int, int]:
        """Return the size of the pictures of another one."""
        async with asyncio.timeout(10):
            for _ in range(frames):
                frame = await self.track(peer, "video").recv()
        assert isinstance(frame, VideoFrame)
        return frame.width, frame.height


class Room:
    """A worker in this process, and what it says to whom."""

    def __init__(self) -> None:
        self.worker = Worker(self._hear)
        self.guests: dict[str, Guest] = {}
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
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(true)

    async def close(self) -> None:
        await self.worker.stop()
        await asyncio.gather(*self._tasks)
        await asyncio.gather(*(guest.peer.close() for guest in self.guests.values()))

    def _hear(self, message: Any) -> None:
        if "id" in message:
            self._answers[message["id"]].set_result(dict(message))
        elif message.get("event") == "lanes" and message["leg"] in self.guests:
            self._tasks.append(asyncio.create_task(self._lanes(self.guests[message["leg"]], message["data"])))

    async def _lanes(self, guest: Guest, lanes: dict[str, Any]) -> None:
        if guest.tracks or guest.peer.connectionState == "connected":
            guest.tracks = lanes["tracks"]
            if lanes["missing"]:
                await guest.need(lanes["missing"])
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
