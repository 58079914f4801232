"""What waits to be written to one socket."""

import asyncio
from collections.abc import Callable
from typing import Any

from chatbeside.realtime.direct import Write

MAX_PACKETS = 2_000
MAX_CHARACTERS = 4 * 1024 * 1024


class Outgoing:
    """The packets that wait for one client, in order; stands where Engine.IO has an ``asyncio.Queue``.

    Nothing ever waits to put something in. A client that reads so slowly that the limits are passed
    is given up instead: it comes back and resumes from its own cursor, and the others never notice.

    Args:
        on_full: Called once, when the client is given up.
        max_packets: How many packets may wait.
        max_characters: How many characters may wait before another packet is too much. One large answer
            to a client that keeps up is always taken.
    """

    __slots__ = (
        "_ended",
        "_held",
        "_max_characters",
        "_max_packets",
        "_on_full",
        "_packets",
        "_reader_waits",
        "_size",
        "_wake",
        "direct",
        "given_up",
    )

    def __init__(
        self, on_full: Callable[[], None], max_packets: int = MAX_PACKETS, max_characters: int = MAX_CHARACTERS
    ) -> None:
        self._on_full = on_full
        self._max_packets = max_packets
        self._max_characters = max_characters
        self._packets: list[Any] = []
        self._held: list[Any] | None = None
        self._size = 0
        self._ended = False
        self._wake = asyncio.Event()
        self._reader_waits = False
        self.given_up = False
        self.direct: Write | None = None
        """Writes a packet at once when nothing is before it, if there is such a way."""

    def offer(self, packet: Any) -> None:
        """Add a packet of the fan-out; it waits behind :meth:`hold` when that is on."""
        if self._held is None:
            self.put_nowait(packet)
        elif len(self._held) < self._max_packets:
            self._held.append(packet)
        else:
            self._give_up()

    def put_nowait(self, packet: Any) -> None:
        """Add a packet at once; ``None`` means that nothing follows."""
        if self._ended:
            return
        if packet is None:
            self._ended = True
        elif self.direct and self._reader_waits and not self._packets and self.direct(packet):
            return
        elif len(self._packets) >= self._max_packets or self._size > self._max_characters:
            self._give_up()
            return
        else:
            self._packets.append(packet)
            self._size += len(packet.data) if isinstance(packet.data, str) else 0
        self._wake.set()

    async def put(self, packet: Any) -> None:
        """Like :meth:`put_nowait`; Engine.IO awaits it."""
        self.put_nowait(packet)

    async def take_all(self) -> list[Any]:
        """Wait until something is there and return all of it; an empty list when nothing will follow."""
        while not self._packets:
            if self._ended:
                return []
            self._wake.clear()
            self._reader_waits = True
            try:
                await self._wake.wait()
            finally:
                self._reader_waits = False
        packets, self._packets = self._packets, []
        self._size = 0
        return packets

    def get_nowait(self) -> Any:
        """Return the oldest packet. Raises ``asyncio.QueueEmpty``."""
        if not self._packets:
            raise asyncio.QueueEmpty
        return self._packets.pop(0)

    def hold(self) -> None:
        """Keep what the fan-out offers from now on aside, so that a first answer can go before it."""
        if self._held is None:
            self._held = []

    def release(self) -> None:
        """End :meth:`hold`: what was kept aside follows now."""
        held, self._held = self._held or [], None
        for packet in held:
            self.put_nowait(packet)

    def task_done(self) -> None:
        """Do nothing: nobody counts."""

    async def join(self) -> None:
        """Return at once: the server never waits for a client to read."""

    def _give_up(self) -> None:
        self._packets.clear()
        self._held = None
        self._size = 0
        self._ended = True
        self._wake.set()
        if not self.given_up:
            self.given_up = True
            self._on_full()
