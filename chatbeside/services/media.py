"""What the services know of the media worker: that there are legs, what they can be asked, and what they tell.

``chatbeside.media`` has the real one; the composition root hands it in.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from chatbeside.domain.errors import Unavailable

SORRY = "The server cannot handle sound and picture right now. Try again in a minute."


@dataclass(frozen=True, slots=True)
class MediaEvent:
    """Something that a leg tells by itself, for example that its peer is connected."""

    name: str
    data: Mapping[str, Any]


class MediaLeg(Protocol):
    """One thing that the media worker does: an echo call, one side of a group call, a recording."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def opened(self) -> Mapping[str, Any]:
        """What the leg answered when it was opened, for example ``{"answer": SDP}``."""

    @property
    def ended(self) -> bool:
        """Whether it is over."""

    async def ask(self, what: str, **data: Any) -> Mapping[str, Any]:
        """Ask something of the leg and return its answer. Questions to one leg are answered in their order.

        Raises:
            InvalidInput: The leg refuses; the words say why.
            Unavailable: The worker does not run, or the leg is over.
        """

    def events(self) -> AsyncIterator[MediaEvent]:
        """Return what the leg tells, from its beginning; it stops when the leg is over. For one reader.

        What is not read is kept, up to a limit; a leg whose events nobody takes is closed when that is reached.
        """

    async def close(self) -> None:
        """End it; nothing happens when it is over."""


class Media(Protocol):
    """The media worker. It runs while it is needed."""

    async def open(self, kind: str, **data: Any) -> MediaLeg:
        """Open a leg.

        Args:
            kind: One of ``chatbeside.media.kinds.KINDS``.
            data: What this kind needs to begin.

        Raises:
            InvalidInput: The leg cannot be opened with this, or there are too many of its kind; the words say which.
            Unavailable: The worker does not run.
        """

    async def finish(self, folder: str, file: str) -> Mapping[str, Any]:
        """Make one file of the parts of a recording, in a process apart.

        Args:
            folder: Where the parts are.
            file: What to make of them.

        Returns:
            ``seconds``, and ``width`` and ``height`` of a picture; nothing when there is nothing in the parts.

        Raises:
            Unavailable: It did not work.
        """


class NoMedia:
    """In place of a media worker, where there is none."""

    async def open(self, kind: str, **data: Any) -> MediaLeg:
        """Raise :class:`Unavailable`."""
        raise Unavailable(SORRY)

    async def finish(self, folder: str, file: str) -> Mapping[str, Any]:
        """Raise :class:`Unavailable`."""
        raise Unavailable(SORRY)
