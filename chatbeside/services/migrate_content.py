"""Copies the content of files from one place to another and proves that it arrived."""

import hashlib
from collections.abc import AsyncIterator

from chatbeside.domain.files import StoredFile
from chatbeside.services.migrate import MigrationFailed
from chatbeside.store.blobs import Blobs, Incoming, NoRoom, NoSuchBlob
from chatbeside.store.interfaces import Store
from chatbeside.store.records import PLAIN_CODECS

_ALL = 2**53


async def run(store: Store, source: Blobs, target: Blobs, scratch: Incoming) -> tuple[int, int]:
    """Copy the content of every file that ``store`` knows, and read it back. Running it again changes nothing.

    Args:
        store: Opened; only read.
        source: Opened; only read.
        target: Opened.
        scratch: Where one file at a time stands in between.

    Returns:
        How many files were copied, and of how many the source has no content any more.

    Raises:
        MigrationFailed: The target is full, or does not give back what it was given.
    """
    copied = missing = 0
    await scratch.sweep()
    async for file in _files(store):
        try:
            for key in file.blobs:
                await _copy(key, source, target, scratch)
            copied += 1
        except NoSuchBlob:
            missing += 1
        except NoRoom as error:
            raise MigrationFailed("There is no room left for the content of files.") from error
    return copied, missing


async def _files(store: Store) -> AsyncIterator[StoredFile]:
    async for batch in store.dump("files"):
        for record in batch:
            yield PLAIN_CODECS["files"].decode(record)


async def _copy(key: str, source: Blobs, target: Blobs, scratch: Incoming) -> None:
    arriving, sent, arrived = scratch.begin(), hashlib.sha256(), hashlib.sha256()
    try:
        async for piece in await source.read(key, stop=_ALL):
            sent.update(piece)
            await arriving.write(piece)
        await arriving.finish()
        await target.put(key, arriving.path)
    finally:
        await arriving.discard()
    async for piece in await target.read(key, stop=_ALL):
        arrived.update(piece)
    if sent.digest() != arrived.digest():
        raise MigrationFailed("The content of a file is not the same in the target. Run it again.")
