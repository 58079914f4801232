"""Changes that each worker shows to its own people by itself: rooms, accounts, sessions.

What somebody sees of a room is theirs alone, so no ready event can be passed on: workers tell each other that something
changed, and each looks for itself. One change at a time, in the order in which they were told.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from chatbeside.domain.models import Room
from chatbeside.realtime.answers import failure
from chatbeside.realtime.order import RoomOrder
from chatbeside.services.background import end
from chatbeside.services.bus import Bus
from chatbeside.services.container import Services

WAITING_MOST = 10_000
"""Changes that may wait; further ones are taken for missed."""

Do = Callable[[], Awaitable[None]]


class Shows(Protocol):
    """What can be shown to the people of this process; the fan-out."""

    order: RoomOrder
    end_session: Callable[[str, str], Awaitable[None]]

    async def room_changed(self, room: Room, everyone_added: Sequence[str], removed: Sequence[str]) -> None:
        """Show a room whose members changed, or which itself did."""

    async def tell_room(self, room_id: str, user_ids: Sequence[str]) -> None:
        """Show a room to these people."""

    async def account_changed(self, user_id: str) -> None:
        """Show a person anew."""

    async def blocks_changed(self, user_id: str) -> None:
        """Tell a person whom they have blocked."""


class FromOthers:
    """Tells other workers of changes, and shows here what they tell.

    Args:
        services: Where rooms are looked up.
        show: Shows them.
        missed: Called when there was too much to take in.
    """

    def __init__(self, services: Services, show: Shows, missed: Callable[[], None]) -> None:
        self._services = services
        self._bus: Bus = services.bus
        self._show = show
        self._missed = missed
        self._waiting: asyncio.Queue[tuple[str, Do]] = asyncio.Queue(WAITING_MOST)
        self._worker: asyncio.Task[None] | None = None
        self._bus.listen("room", self._hear_room)
        self._bus.listen("member", self._hear_member)
        self._bus.listen("account", self._hear_account)
        self._bus.listen("blocks", self._hear_blocks)
        self._bus.listen("session", self._hear_session)

    async def start(self) -> None:
        """Begin to show."""
        if self._bus.shared:
            self._worker = asyncio.create_task(self._work(), name="changes of other workers")

    async def stop(self) -> None:
        """Show nothing more."""
        await end(self._worker)
        self._worker = None

    # ------------------------------------------------------------ out

    def room_changed(self, room: Room, added: Sequence[str], removed: Sequence[str]) -> None:
        """Tell the others that a room or its members changed."""
        self._broadcast("room", [room.id, list(added), list(removed)])

    def membership_changed(self, room_id: str, user_id: str) -> None:
        """Tell the others that somebody's own view of a room changed."""
        self._broadcast("member", [room_id, user_id])

    def account_changed(self, user_id: str) -> None:
        """Tell the others that an account changed."""
        self._broadcast("account", [user_id])

    def blocks_changed(self, user_id: str) -> None:
        """Tell the others that somebody has blocked or unblocked a person."""
        self._broadcast("blocks", [user_id])

    def session_ended(self, session_id: str, reason: str) -> None:
        """Tell the others that a session is over."""
        self._broadcast("session", [session_id, reason])

    def _broadcast(self, topic: str, what: list[Any]) -> None:
        if self._bus.shared:
            self._bus.broadcast(topic, json.dumps(what).encode())

    # ------------------------------------------------------------ in

    def _hear_room(self, worker: str, data: bytes) -> None:
        room_id, added, removed = json.loads(data)
        # Held from now on, so that no message of the room goes before it.
        self._show.order.hold(room_id)

        async def do() -> None:
            try:
                room = await self._services.store.rooms.get(room_id)
                if room is not None:
                    await self._show.room_changed(room, added, removed)
            finally:
                self._show.order.release(room_id)

        if not self._later("a room", do):
            self._show.order.release(room_id)

    def _hear_member(self, worker: str, data: bytes) -> None:
        room_id, user_id = json.loads(data)
        self._later("a membership", lambda: self._show.tell_room(room_id, [user_id]))

    def _hear_account(self, worker: str, data: bytes) -> None:
        (user_id,) = json.loads(data)
        self._later("an account", lambda: self._show.account_changed(user_id))

    def _hear_blocks(self, worker: str, data: bytes) -> None:
        (user_id,) = json.loads(data)
        self._later("blocks", lambda: self._show.blocks_changed(user_id))

    def _hear_session(self, worker: str, data: bytes) -> None:
        session_id, reason = json.loads(data)
        self._later("a session", lambda: self._show.end_session(session_id, reason))

    def _later(self, what: str, do: Do) -> bool:
        try:
            self._waiting.put_nowait((what, do))
        except asyncio.QueueFull:
            self._missed()
            return False
        return True

    async def _work(self) -> None:
        while True:
            what, do = await self._waiting.get()
            try:
                await do()
            except Exception as error:
                failure(f"telling of {what} that another worker changed", error)
