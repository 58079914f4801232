"""``python3 -m chatbeside backup FILE`` and ``restore FILE``. Run on ``.venv``'s Python."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import Coroutine
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Any

import chatbeside
from chatbeside.domain.clock import now
from chatbeside.launch.progress import LaunchError, Progress
from chatbeside.services import backup
from chatbeside.settings import Settings
from chatbeside.store.blobs import NoRoom, make_blobs, make_incoming
from chatbeside.store.factory import FILE, make_store
from chatbeside.store.interfaces import Store, StoreUnavailable
from chatbeside.store.owned import Owned
from chatbeside.store.sqlite import SqliteStore

MAKING = "making"
"""Name of the folder, in the data folder, of copies that a backup reads from."""
_GIVES_WAY = 10
"""By how much a backup is less urgent to the processor than the server that goes on beside it."""


def make(progress: Progress, archive: Path) -> int:
    """Write a backup, also while chatbeside runs.

    Args:
        progress: Shows what is done.
        archive: The file to make; must not be there yet.

    Raises:
        LaunchError: It could not be made; says why.
    """
    if archive.exists():
        raise LaunchError(f"{archive} is there already. Name another file.")
    if sys.platform != "win32":
        os.nice(_GIVES_WAY)
    try:
        summary = _run(_make(Settings(), archive, _Steps(progress)))
    except (backup.BackupFailed, StoreUnavailable) as error:
        raise LaunchError(str(error)) from error
    except OSError as error:
        raise LaunchError(f"{archive} cannot be written: {error.strerror}.") from error
    except sqlite3.Error as error:
        # SQLite calls a full disk by several names.
        words = "There is no room for the copy of the database that the backup is made from, or it cannot be written"
        raise LaunchError(f"{words} into the data folder: {error}.") from error
    _say(progress, summary, f"{archive} holds")
    progress.say("It has the keys of this installation inside: keep it where nobody else can read it.")
    return 0


def put_back(progress: Progress, archive: Path) -> int:
    """Restore a backup into an empty data folder or database. chatbeside must not run meanwhile.

    Raises:
        LaunchError: It could not be done; says why and what to do.
    """
    try:
        summary = _run(_put_back(Settings(), archive, _Steps(progress)))
    except (backup.BackupFailed, NoRoom, StoreUnavailable) as error:
        raise LaunchError(str(error) or "There is no room left on the disk.") from error
    _say(progress, summary, "Restored:")
    return 0


def _run(work: Coroutine[Any, Any, backup.Summary]) -> backup.Summary:
    """Run to the end. Being told to stop by SIGTERM is as Ctrl-C: what was begun is cleared away first."""
    before = signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        return asyncio.run(work)
    finally:
        signal.signal(signal.SIGTERM, before)


async def _make(settings: Settings, archive: Path, steps: "_Steps") -> backup.Summary:
    async with AsyncExitStack() as stack:
        own = Owned(settings.data / MAKING)
        own.sweep()  # what a backup left that was killed
        folder = stack.enter_context(own)
        store = await asyncio.to_thread(_frozen, settings, folder)
        blobs = make_blobs(settings)
        for part in (store, blobs):
            await part.open()
            stack.push_async_callback(part.close)
        return await backup.write(
            store, blobs, settings.data, archive, version=chatbeside.__version__, at=now(), told=steps
        )


def _frozen(settings: Settings, folder: Path) -> Store:
    """Return the store as it is at one moment; MongoDB is read as it goes on."""
    if settings.mongodb_uri:
        return make_store(settings)
    source = settings.data / FILE
    if not source.is_file():
        raise backup.BackupFailed(f"There is no chat in {settings.data}.")
    copy = folder / FILE
    copy.touch(mode=0o600)
    # One step: other connections go on writing, and what they write is not in it.
    with closing(sqlite3.connect(source, timeout=30)) as live, closing(sqlite3.connect(copy)) as still:
        live.backup(still)
    return SqliteStore(copy)


async def _put_back(settings: Settings, archive: Path, steps: "_Steps") -> backup.Summary:
    check_whole(settings)
    if not settings.mongodb_uri:
        backup.check_room(archive, settings.data)
    async with AsyncExitStack() as stack:
        store, blobs, scratch = make_store(settings), make_blobs(settings), make_incoming(settings)
        for part in (store, blobs):
            await part.open()
            stack.push_async_callback(part.close)
        stack.push_async_callback(scratch.close)
        return await backup.restore(archive, store, blobs, settings.data, scratch, told=steps)


def check_whole(settings: Settings) -> None:
    """Make sure that no restore was broken off here.

    Raises:
        LaunchError: One was; what is here is half a chat.
    """
    if (settings.data / backup.RESTORING).exists():
        raise LaunchError(
            f"A restore did not come to its end in {settings.data}, so what is there is not whole. "
            "Empty that folder (and the database, if it is MongoDB), then restore again."
        )


def _say(progress: Progress, summary: backup.Summary, head: str) -> None:
    counts = summary.records
    progress.say(
        f"{head} {counts.get('users', 0)} people, {counts.get('rooms', 0)} conversations, "
        f"{counts.get('messages', 0)} messages and {summary.files} files, as of {summary.made}. "
        "All of it was read back."
    )
    if summary.gone:
        progress.say(f"{summary.gone} files had lost their content before.")


class _Steps:
    """One line that changes. Silent where nobody watches."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __call__(self, part: str, done: int) -> None:
        if sys.stdout.isatty():
            sys.stdout.write(f"\r\033[K{part}: {done}\r")
            sys.stdout.flush()
