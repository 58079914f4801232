"""What lives in memory of calls that are not over: signals, who is away, and what time does to them.

Each call has one owner among the workers, and its line is there. When a worker ends, the others take over its calls:
the state of a call is in the store, its signals are gone (browsers that talk already need none), and who of the two is
still there is asked anew.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chatbeside.domain.calls import AWAY, Call, Gone, Happening, Restarted, TimePassed, deadline
from chatbeside.domain.clock import Clock, reached
from chatbeside.services.background import end
from chatbeside.services.bus import Bus, Watcher
from chatbeside.services.call_time import PAGE, earliest, gather_pages, keep_time, look_after
from chatbeside.services.owners import Owners
from chatbeside.services.signals import Kept
from chatbeside.store.interfaces import Store

_LEFT, _ROLL, _HERE = "call left", "call roll", "call here"

Device = tuple[str, str]
"""A person and the name of one of their devices."""


@dataclass(slots=True)
class Line:
    """What the owner keeps of a call: its newest form, signals by sender, and who is away."""

    call: Call
    signals: defaultdict[str, Kept] = field(default_factory=lambda: defaultdict(Kept))
    away: dict[str, datetime] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def due(self) -> datetime | None:
        """Return when something happens here by itself."""
        return earliest(deadline(self.call), self.away.values(), AWAY)


def owned_name(call_id: str) -> str:
    """Return the name under which workers own a call."""
    return f"call:{call_id}"


class CallLines:
    """The lines of the calls that this worker owns.

    Args:
        store: Where calls are.
        bus: How the workers talk.
        owners: Who owns which call.
        clock: The present moment.
        happened: Stores what becomes of a call.
    """

    def __init__(
        self,
        store: Store,
        bus: Bus,
        owners: Owners,
        clock: Clock,
        happened: Callable[[str, Happening], Awaitable[Call]],
    ) -> None:
        self._store = store
        self._bus = bus
        self._owners = owners
        self._clock = clock
        self._happened = happened
        self._lines: dict[str, Line] = {}
        self._news = asyncio.Event()
        self._changes = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.present: Callable[[str, str], bool] = lambda user_id, device: False
        bus.listen(_LEFT, lambda worker, data: self._left_line(*json.loads(data)))
        bus.listen(_ROLL, self._hear_roll)
        bus.listen(_HERE, lambda worker, data: self._here(json.loads(data)))
        bus.watch(Watcher(left=lambda worker: self._changes.set(), missed=self._changes.set))

    async def start(self) -> None:
        """End, or with several workers take over, what is nobody's, and begin to look after time."""
        for call in await self._nobodys():
            if self._bus.shared:
                self._take_over(call)
            else:
                self.add(call)
                await self._happened(call.id, Restarted(self._clock()))
        keeping = keep_time(self._lines.values, self._clock, self._news, self.tick)
        self._tasks = [asyncio.create_task(keeping, name="calls")]
        if self._bus.shared:
            looking = look_after(self._changes, self._look)
            self._tasks.append(asyncio.create_task(looking, name="calls of other workers"))

    async def stop(self) -> None:
        """Stop looking after time. Calls that go on are another worker's, or are ended by the next start."""
        await end(*self._tasks)
        self._tasks.clear()
        self._lines.clear()

    def add(self, call: Call) -> Line:
        """Begin the line of a call that this worker owns."""
        line = self._lines[call.id] = Line(call)
        self._news.set()
        return line

    def get(self, call_id: str) -> Line | None:
        """Return the line of a call, if it is here."""
        return self._lines.get(call_id)

    async def owned(self, call_id: str) -> Line | None:
        """Return the line of a call that this worker owns by now; ``None`` when the call is over or never was."""
        line = self._lines.get(call_id)
        if line is None:
            call = await self._store.calls.get(call_id)
            line = self._lines.get(call_id)
            if line is None and call is not None and not call.ended:
                return self._take_over(call)
            if line is None:
                await self._owners.release(owned_name(call_id))
        return line

    async def forget(self, call: Call) -> None:
        """End the line of a call that is over."""
        self._news.set()
        if self._lines.pop(call.id, None) is not None:
            await self._owners.release(owned_name(call.id))

    def changed(self) -> None:
        """Look anew at when something happens by itself."""
        self._news.set()

    # ------------------------------------------------------------ who is away

    def left(self, user_id: str, device: str) -> None:
        """Note that a device lost its connection to this worker. Unless it is back soon, its call is over."""
        self._left_line(user_id, device)
        self._bus.broadcast(_LEFT, json.dumps([user_id, device]).encode())

    def back(self, call_id: str, user_id: str, device: str) -> None:
        """Note that a device of a call is there."""
        line = self._lines.get(call_id)
        if line is not None and line.call.holds(user_id, device):
            line.away.pop(user_id, None)

    def _left_line(self, user_id: str, device: str) -> None:
        for line in self._lines.values():
            if line.call.holds(user_id, device):
                self._call_roll(line, [user_id])

    def _call_roll(self, line: Line, people: Sequence[str]) -> None:
        """Count those as away whose devices are not at this worker, and ask the others for them."""
        asked: list[Device] = []
        for user_id in people:
            device = line.call.device_of(user_id)
            if device is not None and not self.present(user_id, device):
                line.away.setdefault(user_id, self._clock())
                asked.append((user_id, device))
        if asked:
            self._news.set()
            self._bus.broadcast(_ROLL, json.dumps(asked).encode())

    def _hear_roll(self, worker: str, data: bytes) -> None:
        here = [(user_id, device) for user_id, device in json.loads(data) if self.present(user_id, device)]
        if here:
            self._bus.tell(worker, _HERE, json.dumps(here).encode())

    def _here(self, devices: Sequence[Device]) -> None:
        for user_id, device in devices:
            for line in self._lines.values():
                if line.call.holds(user_id, device):
                    line.away.pop(user_id, None)

    # ------------------------------------------------------------ whose calls they are

    async def _nobodys(self) -> list[Call]:
        async def mine(call: Call) -> bool:
            return call.id not in self._lines and await self._owners.mine(owned_name(call.id))

        return await gather_pages(lambda after: self._store.calls.unfinished(limit=PAGE, after=after), mine)

    def _take_over(self, call: Call) -> Line:
        line = self.add(call)
        self._call_roll(line, call.people)
        return line

    async def _look(self) -> None:
        """Take over the calls of workers that ended, and let go of those that others took over from this one."""
        for call_id, line in list(self._lines.items()):
            if await self._owners.mine(owned_name(call_id)):
                self._call_roll(line, line.call.people)
            else:
                self._lines.pop(call_id, None)
        for call in await self._nobodys():
            self._take_over(call)

    # ------------------------------------------------------------ time

    async def tick(self) -> None:
        """Do what time alone does: rings run out, devices that stay away lose their call."""
        now = self._clock()
        for call_id, line in list(self._lines.items()):
            for user_id, since in list(line.away.items()):
                if at := reached(since + AWAY, now):
                    device = line.call.device_of(user_id) or ""
                    await self._happened(call_id, Gone(user_id, device, at))
            due = deadline(line.call)
            if due is not None and (at := reached(due, now)):
                await self._happened(call_id, TimePassed(at))
