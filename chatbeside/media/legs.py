"""What a leg is: one thing that the worker does, opened, asked and closed by the server. ``kinds`` lists them."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from aiortc import RTCConfiguration, RTCIceServer

Data = Mapping[str, Any]


class Refused(Exception):
    """A request that cannot be done; its words go back."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a leg lives.

    Args:
        name: The leg's name.
        tell: Tells the server something about the leg: an event's name and its data.
        shared: What legs share, by the module that keeps it here: the media rooms, for example.
    """

    name: str = "leg"
    tell: Callable[[str, Data], None] = lambda event, data: None
    shared: dict[str, Any] = field(default_factory=dict)


class Leg(ABC):
    """One leg. The worker calls :meth:`open` once, :meth:`ask` one at a time, and :meth:`close` at the end.

    A leg that is over by itself sets ``over``; the worker then closes it and tells the server.
    """

    most: ClassVar[int]
    """Most legs of this kind at a time."""
    seconds: ClassVar[float | None] = None
    """How long one may last."""
    full: ClassVar[str] = "Too many calls at once. Try again in a minute."
    """What the one too many is told."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.over = asyncio.Event()

    @property
    @abstractmethod
    def state(self) -> str:
        """How it is, in a word."""

    @abstractmethod
    async def open(self, data: Data) -> dict[str, Any]:
        """Begin, and return what the server is told. Raises :class:`Refused`."""

    async def ask(self, what: str, data: Data) -> dict[str, Any]:
        """Answer a question of the server. Raises :class:`Refused`."""
        raise Refused("This leg understands no such request.")

    @abstractmethod
    async def close(self) -> None:
        """Let go of everything. Also called when :meth:`open` failed."""


def ice_configuration(data: Data) -> RTCConfiguration:
    """Return a configuration with the ``iceServers`` of a request, entries as ``GET /api/calls/ice`` gives them.

    Without a list of its own aiortc would ask a public STUN server.
    """
    return RTCConfiguration(
        iceServers=[
            RTCIceServer(urls=entry["urls"], username=entry.get("username"), credential=entry.get("credential"))
            for entry in data.get("iceServers") or ()
        ]
    )
