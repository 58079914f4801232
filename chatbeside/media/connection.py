"""A connection with a browser that can be closed at any moment, and what legs that have one share."""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from chatbeside.media.legs import Leg, Place, Refused


class Connection(RTCPeerConnection):
    """aiortc's connection, which connects in tasks that nobody holds.

    Closed in the middle of that, it goes on with what is closed: an error that nobody retrieves, or senders that begin
    after they were stopped and stay. Here :meth:`close` ends these tasks first. ``tests/media/test_canary.py`` fails
    when a new version of aiortc connects in another way.
    """

    def __init__(self, configuration: RTCConfiguration | None = None) -> None:
        super().__init__(configuration)
        self._connecting: set[asyncio.Task[Any]] = set()
        self._answering = asyncio.Lock()

    async def answer(self, offer: str, prepare: Callable[[], None] = lambda: None) -> str:
        """Take an offer and return the answer, with all candidates in it.

        Args:
            offer: SDP.
            prepare: Called when the offer is known and before it is answered.
        """
        async with self._answering:
            await self.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
            prepare()
            await self.setLocalDescription(await self.createAnswer())
        return str(self.localDescription.sdp)

    async def close(self) -> None:
        """End it."""
        async with self._answering:  # a connection that is closed while it gathers candidates keeps its sockets
            for task in self._connecting:
                task.cancel()
            await asyncio.gather(*self._connecting, return_exceptions=True)
            await super().close()

    async def _RTCPeerConnection__connect(self) -> None:  # noqa: N802 - where aiortc looks for it
        task = asyncio.current_task()
        if task is not None:
            self._connecting.add(task)
            task.add_done_callback(self._connecting.discard)
        await super()._RTCPeerConnection__connect()  # type: ignore[misc]


class ConnectedLeg(Leg):
    """A leg that has a connection. It tells ``state`` ``{state}``, in the words of WebRTC."""

    answer_within: ClassVar[float] = 15.0
    """Seconds for the answer to an offer."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._peer: Connection | None = None

    @property
    def state(self) -> str:
        """The connection's state, in the words of WebRTC."""
        return str(self._peer.connectionState) if self._peer else "new"

    async def close(self) -> None:
        """End it."""
        self.over.set()
        if self._peer is not None:
            await self._peer.close()

    def _connect(self, configuration: RTCConfiguration, track: Callable[[Any], None]) -> Connection:
        """Make the connection; ``track`` is called with each track that the browser sends."""
        peer = self._peer = Connection(configuration)
        peer.on("track", track)
        peer.on("connectionstatechange", self._state_changed)
        return peer

    async def _answer(self, peer: Connection, offer: str, prepare: Callable[[], None]) -> str:
        try:
            async with asyncio.timeout(self.answer_within):
                return await peer.answer(offer, prepare)
        except Exception as error:  # aiortc has no error of its own for what it cannot read
            raise Refused("This offer cannot be answered.") from error

    def _state_changed(self) -> None:
        self.place.tell("state", {"state": self.state})
        if self.state in {"failed", "closed"}:
            self.over.set()
