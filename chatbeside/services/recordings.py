"""Recordings of calls, with the consent of both.

One side asks, the other agrees; from then on both send through the media worker, which writes down what comes. What is
written lies in a folder of its own below the data folder, with ``about.json`` that says whose it is. When a recording
is over, whatever ended it, its parts become one file, which is sent to the conversation in the name of who asked. What
a process that died has left behind the next start finishes, marked as cut short.
"""

import asyncio
import json
import logging
import shutil
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from chatbeside.domain.calls import Call, CallState
from chatbeside.domain.clock import Clock, iso
from chatbeside.domain.errors import ChatError, Conflict, NotAllowed
from chatbeside.domain.ids import is_id
from chatbeside.domain.limits import LimitName
from chatbeside.services.call_lines import owned_name
from chatbeside.services.calls import Calls
from chatbeside.services.events import CallChanged, Event, Publisher, RecordingChanged
from chatbeside.services.files import About, Files
from chatbeside.services.folders import FolderLock
from chatbeside.services.ice import ice_servers
from chatbeside.services.limits import Limits
from chatbeside.services.media import Media, MediaLeg
from chatbeside.services.messages import Messages
from chatbeside.services.owners import Json, Owners
from chatbeside.services.principal import Principal
from chatbeside.settings import Settings
from chatbeside.store.interfaces import Store

logger = logging.getLogger(__name__)

SECONDS_MOST: Final = 2 * 3600
"""How long a recording may be."""
BYTES_MOST: Final = 1024**3
"""How large the parts of a recording may become."""
ROOM_LEAST: Final = 2 * BYTES_MOST
"""Bytes that must be free on the disk for a recording to begin."""
_LEAVE_WITHIN: Final = 5.0
_ABOUT: Final = "about.json"
_WHOLE: Final = "whole.webm"


class RecordingState(StrEnum):
    """Where a recording stands."""

    ASKED = "asked"
    ON = "on"
    OFF = "off"


@dataclass(slots=True)
class _Recording:
    """What this process knows of a recording: who asked, and what runs for it."""

    call: Call
    asker: str
    state: RecordingState = RecordingState.ASKED
    why: str = ""
    leg: MediaLeg | None = None
    sides: dict[str, MediaLeg] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def news(self) -> RecordingChanged:
        return RecordingChanged(self.call, self.state.value, self.asker, self.why)


