"""What lives in memory of the calls of rooms: the legs of the seats, who is away, and what time does to them.

The call of a room has one owner among the workers, and its line is there, with the media. When a worker ends, the
others take over its calls: the state of a call is in the store, its media is gone, and every device connects anew.
"""

import asyncio
import contextlib
import json
import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from chatbeside.domain.calls import CallKind
from chatbeside.domain.clock import Clock, reached
from chatbeside.domain.errors import Conflict, InvalidInput, NotAllowed, Unavailable
from chatbeside.domain.group_calls import (
    AWAY,
    Close,
    Come,
    Go,
    GroupCall,
    GroupEffect,
    GroupEnd,
    GroupHappening,
    GroupStep,
    Show,
    Tick,
    deadline,
    group_call_entry,
    group_call_text,
    step,
)
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import MessageKind
from chatbeside.services.background import end
from chatbeside.services.bus import Bus, Watcher
from chatbeside.services.call_time import PAGE, change, earliest, gather_pages, keep_time, look_after
from chatbeside.services.events import GroupCallChanged, GroupMedia, Publisher
from chatbeside.services.ice import ice_servers
from chatbeside.services.media import Media, MediaLeg
from chatbeside.services.messages import Messages
from chatbeside.services.owners import Json, Owners
from chatbeside.settings import Settings
from chatbeside.store.interfaces import Store, Taken

logger = logging.getLogger(__name__)

NOT_HERE = "There is no such call, or you are not in it."
_TRIES = 5


@dataclass(eq=False, slots=True)
class _Side:
    """The connection of one device in a call. ``session`` is what its page calls the connection."""

    device: str
    session: str
    leg: MediaLeg
    reader: asyncio.Task[None] | None = None


@dataclass(slots=True)
class _Line:
    """What this process keeps of a call: its newest form, the connections by user, and who has none since when."""

    call: GroupCall
    sides: dict[str, _Side] = field(default_factory=dict)
    away: dict[str, datetime] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    def due(self) -> datetime | None:
        """Return when something happens here by itself."""
        return earliest(deadline(self.call), self.away.values(), AWAY)


