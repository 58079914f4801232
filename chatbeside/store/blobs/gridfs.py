"""Content of files in MongoDB's GridFS."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gridfs.errors import NoFile
from pymongo.errors import OperationFailure

from chatbeside.store.blobs.interfaces import PIECE, NoRoom, NoSuchBlob
from chatbeside.store.mongo.client import Connection, answering

_OUT_OF_DISK = 14031


class GridBlobs:
    """See :class:`chatbeside.store.blobs.interfaces.Blobs`. The key is the file's ``_id``.

    GridFS writes the pieces first and the file's own document last, so half a file is never found.

    Args:
        uri: ``mongodb://`` or ``mongodb+srv://``.
        database: Name of the database; without it the URI's, else ``chatbeside``.
    """

    def __init__(self, uri: str, database: str | None = None) -> None:
        self._connection = Connection(uri, database)
        self._bucket: Any = None

    async def open(self) -> None:
        await asyncio.to_thread(self._connection.open)
        self._bucket = self._connection.bucket("blobs")

    async def close(self) -> None:
        await self._connection.close()

    async def put(self, key: str, source: Path) -> None:
        await self.remove(key)
        file = await asyncio.to_thread(source.open, "rb")
        try:
            with _answering():
                stream = self._bucket.open_upload_stream_with_id(key, key)
                try:
                    while piece := await asyncio.to_thread(file.read, PIECE):
                        await stream.write(piece)
                    await stream.close()
                except BaseException:
                    await stream.abort()
                    raise
        finally:
            await asyncio.to_thread(file.close)

    async def read(self, key: str, *, start: int = 0, stop: int) -> AsyncIterator[bytes]:
        try:
            with _answering():
                stream = await self._bucket.open_download_stream(key)
                stream.seek(start)
        except NoFile:
            raise NoSuchBlob(key) from None
        return _pieces(stream, stop - start)

    async def remove(self, key: str) -> None:
        try:
            with _answering():
                await self._bucket.delete(key)
        except NoFile:
            pass


async def _pieces(stream: Any, left: int) -> AsyncIterator[bytes]:
    while left > 0:
        with _answering():
            piece = await stream.read(min(PIECE, left))
        if not piece:
            return
        left -= len(piece)
        yield piece


@contextmanager
def _answering() -> Iterator[None]:
    try:
        with answering():
            yield
    except OperationFailure as error:
        if error.code == _OUT_OF_DISK:
            raise NoRoom from error
        raise
