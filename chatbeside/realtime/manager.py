"""Fan-out that costs little: a packet is encoded once and laid on each socket's queue.

python-socketio makes one asyncio task per recipient and event; docs/decisions, 8, says what that costs.
:class:`LocalEmit` reads Engine.IO's ``sockets`` and their ``queue``, which are not public: the versions are pinned,
and ``tests/realtime/test_canary.py`` fails when they change shape.

It knows the sockets of this process; :mod:`chatbeside.realtime.everywhere` reaches those of other workers.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import socketio

from chatbeside.realtime import packets
from chatbeside.realtime.packets import NAMESPACE
from chatbeside.services import metrics


class LocalEmit(socketio.AsyncManager):
    """A client manager whose ``emit`` makes no task and never waits, and which knows what a client is in."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._entered: dict[tuple[str, str], dict[str | None, None]] = {}

    async def emit(  # noqa: PLR0917 - python-socketio's signature
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any = None,
        skip_sid: Any = None,
        callback: Any = None,
        to: Any = None,
        **kwargs: Any,
    ) -> None:
        """Send to the sockets of this process; what ``socketio.AsyncManager.emit`` does, cheaper."""
        if callback is not None:
            await super().emit(event, data, namespace, room=room, skip_sid=skip_sid, callback=callback, to=to, **kwargs)
            return
        skip = skip_sid if isinstance(skip_sid, list | tuple | set | frozenset) else (skip_sid,)
        self.emit_now(event, data, to=to or room, skip=skip, namespace=namespace)

    def emit_now(
        self,
        event: str,
        data: Any,
        *,
        to: str | Sequence[str] | None,
        skip: Iterable[str] = (),
        namespace: str = NAMESPACE,
    ) -> int:
        """Lay ``event`` on the queue of every socket in the room or rooms ``to``, each socket once.

        Args:
            event: The event's name.
            data: One JSON value; a tuple means several arguments, ``None`` none.
            to: A room, several rooms, or ``None`` for everybody.
            skip: Socket ids to leave out.
            namespace: The Socket.IO namespace.

        Returns:
            How many sockets it was laid down for.
        """
        recipients = self._recipients(namespace, to)
        if not recipients:
            return 0
        arguments = list(data) if isinstance(data, tuple) else [] if data is None else [data]
        return self._lay(packets.event(event, *arguments, namespace=namespace), recipients, skip)

    def emit_packet(self, packet: Any, *, to: str | Sequence[str], skip: Iterable[str] = ()) -> int:
        """Like :meth:`emit_now`, for an event that is a packet already."""
        return self._lay(packet, self._recipients(NAMESPACE, to), skip)

    def _lay(self, packet: Any, recipients: Iterable[tuple[str, str]], skip: Iterable[str]) -> int:
        sockets = self.server.eio.sockets
        skipped = set(skip)
        sent = 0
        for sid, eio_sid in recipients:
            if sid in skipped:
                continue
            socket = sockets.get(eio_sid)
            if socket is not None and not socket.closed:
                socket.queue.offer(packet)
                sent += 1
        metrics.DELIVERIES.inc(sent)
        return sent

    def basic_enter_room(self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None) -> None:
        """Let a client hear a room."""
        super().basic_enter_room(sid, namespace, room, eio_sid)
        self._entered.setdefault((namespace, sid), {})[room] = None

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        """Let a client hear a room no more."""
        super().basic_leave_room(sid, namespace, room)
        entered = self._entered.get((namespace, sid), {})
        entered.pop(room, None)
        if not entered:
            self._entered.pop((namespace, sid), None)

    def basic_disconnect(self, sid: str, namespace: str, **_: Any) -> None:
        """Forget a client.

        What ``socketio.AsyncManager.basic_disconnect`` does, but it looks through all rooms that anybody is in: when a
        thousand clients go at once, that holds everybody up.
        """
        for room in list(self._entered.get((namespace, sid), ())):
            self.basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for waiting in (self.pending_connect, self.pending_disconnect):
            if sid in waiting.get(namespace, ()):
                waiting[namespace].remove(sid)
                if not waiting[namespace]:
                    del waiting[namespace]

    def _recipients(self, namespace: str, to: str | Sequence[str] | None) -> Iterable[tuple[str, str]]:
        rooms = self.rooms.get(namespace, {})
        if to is None or isinstance(to, str):
            members = rooms.get(to)
            return members.items() if members else ()
        union: dict[str, str] = {}
        for name in to:
            members = rooms.get(name)
            if members:
                union.update(members)
        return union.items()

    def count(self, room: str) -> int:
        """Return how many sockets of this process are in ``room``."""
        return len(self.rooms.get(NAMESPACE, {}).get(room, ()))
