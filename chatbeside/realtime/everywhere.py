"""Events for the sockets of every worker.

An event is encoded once, where it happened, and laid on the sockets there at once. It goes to the other workers as one
message, which they pass on without reading what is in it.
"""

import json
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from chatbeside.realtime import packets
from chatbeside.realtime.manager import LocalEmit
from chatbeside.realtime.order import Missing, RoomOrder
from chatbeside.realtime.roster import Roster
from chatbeside.services.bus import Bus

_TOPIC = "emit"

Place = tuple[str, int]
"""A room and one of its change numbers."""


class Everywhere:
    """Lays events on sockets, here and at the other workers.

    Args:
        bus: How the workers talk.
        manager: Lays packets on the sockets of this process.
        roster: Knows whose they are.
        missing: Reads changes of a room that were not told.
    """

    def __init__(self, bus: Bus, manager: LocalEmit, roster: Roster, missing: Missing) -> None:
        self._bus = bus
        self._manager = manager
        self._roster = roster
        self.order = RoomOrder(missing)
        bus.listen(_TOPIC, self._hear)

    def emit(
        self,
        event: str,
        data: Any,
        *,
        to: str | Sequence[str],
        skip_user: str | None = None,
        skip_socket: str = "",
        place: Place | None = None,
    ) -> None:
        """Lay ``event`` on every socket in the channel or channels ``to``, each socket once.

        Args:
            event: The event's name.
            data: One JSON value.
            to: Channels; see :mod:`chatbeside.realtime.roster`.
            skip_user: Whose sockets to leave out.
            skip_socket: A socket of this process to leave out.
            place: Where it stands among the changes of a room; those with a lower number go before it.
        """
        if not self._bus.shared:
            # Not even encoded when nobody hears it.
            self._ordered(place, partial(self._emit_here, event, data, to, skip_user, skip_socket))
            return
        packet = packets.event(event, data)
        head = {"to": to, "skip": skip_user, "place": place}
        self._bus.broadcast(_TOPIC, f"{json.dumps(head)}\n{packet.data}".encode())
        self._ordered(place, partial(self._lay, packet, to, skip_user, skip_socket))

    def _hear(self, worker: str, data: bytes) -> None:
        head, _, text = data.partition(b"\n")
        told = json.loads(head)
        packet = packets.written(text.decode())
        self._ordered(told["place"], partial(self._lay, packet, told["to"], told["skip"]))

    def _ordered(self, place: Sequence[Any] | None, deliver: Any) -> None:
        if place is None:
            deliver()
        else:
            self.order.offer(place[0], place[1], deliver)

    def _emit_here(self, event: str, data: Any, to: str | Sequence[str], user: str | None, socket: str) -> None:
        self._manager.emit_now(event, data, to=to, skip=self._skipped(user, socket))

    def _lay(self, packet: Any, to: str | Sequence[str], user: str | None, socket: str = "") -> None:
        self._manager.emit_packet(packet, to=to, skip=self._skipped(user, socket))

    def _skipped(self, user_id: str | None, socket: str) -> Iterable[str]:
        return [connection.sid for connection in self._roster.of_user(user_id)] if user_id else (socket,)
