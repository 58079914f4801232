"""Content of files in a folder: one file a key, never half a file."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from chatbeside.store.blobs.interfaces import PIECE, NoRoom, NoSuchBlob
from chatbeside.store.interfaces import StoreUnavailable

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class FolderBlobs:
    """See :class:`chatbeside.store.blobs.interfaces.Blobs`.

    Args:
        folder: Where the files are; it is made when it is missing. What is given to :meth:`put` must be on the same
            file system.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def open(self) -> None:
        await asyncio.to_thread(_make, self._folder)

    async def close(self) -> None:
        pass

    async def put(self, key: str, source: Path) -> None:
        await asyncio.to_thread(self._put, self._path(key), source)

    async def read(self, key: str, *, start: int = 0, stop: int) -> AsyncIterator[bytes]:
        file = await asyncio.to_thread(self._open, key, start)
        return _pieces(file, stop - start)

    async def remove(self, key: str) -> None:
        await asyncio.to_thread(self._remove, self._path(key))

    def _path(self, key: str) -> Path:
        if not key or key.startswith(".") or Path(key).name != key:
            raise ValueError(f"{key!r} is no key")  # it would lead out of the folder
        # 256 folders: some file systems grow slow with many thousand names in one.
        return self._folder / key[:2] / key

    def _put(self, path: Path, source: Path) -> None:
        with on_disk():
            new = not path.parent.is_dir()
            path.parent.mkdir(exist_ok=True, mode=0o700)
            with source.open("rb") as file:
                os.fsync(file.fileno())
            source.replace(path)
            for folder in (path.parent, *([self._folder] if new else [])):
                _sync_folder(folder)

    def _open(self, key: str, start: int) -> BinaryIO:
        try:
            with on_disk():
                file = self._path(key).open("rb")
                file.seek(start)
                return file
        except FileNotFoundError:
            raise NoSuchBlob(key) from None

    def _remove(self, path: Path) -> None:
        with on_disk():
            path.unlink(missing_ok=True)


async def _pieces(file: BinaryIO, left: int) -> AsyncIterator[bytes]:
    try:
        while left > 0 and (piece := await asyncio.to_thread(file.read, min(PIECE, left))):
            left -= len(piece)
            yield piece
    finally:
        file.close()


def _make(folder: Path) -> None:
    with on_disk():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def on_disk() -> Iterator[None]:
    """Turn errors of the file system into :class:`NoRoom` and StoreUnavailable; a missing file stays what it is."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in _FULL:
            raise NoRoom from error
        raise StoreUnavailable(f"The files' folder cannot be used: {error.strerror}") from error
