"""Copies everything from one store into another and proves that it arrived.

Restartable: what is there already is written again as it is. Nobody should write to the source
meanwhile; when somebody did, the proof at the end fails, and running it once more copies the rest.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chatbeside.store.interfaces import NOUNS, Store, Taken

Progress = Callable[[str, str, int], None]
"""Told what is being done (``copy``, ``compare``), with which noun, and how many records are done by now."""


class MigrationFailed(Exception):
    """The target does not hold the same as the source. The words say what to do."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What arrived of one noun: the number of records, and the SHA-256 of them all in their order."""

    noun: str
    records: int
    checksum: str


def _quiet(step: str, noun: str, records: int) -> None:
    pass


async def run(source: Store, target: Store, progress: Progress = _quiet) -> list[Copied]:
    """Copy every record of ``source`` into ``target``, then compare counts and checksums.

    Args:
        source: Opened; only read.
        target: Opened; empty, or with an earlier copy of the same source in it.
        progress: Called after every batch.

    Returns:
        What arrived, by noun.

    Raises:
        MigrationFailed: The target has records of its own, or in the end not the same as the source.
        StoreUnavailable: One of the databases does not answer; run it again later.
    """
    await _refuse_foreign(source, target)
    for noun in NOUNS:
        done = 0
        async for batch in source.dump(noun):
            try:
                await target.load(noun, batch)
            except Taken as error:
                raise MigrationFailed(
                    f"The target has other {noun} under the same names or numbers. Use an empty database."
                ) from error
            done += len(batch)
            progress("copy", noun, done)
    return [await _compare(source, target, noun, progress) for noun in NOUNS]


async def checksum(store: Store, noun: str, told: Callable[[int], None] = lambda _: None) -> Copied:
    """Return how many records of ``noun`` there are and the SHA-256 over all of them.

    Args:
        store: Opened; only read.
        noun: One of :data:`chatbeside.store.interfaces.NOUNS`.
        told: Called after every batch with the number of records so far.
    """
    digest, records = hashlib.sha256(), 0
    async for batch in store.dump(noun):
        for record in batch:
            digest.update(json.dumps(record, sort_keys=True, separators=(",", ":")).encode() + b"\n")
        records += len(batch)
        told(records)
    return Copied(noun, records, digest.hexdigest())


async def _compare(source: Store, target: Store, noun: str, progress: Progress) -> Copied:
    """Return what arrived. Raises MigrationFailed when it is not what was sent."""
    sent = await checksum(source, noun)
    arrived = await checksum(target, noun, lambda records: progress("compare", noun, records))
    if sent != arrived:
        raise MigrationFailed(
            f"The {noun} differ: {sent.records} in the source, {arrived.records} in the target. "
            "Stop whatever writes to either of them and run it again."
        )
    return arrived


async def _refuse_foreign(source: Store, target: Store) -> None:
    """Raise MigrationFailed, before anything is written, when the target has people or rooms of its own."""
    for noun, known in (("users", source.users.get_many), ("rooms", source.rooms.get_many)):
        async for ids in _ids(target, noun):
            if len(await known(ids)) < len(ids):
                raise MigrationFailed(f"The target has {noun} that the source does not know. Use an empty database.")


async def _ids(store: Store, noun: str) -> AsyncIterator[Sequence[Any]]:
    async for batch in store.dump(noun):
        yield [record["id"] for record in batch]
