"""What is just arriving: temporary files that become blobs or vanish."""

import asyncio
import secrets
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from chatbeside.store.blobs.folder import on_disk
from chatbeside.store.owned import Owned

BUFFER = 1024 * 1024
"""Bytes that wait in memory before they are written."""


class Arriving:
    """One temporary file. Every write raises NoRoom when the disk is full.

    Args:
        path: A file that does not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: BinaryIO | None = None
        self._waiting = bytearray()
        self._writing: asyncio.Future[BinaryIO] | None = None

    async def write(self, data: bytes) -> None:
        """Add ``data``; it is written when enough has gathered."""
        self._waiting += data
        if len(self._waiting) >= BUFFER:
            await self._flush()

    async def finish(self) -> None:
        """Write what waits and close the file."""
        await self._flush()
        file, self._file = self._file, None
        if file is not None:
            await asyncio.to_thread(_close, file)

    async def discard(self) -> None:
        """Remove the file, wherever it stands; nothing happens when it was moved away."""
        if self._writing is not None:
            # A thread cannot be cancelled: what it is about to make must be there before it can be removed.
            await asyncio.wait([self._writing])
            if self._writing.exception() is None:
                self._file = self._writing.result()
        file, self._file = self._file, None
        await asyncio.to_thread(_remove, file, self.path)

    async def _flush(self) -> None:
        data, self._waiting = self._waiting, bytearray()
        self._writing = asyncio.ensure_future(asyncio.to_thread(_write, self._file, self.path, data))
        self._file = await asyncio.shield(self._writing)
        self._writing = None


class Incoming:
    """The temporary files of this process: a folder of its own, because several may share the place.

    Args:
        folder: On the file system where blobs are kept, if that is a folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._own = folder, Owned(folder)

    def begin(self) -> Arriving:
        """Return a new temporary file; :meth:`sweep` comes first."""
        return Arriving(self._own.path / f"{secrets.token_hex(12)}.part")

    async def sweep(self) -> None:
        """Make the folder if it is missing, and remove what dead processes left."""
        await asyncio.to_thread(self._sweep)

    async def close(self) -> None:
        """Remove the folder; nothing arrives any more."""
        await asyncio.to_thread(self._own.give_up)

    def _sweep(self) -> None:
        with on_disk():
            self._own.take()
            self._own.sweep()
            for path in self._folder.glob("*.part"):  # of a version that had no folders
                path.unlink(missing_ok=True)


def _write(file: BinaryIO | None, path: Path, data: bytearray) -> BinaryIO:
    with on_disk():
        file = file or path.open("xb")
        try:
            file.write(data)
        except OSError:
            _give_up(file)
            raise
        return file


def _close(file: BinaryIO) -> None:
    with on_disk():
        file.close()


def _give_up(file: BinaryIO) -> None:
    with suppress(OSError):  # what it still wanted to write is not wanted any more
        file.close()


def _remove(file: BinaryIO | None, path: Path) -> None:
    if file is not None:
        _give_up(file)
    with on_disk():
        path.unlink(missing_ok=True)
