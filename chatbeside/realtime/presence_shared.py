"""Who is here, at any worker.

Each worker says of its own people when what is seen of them changes, and keeps what the others say as claims of those
workers. A worker that dies takes its claims with it. A worker that comes, or may have missed something, is told
everything once.
"""

import json
from collections.abc import Callable, Iterable

from chatbeside.realtime.presence import Presence, State
from chatbeside.realtime.roster import Roster
from chatbeside.services.bus import Bus, BusDown, Watcher

_SAID, _ALL, _ASKED = "presence", "presence all", "presence asked"
_PART = 200
"""People in one message."""
_HERE = "here"


class SharedPresence:
    """The face of :class:`Presence`, over all workers.

    Args:
        bus: How the workers talk.
        roster: Knows who is in which conversation; learns it of people at other workers.
        clock: Returns monotonic seconds.
        grace: Seconds the last claim outlives its socket or its worker.
        tell: Called with a person and what is seen of them now, when another worker changed it.
    """

    def __init__(
        self,
        bus: Bus,
        roster: Roster,
        clock: Callable[[], float],
        *,
        grace: float,
        tell: Callable[[str, State], None],
    ) -> None:
        self._bus = bus
        self._roster = roster
        self._tell = tell
        self._own = Presence(clock, grace=grace)
        self._all = Presence(clock, grace=grace)
        self._listed: dict[str, set[str]] = {}
        bus.listen(_SAID, self._hear)
        bus.listen(_ALL, self._hear_all)
        bus.listen(_ASKED, lambda worker, data: self._tell_all(worker))
        bus.watch(Watcher(joined=self._tell_all, left=self._left, missed=lambda: bus.broadcast(_ASKED, b"")))

    # ------------------------------------------------------------ the people of this worker

    def claim(self, user_id: str, sid: str, state: State = "online") -> State | None:
        """See :meth:`Presence.claim`."""
        return self._changed(user_id, self._own.claim(user_id, sid, state))

    def leave(self, user_id: str, sid: str) -> State | None:
        """See :meth:`Presence.leave`."""
        return self._changed(user_id, self._own.leave(user_id, sid))

    def renew(self, user_id: str, sids: Iterable[str]) -> None:
        """See :meth:`Presence.renew`."""
        self._own.renew(user_id, sids)
        self._all.renew(user_id, [_HERE])

    def expire(self) -> list[tuple[str, State]]:
        """See :meth:`Presence.expire`."""
        own = [(user_id, self._changed(user_id, state)) for user_id, state in self._own.expire()]
        return [(user_id, state) for user_id, state in own if state] + self._all.expire()

    def state(self, user_id: str) -> State:
        """See :meth:`Presence.state`."""
        return self._all.state(user_id)

    async def refresh(self) -> None:
        """Prolong what other workers said, as long as they can be heard."""
        try:
            await self._bus.check()
        except BusDown:
            return
        for user_id in self._all.all():
            self._all.renew(user_id, [sid for sid in self._all.sids(user_id) if sid != _HERE])

    def _changed(self, user_id: str, state: State | None) -> State | None:
        if state is None:
            return None
        self._bus.broadcast(_SAID, json.dumps(self._line(user_id, state)).encode())
        return self._take(user_id, _HERE, state)

    def _line(self, user_id: str, state: State) -> tuple[str, State, list[str]]:
        return user_id, state, self._roster.rooms(user_id) if state != "offline" else []

    def _take(self, user_id: str, sid: str, state: State) -> State | None:
        return self._all.drop(user_id, sid) if state == "offline" else self._all.claim(user_id, sid, state)

    # ------------------------------------------------------------ the people of others

    def _hear(self, worker: str, data: bytes) -> None:
        self._meet(worker, *json.loads(data))

    def _meet(self, worker: str, user_id: str, state: State, room_ids: Iterable[str]) -> None:
        if state != "offline":
            self._roster.meet(user_id, room_ids)
        changed = self._take(user_id, _of(worker), state)
        if changed is not None:
            self._tell(user_id, changed)
        if changed == "offline":
            self._roster.forget(user_id)

    def _tell_all(self, worker: str) -> None:
        """Tell one worker of everybody who is here."""
        lines = [self._line(user_id, state) for user_id, state in self._own.all().items()]
        parts = [lines[start : start + _PART] for start in range(0, len(lines), _PART)] or [[]]
        for number, part in enumerate(parts, 1):
            data = {"first": number == 1, "last": number == len(parts), "people": part}
            self._bus.tell(worker, _ALL, json.dumps(data).encode())

    def _hear_all(self, worker: str, data: bytes) -> None:
        told = json.loads(data)
        if told["first"]:
            self._listed[worker] = set()
        listed = self._listed.setdefault(worker, set())
        for user_id, state, room_ids in told["people"]:
            listed.add(user_id)
            self._meet(worker, user_id, state, room_ids)
        if told["last"]:
            del self._listed[worker]
            for user_id in set(self._all.claimed(_of(worker))) - listed:
                self._meet(worker, user_id, "offline", ())

    def _left(self, worker: str) -> None:
        """Give the people of a worker that ended time to come back to another one."""
        self._listed.pop(worker, None)
        for user_id in self._all.claimed(_of(worker)):
            changed = self._all.leave(user_id, _of(worker))
            if changed is not None:
                self._tell(user_id, changed)


def _of(worker: str) -> str:
    return f"at {worker}"
