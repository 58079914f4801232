"""Recording with real peers: what is written can be opened again, also when the worker was killed."""

import asyncio
import os
import signal
from array import array
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av
import pytest

from chatbeside.media.finish import finish
from chatbeside.media.parts import vp8_size
from chatbeside.media.supervisor import MediaSupervisor, SupervisedLeg
from tests.media.test_forward import Guest, Room

LIMITS = {"seconds": 60, "bytes": 10**8}


class Studio(Room):
    """A room that hears what the recording tells."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, Any]] = []
        self.over = asyncio.Event()

    async def until_over(self) -> None:
        async with asyncio.timeout(30):
            await self.over.wait()

    def _hear(self, message: Any) -> None:
        if message.get("ended") == "tape":
            self.over.set()
        if message.get("leg") == "tape" and "event" in message:
            self.told.append((message["event"], message["data"]))
        super()._hear(message)


@pytest.fixture
async def room() -> AsyncIterator[Studio]:
    made = Studio()
    yield made
    await made.close()


async def enter(guest: Guest) -> None:
    await guest.join()
    async with asyncio.timeout(30):
        while guest.peer.connectionState != "connected":  # noqa: ASYNC110 - aiortc's own events are taken
            await asyncio.sleep(0.02)


async def talking(room: Room, *, video: bool = True) -> tuple[Guest, Guest]:
    ann, ben = room.guest("ann", video=video), room.guest("ben", video=video)
    for guest in (ann, ben):
        await enter(guest)
    await room.until(lambda: all(guest.tracks for guest in (ann, ben)))
    assert await ann.hears("ben")
    assert await ben.hears("ann")
    return ann, ben


async def record(room: Room, folder: Path, **limits: float) -> None:
    await room.ask("open", "tape", kind="record", room="talk", folder=str(folder), **(LIMITS | limits))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def loud_seconds(file: Path) -> float:
    """Return for how many seconds there is sound."""
    loud = 0.0
    with av.open(str(file)) as opened:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000)
        for frame in opened.decode(audio=0):
            for even in resampler.resample(frame):
                samples = array("h", bytes(even.planes[0])[: even.samples * 2])
                if max(map(abs, samples), default=0) > 1000:
                    loud += even.samples / 48_000
    return loud


def pictures(file: Path, number: int) -> list[tuple[int, int]]:
    with av.open(str(file)) as opened:
        return [(frame.width, frame.height) for frame in opened.decode(video=number)]


def packets(file: Path) -> int:
    """Return how many packets there are in a file that may still grow."""
    try:
        with av.open(str(file)) as opened:
            return sum(packet.size > 0 for packet in opened.demux())
    except (OSError, av.FFmpegError):  # it is not there yet, or its head is not
        return 0


async def test_what_two_people_send_is_written_and_made_one_file(room: Studio, tmp_path: Path) -> None:
    ann, ben = await talking(room)
    await record(room, tmp_path)
    before = [await sound_sent(guest) for guest in (ann, ben)]
    for guest, other in ((ann, "ben"), (ben, "ann")):
        assert await guest.hears(other)
        assert await guest.sees(other) == (160, 120)
    films = [tmp_path / f"{n}-video.webm" for n in "12"]
    async with asyncio.timeout(30):
        while (  # noqa: ASYNC110 - files tell nobody
            min(await sound_sent(ann) - before[0], await sound_sent(ben) - before[1]) < 2.5
            or min(packets(film) for film in films) < 20
        ):
            await asyncio.sleep(0.05)
    await room.ask("close", "tape")
    await room.until_over()
    assert names(tmp_path) == {f"{n}-{kind}.webm" for n in "12" for kind in ("audio", "video")}
    out = tmp_path / "whole.webm"
    known = await asyncio.to_thread(finish, tmp_path, out)
    assert known["seconds"] > 2
    assert (known["width"], known["height"]) == (160, 120)
    with av.open(str(out)) as opened:
        assert [stream.codec_context.name for stream in opened.streams] == ["vp8", "vp8", "opus"]
        assert opened.duration / av.time_base == pytest.approx(known["seconds"], abs=0.5), "it can be jumped in"
    assert loud_seconds(out) > 2
    for number in (0, 1):
        sizes = pictures(out, number)
        assert len(sizes) > 15
        assert set(sizes) == {(160, 120)}


async def sound_sent(guest: Guest) -> float:
    """Return for how many seconds a guest has sent sound; a busy machine sends less than time passes."""
    report = await guest.peer.getSenders()[0].getStats()
    return next(each.packetsSent for each in report.values() if each.type == "outbound-rtp") * 0.02


async def grown(file: Path, size: int = 0) -> int:
    """Return the size of a file once it is larger than ``size``."""
    async with asyncio.timeout(20):
        while not file.exists() or file.stat().st_size <= size:  # noqa: ASYNC110, ASYNC240 - nobody tells
            await asyncio.sleep(0.02)
    return file.stat().st_size  # noqa: ASYNC240


async def test_who_comes_back_is_in_the_same_track(room: Studio, tmp_path: Path) -> None:
    await talking(room, video=False)
    await record(room, tmp_path)
    size = await grown(tmp_path / "1-audio.webm", 1000)
    await room.ask("close", "ann")
    async with asyncio.timeout(30):
        while "ann" in room.worker._legs:  # noqa: ASYNC110 - guests are not told
            await asyncio.sleep(0.02)
    await enter(room.guest("ann"))
    await grown(tmp_path / "1-audio.webm", size + 5000)
    await room.ask("close", "tape")
    await room.until_over()
    assert names(tmp_path) == {"1-audio.webm", "2-audio.webm"}
    known = await asyncio.to_thread(finish, tmp_path, tmp_path / "whole.webm")
    assert known["seconds"] > 1


@pytest.mark.parametrize(("limits", "why"), [({"seconds": 0.3}, "time"), ({"bytes": 2000}, "size")])
async def test_limits(room: Studio, tmp_path: Path, limits: dict[str, float], why: str) -> None:
    await talking(room, video=False)
    await record(room, tmp_path, **limits)
    await room.until_over()
    assert room.told == [("over", {"why": why})]


async def test_a_folder_that_cannot_be_written_ends_it(room: Studio, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    await room.ask("open", "tape", kind="record", room="talk", folder=str(folder), **LIMITS)
    folder.rmdir()
    await talking(room, video=False)
    await room.until_over()
    assert room.told == [("over", {"why": "disk"})]


@pytest.mark.parametrize("data", [{}, {"room": 1}, {"room": "talk"}, {"room": "talk", "folder": "/nonexistent"}])
async def test_what_is_no_recording_is_refused(room: Room, data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="needs"):
        await room.ask("open", "tape", kind="record", **data)


def test_nothing_and_rubbish_make_no_file(tmp_path: Path) -> None:
    (tmp_path / "1-audio.webm").write_bytes(b"")
    (tmp_path / "2-video.webm").write_bytes(b"\x1a\x45\xdf\xa3 and no more")
    assert finish(tmp_path, tmp_path / "whole.webm") == {}


def test_the_size_of_a_key_frame() -> None:
    assert vp8_size(b"\x10\x02\x00\x9d\x01\x2a" + (640).to_bytes(2, "little") + (360).to_bytes(2, "little")) == (
        640,
        360,
    )


class _Process:
    """Stands where ``Room`` has its worker: asks a worker process."""

    def __init__(self, supervisor: MediaSupervisor) -> None:
        self.supervisor = supervisor
        self.legs: dict[str, SupervisedLeg] = {}

    async def ask(self, do: str, leg: str, *, kind: str = "", what: str = "", **data: Any) -> dict[str, Any]:
        if do == "open":
            self.legs[leg] = await self.supervisor.open(kind, **data)
            return dict(self.legs[leg].opened)
        return dict(await self.legs[leg].ask(what, **data))


async def test_what_was_written_before_the_worker_was_killed_is_there(tmp_path: Path) -> None:
    supervisor = MediaSupervisor()
    process = _Process(supervisor)
    ann, ben = (Guest(process, name, video=True) for name in ("ann", "ben"))  # type: ignore[arg-type]
    try:
        await ann.join()
        await ben.join()
        await process.ask("open", "tape", kind="record", room="talk", folder=str(tmp_path), **LIMITS)
        files = [tmp_path / f"{n}-{kind}.webm" for n in "12" for kind in ("audio", "video")]
        await asyncio.gather(*map(grown, files))
        before = await sound_sent(ann)
        await asyncio.sleep(4)  # what is measured is a length
        assert supervisor.pid is not None
        lasted = await sound_sent(ann) - before
        os.kill(supervisor.pid, signal.SIGKILL)
        async for _ in process.legs["tape"].events():
            pass
    finally:
        await supervisor.stop()
        await asyncio.gather(ann.peer.close(), ben.peer.close())
    out = tmp_path / "whole.webm"
    known = await asyncio.to_thread(finish, tmp_path, out)
    assert known["seconds"] > lasted - 1
    assert loud_seconds(out) > lasted - 1, "at most the last second is lost"
    assert len(pictures(out, 0)) > 5
