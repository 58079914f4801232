"""What a place for the content of files must do. Both kinds pass the same contract tests."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

PIECE = 256 * 1024
"""Bytes in one piece of what is read."""


class NoSuchBlob(Exception):
    """Nothing is kept under this key."""


class NoRoom(Exception):
    """The disk is full. Nothing was stored."""


class Blobs(Protocol):
    """Content by key. A key is an id, perhaps with an ending of letters after a dot."""

    async def open(self) -> None:
        """Make ready. Raises :class:`chatbeside.store.interfaces.StoreUnavailable`."""

    async def close(self) -> None:
        """Let go of what was opened."""

    async def put(self, key: str, source: Path) -> None:
        """Keep the content of the file ``source`` under ``key``; all of it is on disk when this returns, or nothing is.

        What was there before is replaced. ``source`` is moved away or stays: whoever made it removes what is left.

        Raises:
            NoRoom: The disk is full.
            StoreUnavailable: The place does not answer, or cannot write now.
        """

    async def read(self, key: str, *, start: int = 0, stop: int) -> AsyncIterator[bytes]:
        """Return the bytes from ``start`` up to but not including ``stop``, in pieces.

        Raises:
            NoSuchBlob: Here, not later, so that nothing has been answered yet.
            StoreUnavailable: Likewise; or between two pieces.
        """

    async def remove(self, key: str) -> None:
        """Forget the content; nothing happens when there is none. Raises StoreUnavailable."""