class Recordings:
    """The recordings of this process."""

    def __init__(
        self,
        *,
        store: Store,
        settings: Settings,
        media: Media,
        calls: Calls,
        files: Files,
        messages: Messages,
        publisher: Publisher,
        clock: Clock,
        limits: Limits,
        owners: Owners,
    ) -> None:
        self._store = store
        self._settings = settings
        self._media = media
        self._calls = calls
        self._files = files
        self._messages = messages
        self._publisher = publisher
        self._clock = clock
        self._folder = settings.data / "recordings"
        self._going: dict[str, _Recording] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._limits = limits
        self._owners = owners  # who owns a call owns its recording
        self._owners.serve("call record", self._want_here)
        self._owners.serve("call forward", self._forward_here)
        self._closing = False

    async def start(self) -> None:
        """Begin to finish what dead processes have left."""
        self._closing = False
        self._spawn(self._finish_all(), "recordings that were left")

    async def stop(self) -> None:
        """End what is going on; the next start makes the files of it."""
        self._closing = True
        await asyncio.gather(*(self._end(each, "restart") for each in list(self._going.values())))
        for task in list(self._tasks):
            if task.get_name() != "recording":
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ------------------------------------------------------------ what people do

    async def want(self, principal: Principal, call_id: str, *, device: str, on: bool | None) -> RecordingChanged:
        """Ask for a recording, agree to one, decline or stop it; ``None`` only looks.

        Args:
            principal: One of the two sides.
            call_id: A call in which they talk.
            device: The asker's device in it.
            on: Whether the call is to be recorded.

        Returns:
            How it stands.

        Raises:
            NotFound: There is no such call for the asker.
            NotAllowed: The device is not in the call.
            Conflict: They do not talk yet, or any more; there is no room on the disk.
            TooMany: The asker has asked very often just now.
            Unavailable: The media worker does not run.
        """
        call = await self._in_call(principal, call_id, device)
        if on:
            other = await self._store.users.get(call.other(principal.user.id))
            if other is None or other.bot:
                raise Conflict("Calls with the assistant are not recorded: what is said is in the chat.")
            await self._limits.take(LimitName.RECORDINGS, principal.user.id)
        said = {"user": principal.user.id, "on": on}
        now = await self._owners.ask(owned_name(call_id), "call record", said)
        return RecordingChanged(call, now["state"], now["by"], now["why"])

    async def forward(self, principal: Principal, call_id: str, *, device: str, offer: str) -> str:
        """Let a device send and receive through the server while the call is recorded; again after a reload.

        Args:
            principal: One of the two sides.
            call_id: The call.
            device: The asker's device in it.
            offer: SDP with all candidates in it.

        Returns:
            The answer, as SDP with all candidates in it.

        Raises:
            NotFound: There is no such call for the asker.
            NotAllowed: The device is not in the call.
            Conflict: The call is not recorded.
            InvalidInput: This offer cannot be answered.
            TooMany: The asker has joined very often just now.
            Unavailable: The media worker does not run.
        """
        await self._in_call(principal, call_id, device)
        await self._limits.take(LimitName.RECORDINGS, principal.user.id)
        said = {"user": principal.user.id, "offer": offer}
        answer = await self._owners.ask(owned_name(call_id), "call forward", said)
        return str(answer["answer"])

    async def publish(self, event: Event) -> None:
        """End the recording of a call that ends."""
        if isinstance(event, CallChanged) and event.call.ended:
            recording = self._going.get(event.call.id)
            if recording is not None:
                self._spawn(self._end(recording, "ended"), "end of a recording")

    # ------------------------------------------------------------ at the owner of the call

    async def _want_here(self, name: str, said: Json) -> Json:
        call_id, me, on = name.removeprefix(owned_name("")), said["user"], said["on"]
        recording = self._going.get(call_id)
        if recording is None:
            call = await self._store.calls.get(call_id) if on else None
            if call is None or call.ended:
                return {"state": RecordingState.OFF.value, "by": "", "why": ""}
            recording = self._going.setdefault(call_id, _Recording(call, me))
            if recording.asker == me:
                await self._publisher.publish(recording.news())
            if (await self._store.calls.get(call_id) or call).ended:  # at this very moment: nobody else ends it then
                await self._end(recording, "ended")
        if on and recording.asker != me:
            async with recording.turn:
                if recording.state is RecordingState.ASKED:
                    await self._begin(recording)
        elif on is False:
            await self._end(recording, "stopped", before="withdrawn" if recording.asker == me else "declined")
        news = recording.news()
        return {"state": news.state, "by": news.by, "why": news.why}

    async def _forward_here(self, name: str, said: Json) -> Json:
        call_id, me = name.removeprefix(owned_name("")), said["user"]
        recording = self._going.get(call_id)
        if recording is None or recording.state is not RecordingState.ON:
            raise Conflict("This call is not recorded.")
        async with recording.turn:
            before = recording.sides.pop(me, None)
            if before is not None:
                await _left(before)
            leg = await self._media.open(
                "forward",
                room=_room(call_id),
                peer=me,
                offer=said["offer"],
                picture=True,
                iceServers=ice_servers(self._settings, me, self._clock()),
            )
            recording.sides[me] = leg
        if self._going.get(call_id) is not recording:
            await leg.close()  # it ended meanwhile
        return {"answer": str(leg.opened["answer"])}

    # ------------------------------------------------------------ how it goes

    async def _in_call(self, principal: Principal, call_id: str, device: str) -> Call:
        call = await self._calls.get(principal, call_id)
        if call.state is not CallState.ACTIVE:
            raise Conflict("Only while two people talk their call can be recorded.")
        if not call.holds(principal.user.id, device):
            raise NotAllowed("This device is not in the call.")
        return call

    async def _begin(self, recording: _Recording) -> None:
        call = recording.call
        folder = self._folder / call.id
        lock: FolderLock | None = None
        try:
            lock = await asyncio.to_thread(_make, folder, self._about(recording))
            recording.leg = await self._media.open(
                "record", room=_room(call.id), folder=str(folder), seconds=SECONDS_MOST, bytes=BYTES_MOST
            )
        except (OSError, ChatError) as error:
            if lock is not None:
                lock.release()
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
            await self._over(recording, "failed")
            if isinstance(error, ChatError):
                raise
            raise Conflict("There is no room on the server for a recording.") from error
        recording.state = RecordingState.ON
        self._spawn(self._watch(recording, recording.leg, folder, lock), "recording")
        await self._publisher.publish(recording.news())
        if (await self._store.calls.get(call.id) or call).ended:  # while it began
            recording.why = "ended"
            await recording.leg.close()

    def _about(self, recording: _Recording) -> dict[str, Any]:
        call = recording.call
        began = iso(self._clock())
        return {"call": call.id, "room": call.room_id, "asker": recording.asker, "began": began, "ended": False}

    async def _watch(self, recording: _Recording, leg: MediaLeg, folder: Path, lock: FolderLock) -> None:
        """Stay with a recording until it is over; then its file is made."""
        async for event in leg.events():
            if event.name == "over":
                recording.why = recording.why or str(event.data["why"])
        await self._over(recording, recording.why or "broken")
        for side in recording.sides.values():
            await side.close()
        if recording.why not in {"broken", "disk", "restart"}:
            await asyncio.to_thread(_mark_ended, folder)
        if self._closing:
            lock.release()
        else:
            self._spawn(self._finish(folder, lock), "file of a recording")

    async def _end(self, recording: _Recording, why: str, *, before: str = "") -> None:
        """End it, wherever it stands. The one who watches does the rest.

        Args:
            recording: It may be about to begin; then it begins first.
            why: Why it ends.
            before: Why, if it has not begun and that is something else.
        """
        async with recording.turn:
            if recording.leg is not None:
                recording.why = recording.why or why
                await recording.leg.close()
            elif recording.state is RecordingState.ASKED:
                await self._over(recording, before or why)

    async def _over(self, recording: _Recording, why: str) -> None:
        if self._going.get(recording.call.id) is recording:
            del self._going[recording.call.id]
        recording.state, recording.why = RecordingState.OFF, why
        await self._publisher.publish(recording.news())

    # ------------------------------------------------------------ the file

    async def _finish_all(self) -> None:
        for folder in await asyncio.to_thread(_left_behind, self._folder):
            lock = FolderLock(folder)
            if await asyncio.to_thread(lock.take):
                await self._finish(folder, lock)

    async def _finish(self, folder: Path, lock: FolderLock) -> None:
        """Make one file of the parts, send it and remove the parts; they stay for the next start when it fails."""
        try:
            about = json.loads(await asyncio.to_thread((folder / _ABOUT).read_text, "utf-8"))
            room = await self._store.rooms.get(about["room"])
            known = await self._media.finish(str(folder), str(folder / _WHOLE)) if room else {}
            if room and known.get("seconds"):
                words = "" if about["ended"] else ", cut short"
                file = await self._files.keep(
                    about["asker"],
                    f"Call {about['began'][:16].replace('T', ' ').replace(':', '.')}{words}.webm",
                    folder / _WHOLE,
                    About(known.get("width"), known.get("height"), known["seconds"]),
                )
                await self._messages.post(
                    room,
                    about["asker"],
                    f"Recording of the call, {_length(known['seconds'])}{words}",
                    client_id=f"recording-{about['call']}-{_moment(about['began'])}",
                    attachments=(file.id,),
                )
            await asyncio.to_thread(shutil.rmtree, folder)
        except (OSError, ValueError, KeyError, ChatError):
            logger.exception("a recording could not be finished; the next start tries again")
        finally:
            lock.release()

    def _spawn(self, work: Any, name: str) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _room(call_id: str) -> str:
    return f"call-{call_id}"


