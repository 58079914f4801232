"""Recordings with consent, with the real media worker: who may, what becomes of the file, and what a crash leaves."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import pytest

from chatbeside.domain.calls import Call, CallKind
from chatbeside.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, TooMany
from chatbeside.domain.models import Message
from chatbeside.media.supervisor import MediaSupervisor
from chatbeside.services.container import Services
from chatbeside.services.events import RecordingChanged
from chatbeside.services.folders import FolderLock
from chatbeside.services.passwords import Passwords
from chatbeside.services.principal import Principal
from chatbeside.settings import Settings
from chatbeside.store.sqlite import SqliteStore
from tests.conftest import ManualClock, People, Recorder
from tests.media.test_forward import Guest
from tests.media.test_record import packets
from tests.services.test_races import meet

ENOUGH = 12
"""Packets of each track that are written before anything happens to a recording."""


@dataclass
class Studio:
    """Services with a media worker, and two people who talk."""

    services: Services
    media: MediaSupervisor
    publisher: Recorder
    people: People
    ann: Principal
    ben: Principal
    call: Call
    guests: list[Guest]

    async def want(self, who: Principal, on: bool | None) -> tuple[str, str]:
        news = await self.services.recordings.want(who, self.call.id, device=self.device(who), on=on)
        return news.state, news.why

    def device(self, who: Principal) -> str:
        return "a1" if who is self.ann else "b1"

    def told(self) -> list[tuple[str, str]]:
        return [(event.state, event.why) for event in self.publisher.take() if isinstance(event, RecordingChanged)]

    async def enter(self, who: Principal) -> Guest:
        """Send sound and picture through the server."""
        guest = Guest(_Line(self, who), who.user.username, video=True)  # type: ignore[arg-type]
        self.guests.append(guest)
        await guest.join()
        return guest

    async def record(self) -> None:
        """Record for a while."""
        assert await self.want(self.ann, on=True) == ("asked", "")
        assert await self.want(self.ben, on=True) == ("on", "")
        for who in (self.ann, self.ben):
            await self.enter(who)
        folder = self.services.settings.data / "recordings" / self.call.id
        files = [folder / f"{n}-{kind}.webm" for n in "12" for kind in ("audio", "video")]
        await self.until(lambda: all(packets(file) > ENOUGH for file in files))

    async def until(self, true: Any) -> None:
        async with asyncio.timeout(30):
            while not true():  # noqa: ASYNC110 - files and processes tell nobody
                await asyncio.sleep(0.05)

    async def sent(self) -> Message:
        """Return the message with the recording."""
        async with asyncio.timeout(30):
            while True:
                page = await self.services.messages.page(self.ann, self.call.room_id)
                if found := [message for message in page.messages if message.attachments]:
                    assert len(found) == 1
                    return found[0]
                await asyncio.sleep(0.05)

    async def content(self, message: Message, folder: Path) -> Path:
        """Return the recording as a file, as Ben gets it."""
        file = await self.services.access.file(self.ben, message.attachments[0].file_id)
        path = folder / "got.webm"
        path.write_bytes(
            b"".join([piece async for piece in await self.services.files.read(file, start=0, stop=file.size)])
        )
        return path


class _Line:
    """Stands where a guest has its room: what is asked goes through the service."""

    def __init__(self, studio: Studio, who: Principal) -> None:
        self._studio, self._who = studio, who

    async def ask(self, do: str, leg: str, *, offer: str = "", **more: Any) -> dict[str, Any]:
        studio = self._studio
        answer = await studio.services.recordings.forward(
            self._who, studio.call.id, device=studio.device(self._who), offer=offer
        )
        return {"answer": answer, "version": 0, "tracks": [], "missing": {}}


def build(
    folder: Path, settings: Settings, publisher: Recorder, clock: ManualClock, media: MediaSupervisor
) -> Services:
    cheap = Passwords(1, time_cost=1, memory_cost=64)
    return Services.build(SqliteStore(folder / "s.db"), settings, publisher, clock, cheap, media=media)


@pytest.fixture
async def studio(tmp_path: Path, settings: Settings, publisher: Recorder, clock: ManualClock) -> AsyncIterator[Studio]:
    media = MediaSupervisor()
    services = build(tmp_path, settings, publisher, clock, media)
    await services.start()
    people = People(services)
    ann, ben = await people("ann"), await people("ben")
    call = await services.calls.begin(ann, kind=CallKind.VIDEO, device="a1", receiver=ben.user.id)
    await services.calls.accept(ben, call.id, "b1")
    call = await services.calls.connected(ann, call.id, "a1")
    studio = Studio(services, media, publisher, people, ann, ben, call, [])
    yield studio
    await studio.services.stop()
    await media.stop()
    await asyncio.gather(*(guest.peer.close() for guest in studio.guests))
    assert not [task for task in asyncio.all_tasks() if "recording" in task.get_name()]


def look(path: Path) -> tuple[list[str], int, int]:
    """Return the codecs of a file, and how many pictures and frames of sound can be decoded."""
    with av.open(str(path)) as opened:
        codecs = [stream.codec_context.name for stream in opened.streams]
        pictures = sum(1 for _ in opened.decode(video=0))
    with av.open(str(path)) as opened:
        return codecs, pictures, sum(1 for _ in opened.decode(audio=0))


async def test_both_agree_and_get_the_file(studio: Studio, tmp_path: Path) -> None:
    await studio.record()
    assert studio.told() == [("asked", ""), ("on", "")]
    assert await studio.want(studio.ben, on=None) == ("on", "")
    assert await studio.want(studio.ben, on=False) in {("on", "stopped"), ("off", "stopped")}
    message = await studio.sent()
    assert studio.told() == [("off", "stopped")]
    assert message.sender_id == studio.ann.user.id
    assert message.content.startswith("Recording of the call, ")
    assert "cut short" not in message.content
    (attachment,) = message.attachments
    assert (attachment.media_type, attachment.name) == ("video/webm", "Call 2026-01-31 12.00.webm")
    assert (attachment.width, attachment.height) == (160, 120)
    codecs, pictures, sounds = look(await studio.content(message, tmp_path))
    assert codecs == ["vp8", "vp8", "opus"]
    assert pictures > 3
    assert sounds > 10
    with pytest.raises(NotFound):
        await studio.services.access.file(await studio.people("eve"), attachment.file_id)
    folder = studio.services.settings.data / "recordings"
    await studio.until(lambda: list(folder.iterdir()) == [])
    with pytest.raises(Conflict):
        await studio.enter(studio.ann)


async def test_no_is_no(studio: Studio) -> None:
    assert await studio.want(studio.ben, on=False) == ("off", "")
    assert await studio.want(studio.ann, on=True) == ("asked", "")
    assert await studio.want(studio.ann, on=True) == ("asked", ""), "nobody agrees with oneself"
    with pytest.raises(Conflict):
        await studio.services.recordings.forward(studio.ann, studio.call.id, device="a1", offer="v=0")
    assert await studio.want(studio.ben, on=False) == ("off", "declined")
    assert await studio.want(studio.ann, on=True) == ("asked", "")
    assert await studio.want(studio.ann, on=False) == ("off", "withdrawn")
    assert studio.told() == [("asked", ""), ("off", "declined"), ("asked", ""), ("off", "withdrawn")]
    assert studio.media.pid is None, "nothing runs that nobody agreed to"
    with pytest.raises(TooMany):
        for _ in range(30):
            await studio.want(studio.ann, on=True)
            await studio.want(studio.ben, on=False)


async def test_only_the_two_and_only_while_they_talk(studio: Studio) -> None:
    eve = await studio.people("eve")
    recordings, call = studio.services.recordings, studio.call
    for on in (True, False, None):
        with pytest.raises(NotFound):
            await recordings.want(eve, call.id, device="a1", on=on)
        with pytest.raises(NotAllowed):
            await recordings.want(studio.ann, call.id, device="a2", on=on)
    for offer in ("", "v=0", "nonsense", "x" * 65_000):
        with pytest.raises(NotFound):
            await recordings.forward(eve, call.id, device="a1", offer=offer)
    await studio.want(studio.ann, on=True)
    await studio.want(studio.ben, on=True)
    for offer in ("", "v=0", "nonsense", "x" * 65_000):
        with pytest.raises(InvalidInput):
            await recordings.forward(studio.ann, call.id, device="a1", offer=offer)
    with pytest.raises(NotFound):
        await recordings.forward(eve, call.id, device="e1", offer="v=0")
    await studio.services.calls.end(studio.ann, call.id, device="a1")
    for on in (True, None):
        with pytest.raises(Conflict):
            await recordings.want(studio.ann, call.id, device="a1", on=on)


async def test_the_end_of_the_call_ends_it(studio: Studio) -> None:
    await studio.record()
    ended = await studio.services.calls.end(studio.ben, studio.call.id, device="b1")
    await studio.services.recordings.publish(
        next(e for e in studio.publisher.events if getattr(e, "call", None) == ended)
    )
    assert (await studio.sent()).content.startswith("Recording of the call, ")
    assert studio.told()[-1] == ("off", "ended")


@pytest.mark.parametrize("who", ["ann", "ben"])
async def test_who_says_no_in_the_moment_in_which_it_begins_ends_it(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    await studio.want(studio.ann, on=True)
    no = studio.want(studio.ann if who == "ann" else studio.ben, on=False)
    agreed, _ = await meet(monkeypatch, studio.media, "open", studio.want(studio.ben, on=True), no)
    assert agreed == ("on", "")
    await studio.until(lambda: not [task for task in asyncio.all_tasks() if task.get_name() == "recording"])
    assert await studio.want(studio.ann, on=None) == ("off", "")
    assert studio.told()[-1] == ("off", "stopped")


async def test_a_call_that_ends_while_a_recording_is_asked_for_leaves_none(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, looks = studio.services.store.calls, 0
    look = calls.get

    async def then_it_ends(call_id: str) -> Call | None:
        nonlocal looks
        looks += 1
        seen = await look(call_id)
        if looks == 2:  # the first one asks whether they talk
            await studio.services.calls.end(studio.ben, call_id, device="b1")
        return seen

    monkeypatch.setattr(calls, "get", then_it_ends)
    assert await studio.want(studio.ann, on=True) == ("off", "ended")
    assert studio.told() == [("asked", ""), ("off", "ended")]
    assert studio.services.recordings._going == {}


async def test_a_killed_worker_leaves_a_file_that_is_marked(studio: Studio, tmp_path: Path) -> None:
    await studio.record()
    assert studio.media.pid is not None
    os.kill(studio.media.pid, signal.SIGKILL)
    message = await studio.sent()
    assert studio.told()[-1] == ("off", "broken")
    assert message.content.endswith(", cut short")
    assert message.attachments[0].name == "Call 2026-01-31 12.00, cut short.webm"
    codecs, pictures, sounds = look(await studio.content(message, tmp_path))
    assert codecs == ["vp8", "vp8", "opus"]
    assert pictures > 3
    assert sounds > 10


async def test_the_next_start_finishes_what_it_finds(
    studio: Studio, tmp_path: Path, clock: ManualClock, publisher: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    await studio.record()
    folder = studio.services.settings.data / "recordings" / studio.call.id
    copy = tmp_path / "as a crash leaves it"
    copy.mkdir()
    for file in folder.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    await studio.services.stop()
    assert studio.told()[-1] == ("off", "restart")
    for file in copy.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder.parent / "not a recording").mkdir()
    held = FolderLock(folder)
    assert held.take()
    studio.services = build(tmp_path, studio.services.settings, publisher, clock, studio.media)
    await studio.services.start()
    await studio.until(lambda: not [task for task in asyncio.all_tasks() if "that were left" in task.get_name()])
    assert folder.exists(), "another process works on it"
    await studio.services.stop()
    held.release()
    studio.services = build(tmp_path, studio.services.settings, publisher, clock, studio.media)
    go, finish = asyncio.Event(), studio.media.finish

    async def held(folder: str, whole: str) -> dict[str, Any]:
        await go.wait()
        return await finish(folder, whole)

    monkeypatch.setattr(studio.media, "finish", held)
    async with asyncio.timeout(30):
        await studio.services.start()  # does not wait for it
    go.set()
    message = await studio.sent()
    assert message.content.endswith(", cut short")
    _, pictures, sounds = look(await studio.content(message, tmp_path))
    assert pictures > 3
    assert sounds > 10
    await studio.until(lambda: not folder.exists())


async def test_without_a_worker_nothing_begins(services: Services, people: People, publisher: Recorder) -> None:
    ann, ben = await people("ann"), await people("ben")
    call = await services.calls.begin(ann, kind=CallKind.AUDIO, device="a1", receiver=ben.user.id)
    await services.calls.accept(ben, call.id, "b1")
    await services.calls.connected(ann, call.id, "a1")
    await services.recordings.want(ann, call.id, device="a1", on=True)
    with pytest.raises(Exception, match="sound and picture"):
        await services.recordings.want(ben, call.id, device="b1", on=True)
    assert [e.why for e in publisher.take() if isinstance(e, RecordingChanged)] == ["", "failed"]
    assert not list((services.settings.data / "recordings").iterdir())
