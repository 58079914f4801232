"""``python3 -m chatbeside migrate --to URI``: copies the embedded store into MongoDB. Runs on ``.venv``'s Python."""

import asyncio
import sys
from pathlib import Path

from chatbeside.launch.progress import LaunchError, Progress
from chatbeside.services import migrate, migrate_content
from chatbeside.settings import Settings
from chatbeside.store.blobs import Blobs, blobs_at, make_incoming
from chatbeside.store.factory import FILE, store_at
from chatbeside.store.interfaces import NOUNS, Store, StoreUnavailable

_WIDTH = 30


def run(progress: Progress, target: str | None) -> int:
    """Copy everything, compare, and say what arrived.

    Args:
        progress: Shows the steps.
        target: URI of the MongoDB to copy into; the one of the settings when not given.

    Raises:
        LaunchError: There is nothing to copy or nowhere to copy to, or the copy is not the same.
    """
    settings = Settings()
    file = settings.data / FILE
    uri = target or (settings.mongodb_uri.get_secret_value() if settings.mongodb_uri else "")
    if not uri.startswith(("mongodb://", "mongodb+srv://")):
        raise LaunchError("Say where to copy to: python3 -m chatbeside migrate --to mongodb://HOST/DATABASE")
    if not file.is_file():
        raise LaunchError(f"There is no embedded store in {settings.data}.")
    try:
        asyncio.run(_copy(progress, file, uri))
        asyncio.run(_copy_content(progress, settings, file, uri))
    except (migrate.MigrationFailed, StoreUnavailable) as error:
        raise LaunchError(str(error)) from error
    progress.say(
        "Everything is there and the same. Start with MONGODB_URI set to use it; the old store stays as it is."
    )
    return 0


async def _copy(progress: Progress, file: Path, uri: str) -> None:
    source, target = store_at(str(file)), store_at(uri)
    await source.open()
    try:
        await target.open()
        try:
            bar = _Bar(progress, {noun: await _count(source, noun) for noun in NOUNS})
            copied = await migrate.run(source, target, bar)
            bar.end()
        finally:
            await target.close()
    finally:
        await source.close()
    for part in copied:
        progress.say(f"{part.noun}: {part.records}, SHA-256 {part.checksum[:16]}")


async def _copy_content(progress: Progress, settings: Settings, file: Path, uri: str) -> None:
    if settings.files == "folder":  # where it is, it stays
        return
    store, source, target = store_at(str(file)), blobs_at(None, settings.data), blobs_at(uri, settings.data)
    scratch = make_incoming(settings)
    opened: list[Store | Blobs] = []
    try:
        for part in (store, source, target):
            await part.open()
            opened.append(part)
        copied, missing = await migrate_content.run(store, source, target, scratch)
    finally:
        await scratch.close()
        for part in opened:
            await part.close()
    progress.say(f"content of files: {copied}" + (f", missing before already: {missing}" if missing else ""))


async def _count(store: Store, noun: str) -> int:
    count = 0
    async for batch in store.dump(noun):
        count += len(batch)
    return count


class _Bar:
    """One line that fills, over copying and comparing. Silent where nobody watches."""

    def __init__(self, progress: Progress, totals: dict[str, int]) -> None:
        self._totals = totals
        self._all = 2 * sum(totals.values())
        self._done = dict.fromkeys((f"{step} {noun}" for step in ("copy", "compare") for noun in totals), 0)
        self._progress = progress

    def __call__(self, step: str, noun: str, records: int) -> None:
        self._done[f"{step} {noun}"] = records
        done = sum(self._done.values())
        filled = _WIDTH * done // self._all if self._all else _WIDTH
        if sys.stdout.isatty():
            bar = "#" * filled + "." * (_WIDTH - filled)
            sys.stdout.write(f"\r\033[K[{bar}] {step} {noun} {records} of {self._totals[noun]}")
            sys.stdout.flush()

    def end(self) -> None:
        """Leave the line."""
        if sys.stdout.isatty():
            self._progress.say("")