class GroupLines:
    """The calls of rooms that this worker owns.

    Args:
        store: Where calls are.
        settings: Where a TURN server is.
        messages: Writes what a call leaves in the timeline.
        media: The media worker.
        publisher: Hears of every change.
        clock: The present moment.
        bus: How the workers talk.
        owners: Who owns which call.
    """

    def __init__(
        self,
        *,
        store: Store,
        settings: Settings,
        messages: Messages,
        media: Media,
        publisher: Publisher,
        clock: Clock,
        bus: Bus,
        owners: Owners,
    ) -> None:
        self._store = store
        self._settings = settings
        self._messages = messages
        self._media = media
        self._publisher = publisher
        self._clock = clock
        self._bus = bus
        self._owners = owners
        self._lines: dict[str, _Line] = {}
        self._news = asyncio.Event()
        self._changes = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        owners.serve("group come", self._come)
        owners.serve("group offer", self._offer)
        owners.serve("group show", self._show)
        owners.serve("group go", self._go)
        owners.serve("group close", self._close)
        bus.listen("group left", lambda worker, data: self._left(*json.loads(data)))
        bus.watch(Watcher(left=lambda worker: self._changes.set(), missed=self._changes.set))

    async def start(self) -> None:
        """End what the last run left unfinished, or take over what another worker did, and look after time."""
        for call in await self._nobodys():
            if self._bus.shared:
                await self._take_over(call)
            else:
                await self._happened(call.id, Close(self._clock(), GroupEnd.SERVER_RESTARTED))
        keeping = keep_time(self._lines.values, self._clock, self._news, self.tick)
        self._loops = [asyncio.create_task(keeping, name="group calls")]
        if self._bus.shared:
            looking = look_after(self._changes, self._look)
            self._loops.append(asyncio.create_task(looking, name="group calls of other workers"))

    async def stop(self) -> None:
        """Close every connection. Calls that go on are another worker's, or are ended by the next start."""
        await end(*self._loops)
        self._loops.clear()
        for line in self._lines.values():
            for user_id in list(line.sides):
                self._drop(line, user_id)
        self._lines.clear()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def left(self, user_id: str, device: str) -> None:
        """Note that a device lost its connection to this worker. Unless it is back soon, its seat gets free."""
        self._left(user_id, device)
        self._bus.broadcast("group left", json.dumps([user_id, device]).encode())

    # ------------------------------------------------------------ time

    async def tick(self) -> None:
        """Do what time alone does: seats of those who stay away get free, who is alone for long is let go."""
        now = self._clock()
        for call_id, line in list(self._lines.items()):
            for user_id, since in list(line.away.items()):
                if at := reached(since + AWAY, now):
                    await self._happened(call_id, Go(user_id, at))
            due = deadline(line.call)
            if due is not None and (at := reached(due, now)):
                await self._happened(call_id, Tick(at))

    # ------------------------------------------------------------ at the owner

    async def _come(self, name: str, said: Json) -> Json:
        come = Come(said["user"], said["device"], self._clock(), camera=said["camera"], muted=said["muted"])
        call = await self._begin_or_come(name.removeprefix(owned_name("")), CallKind(said["kind"]), come)
        line = self._line(call)
        side = line.sides.get(come.user_id)
        if side is None or side.leg.ended:
            line.away[come.user_id] = self._clock()
            self._news.set()
        return {"call": call.id}

    async def _offer(self, name: str, said: Json) -> Json:
        line, user_id, device = await self._held(said), said["user"], said["device"]
        async with line.turns[user_id]:
            side = line.sides.get(user_id)
            if side is not None and side.session == said["session"] and side.device == device and not side.leg.ended:
                answer = await side.leg.ask("offer", offer=said["offer"])
            else:
                answer = await self._connect(line, user_id, device, said["session"], said["offer"])
        line.away.pop(user_id, None)
        return {"answer": answer["answer"], **_lanes(answer)}

    async def _show(self, name: str, said: Json) -> Json:
        line, user_id = await self._held(said), said["user"]
        shown = {key: bool(said[key]) for key in ("muted", "camera", "screen")}
        await self._happened(line.call.id, Show(user_id, said["device"], self._clock(), **shown))
        async with line.turns[user_id]:
            side, seat = line.sides.get(user_id), line.call.seat(user_id)
            if side is not None and seat is not None and not side.leg.ended:
                line.away.pop(user_id, None)
                with contextlib.suppress(Unavailable, InvalidInput):  # then the connection is over, and said to be
                    await side.leg.ask("picture", on=seat.picture)
        return {"call": line.call.id}

    async def _go(self, name: str, said: Json) -> Json:
        await self._happened(said["call"], Go(said["user"], self._clock(), said["device"]))
        return {"call": said["call"]}

    async def _close(self, name: str, said: Json) -> Json:
        await self._happened(said["call"], Close(self._clock(), GroupEnd(said["reason"])))
        return {"call": said["call"]}

    async def _held(self, said: Json) -> _Line:
        line = self._lines.get(said["call"])
        if line is None:
            call = await self._store.group_calls.get(said["call"])
            if call is None or call.ended:
                raise Conflict("This call is over.")
            line = await self._take_over(call)
        if not line.call.holds(said["user"], said["device"]):
            raise NotAllowed("This device is not in the call.")
        return line

    def _left(self, user_id: str, device: str) -> None:
        for line in self._lines.values():
            if line.call.holds(user_id, device):
                line.away.setdefault(user_id, self._clock())
                self._news.set()

    def _line(self, call: GroupCall) -> _Line:
        line = self._lines.get(call.id)
        if line is None:
            line = self._lines[call.id] = _Line(call)
        return line

    async def _nobodys(self) -> list[GroupCall]:
        async def mine(call: GroupCall) -> bool:
            return call.id not in self._lines and await self._owners.mine(owned_name(call.room_id))

        return await gather_pages(lambda after: self._store.group_calls.unfinished(limit=PAGE, after=after), mine)

    async def _take_over(self, call: GroupCall) -> _Line:
        """Own a call whose media went with another worker: every device connects anew."""
        line = self._line(call)
        for seat in call.seats:
            if seat.user_id not in line.sides:
                line.away.setdefault(seat.user_id, self._clock())
                await self._publisher.publish(GroupMedia(call, seat.user_id, seat.device, "", {"lost": True}))
        self._news.set()
        return line

    async def _look(self) -> None:
        """Take over the calls of workers that ended, and let go of those that others took over from this one."""
        for call_id, line in list(self._lines.items()):
            if not await self._owners.mine(owned_name(line.call.room_id)):
                self._lines.pop(call_id, None)
                for user_id in list(line.sides):
                    self._drop(line, user_id)
        for call in await self._nobodys():
            await self._take_over(call)

    # ------------------------------------------------------------ how a call changes

    async def _begin_or_come(self, room_id: str, kind: CallKind, come: Come) -> GroupCall:
        for _ in range(_TRIES):
            known = await self._store.group_calls.open_in(room_id)
            if known is not None:
                try:
                    return await self._happened(known.id, come)
                except Conflict as error:
                    now = await self._store.group_calls.get(known.id)
                    if now is None or not now.ended:
                        raise
                    logger.debug("a call ended while somebody came: %s", error)
                    continue
            new = GroupCall(new_id(), room_id, kind, come.user_id, self._clock(), self._bus.worker)
            call = replace(step(new, come).call, version=1)
            with contextlib.suppress(Taken):
                await self._store.group_calls.add(call)
                self._line(call)
                await self._publisher.publish(GroupCallChanged(call))
                return call
        raise Conflict("The call changes too quickly. Try again.")

    async def _happened(self, call_id: str, happening: GroupHappening) -> GroupCall:
        """Store what becomes of a call, and tell."""
        line = self._lines.get(call_id)
        async with line.lock if line else contextlib.nullcontext():
            after = await change(
                self._store.group_calls,
                call_id,
                lambda call: step(call, happening),
                entry=GroupEffect.WRITE_ENTRY,
                write_entry=self._write_entry,
                unknown=NOT_HERE,
            )
            if after.effects:
                await self._follow(after)
            return after.call

    async def _follow(self, after: GroupStep) -> None:
        call = after.call
        line = self._lines.pop(call.id, None) if call.ended else self._lines.get(call.id)
        if line is not None:
            line.call = call
            if call.ended:
                await self._owners.release(owned_name(call.room_id))
            for user_id, side in list(line.sides.items()):
                if not call.holds(user_id, side.device):
                    self._drop(line, user_id)
                    gone = GroupMedia(call, user_id, side.device, side.session, {"gone": True})
                    await self._publisher.publish(gone)
            for user_id in list(line.away):
                if call.seat(user_id) is None:
                    del line.away[user_id]
        self._news.set()
        await self._publisher.publish(GroupCallChanged(call))

    async def _write_entry(self, call: GroupCall) -> None:
        room = await self._store.rooms.get(call.room_id)
        if room is not None:
            await self._messages.post(
                room,
                call.started_by,
                group_call_text(call),
                client_id=f"call-{call.id}",
                kind=MessageKind.CALL,
                data=group_call_entry(call),
            )

    # ------------------------------------------------------------ media

    async def _connect(self, line: _Line, user_id: str, device: str, session: str, offer: str) -> Mapping[str, Any]:
        self._drop(line, user_id)
        seat = line.call.seat(user_id)
        leg = await self._media.open(
            "forward",
            room=line.call.id,
            peer=f"{user_id}.{session}",
            offer=offer,
            picture=seat is not None and seat.picture,
            iceServers=ice_servers(self._settings, user_id, self._clock()),
        )
        side = _Side(device, session, leg)
        if line.call.ended or not line.call.holds(user_id, device):
            await leg.close()
            raise NotAllowed("This device is not in the call.")
        line.sides[user_id] = side
        side.reader = asyncio.create_task(self._read(line, user_id, side), name=f"media of {user_id}")
        self._keep(side.reader)
        return leg.opened

    async def _read(self, line: _Line, user_id: str, side: _Side) -> None:
        """Pass on what a leg tells; when it is over, let the device connect anew."""
        async for event in side.leg.events():
            if event.name == "lanes":
                news = GroupMedia(line.call, user_id, side.device, side.session, _lanes(event.data))
                await self._publisher.publish(news)
        if line.sides.get(user_id) is side:
            del line.sides[user_id]
            line.away[user_id] = self._clock()
            self._news.set()
            await self._publisher.publish(GroupMedia(line.call, user_id, side.device, side.session, {"lost": True}))

    def _drop(self, line: _Line, user_id: str) -> None:
        side = line.sides.pop(user_id, None)
        if side is not None:
            if side.reader is not None:
                side.reader.cancel()
            self._keep(asyncio.create_task(side.leg.close(), name="end of a side"))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def owned_name(room_id: str) -> str:
    """Return the name under which workers own the call of a room."""
    return f"group call:{room_id}"


def _lanes(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return who is on which section of the session description, by user id, and how new that is."""
    tracks = [
        {"mid": each["mid"], "user": str(each["peer"]).partition(".")[0], "kind": each["kind"]}
        for each in told.get("tracks", ())
    ]
    return {"version": told["version"], "tracks": tracks, "missing": dict(told.get("missing", {}))}