async def _left(leg: MediaLeg) -> None:
    """Close a leg and wait until it is gone, so that its name is free."""
    await leg.close()
    try:
        async with asyncio.timeout(_LEAVE_WITHIN):
            async for _ in leg.events():
                pass
    except TimeoutError:
        logger.warning("a leg of a recorded call does not end")


def _make(folder: Path, about: dict[str, Any]) -> FolderLock:
    """Make the folder of a recording and lock it. Raises ``OSError``."""
    folder.mkdir(parents=True, mode=0o700)
    if shutil.disk_usage(folder).free < ROOM_LEAST:
        raise OSError("there is little room left")
    _write_about(folder, about)
    lock = FolderLock(folder)
    if not lock.take():
        raise OSError("the folder is another one's")
    return lock


def _mark_ended(folder: Path) -> None:
    _write_about(folder, json.loads((folder / _ABOUT).read_text("utf-8")) | {"ended": True})


def _write_about(folder: Path, about: dict[str, Any]) -> None:
    new = folder / f"{_ABOUT}.new"
    new.write_text(json.dumps(about), encoding="utf-8")
    new.replace(folder / _ABOUT)


def _left_behind(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if is_id(path.name)) if folder.is_dir() else []


def _length(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{max(1, round(seconds))} s"


def _moment(began: str) -> int:
    return int(datetime.fromisoformat(began).timestamp() * 1000)
