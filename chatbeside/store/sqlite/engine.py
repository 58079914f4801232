"""Threads and transactions: one writer that shares a commit among all who wait, and a few readers.

SQLite has one writer at a time and a commit costs a write to the disk. So every write is a job for
one thread, which runs whatever has gathered while it was busy in one transaction, each job in a
savepoint of its own, and answers them all after the commit.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from chatbeside.store.interfaces import StoreUnavailable
from chatbeside.store.sqlite.schema import migrate

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]

READERS = 4
BUSY_MILLISECONDS = 5000
MOST_WAITING = 2048
"""Reads, and writes, that may wait for a thread; further callers wait for room."""
MOST_TOGETHER = 256
"""Writes in one transaction."""

_UNAVAILABLE = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)


class Engine:
    """One database file. Belongs to the event loop that opened it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._jobs: queue.SimpleQueue[tuple[Job[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._accepting = False
        self._closing = threading.Lock()  # nothing may be queued behind the end mark
        self._idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()  # a reader takes one and puts it back

    async def open(self) -> None:
        """Open the file, make or bring up its tables, start the threads. Raises StoreUnavailable."""
        writing = await asyncio.to_thread(self._prepare)
        self._read_room = asyncio.Semaphore(MOST_WAITING)
        self._write_room = asyncio.Semaphore(MOST_WAITING)
        self._readers = ThreadPoolExecutor(READERS, "sqlite-read")
        # A daemon, so that a process which fails before close() can end; it can only lose what was never answered.
        self._writer = threading.Thread(target=self._write_all, args=(writing,), name="sqlite-write", daemon=True)
        self._accepting = True
        self._writer.start()

    async def close(self) -> None:
        """Finish what was accepted, then close the file. Closing again does nothing."""
        with self._closing:
            if not self._accepting:
                return
            self._accepting = False
            self._jobs.put(None)
        await asyncio.to_thread(self._stop)

    async def read(self, job: Job[T]) -> T:
        """Run ``job`` on a connection that cannot write. Raises StoreUnavailable."""
        if not self._accepting:
            raise StoreUnavailable("The store is closed.")
        async with self._read_room:
            try:
                return await asyncio.wrap_future(self._readers.submit(self._read, job))
            except RuntimeError as error:  # the pool was shut down meanwhile
                raise StoreUnavailable("The store is closed.") from error

    async def write(self, job: Job[T]) -> T:
        """Run ``job`` in a savepoint and return what it returned, after the commit. Raises StoreUnavailable.

        What else the job raises comes out of here, and nothing of this job is stored. A caller that is
        cancelled may leave a job that is stored all the same.
        """
        async with self._write_room:
            answer: Future[T] = Future()
            with self._closing:
                if not self._accepting:
                    raise StoreUnavailable("The store is closed.")
                self._jobs.put((job, answer))
            return await asyncio.wrap_future(answer)

    def _prepare(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path.touch(mode=0o600)  # it holds password hashes; WAL files get the same mode
        except OSError as error:
            raise StoreUnavailable(f"Cannot use {self._path}: {error.strerror}") from error
        connection = connect(self._path)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            migrate(connection)
            for _ in range(READERS):
                reading = connect(self._path)
                reading.execute("PRAGMA query_only = ON")
                self._idle.put(reading)
        except BaseException as error:
            self._forget_readers()
            connection.close()
            raise translate(error) from error
        return connection

    def _stop(self) -> None:
        self._writer.join()
        self._readers.shutdown()
        self._forget_readers()

    def _forget_readers(self) -> None:
        while not self._idle.empty():
            self._idle.get_nowait().close()

    def _read(self, job: Job[T]) -> T:
        connection = self._idle.get()
        try:
            return job(connection)
        except sqlite3.Error as error:
            raise translate(error) from error
        finally:
            self._idle.put(connection)

    def _write_all(self, connection: sqlite3.Connection) -> None:
        try:
            while (first := self._jobs.get()) is not None:
                batch, last = self._gather(first)
                run_together(connection, batch)
                del batch, first  # while waiting, keep nothing alive
                if last:
                    break
        finally:
            connection.close()

    def _gather(self, first: tuple[Job[Any], Future[Any]]) -> tuple[list[tuple[Job[Any], Future[Any]]], bool]:
        """Return what waits, and whether the end mark was met."""
        batch = [first]
        while len(batch) < MOST_TOGETHER:
            try:
                entry = self._jobs.get_nowait()
            except queue.Empty:
                break
            if entry is None:
                return batch, True
            batch.append(entry)
        return batch, False


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection in autocommit mode with the settings that every connection has. Raises StoreUnavailable."""
    try:
        connection = sqlite3.connect(
            path, timeout=BUSY_MILLISECONDS / 1000, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -16000")
    except sqlite3.Error as error:
        raise translate(error) from error
    return connection


def run_together(connection: sqlite3.Connection, batch: list[tuple[Job[Any], Future[Any]]]) -> None:
    """Run the jobs in one transaction and answer each: its own result or error, or that nothing was stored."""
    done: list[tuple[Future[Any], Callable[[], None]]] = []
    running = [(job, answer) for job, answer in batch if answer.set_running_or_notify_cancel()]
    try:
        connection.execute("BEGIN IMMEDIATE")
        while running:
            job, answer = running.pop(0)
            connection.execute("SAVEPOINT job")
            try:
                result = job(connection)
            except BaseException as error:
                if not connection.in_transaction:  # SQLite gave up the whole transaction, on a full disk for example
                    answer.set_exception(translate(error))
                    raise
                connection.execute("ROLLBACK TO job")
                # Told after the commit as well: what is in the way may be of an earlier job of this very batch.
                done.append((answer, partial(answer.set_exception, translate(error))))
            else:
                done.append((answer, partial(answer.set_result, result)))
            connection.execute("RELEASE job")
        connection.execute("COMMIT")
    except BaseException as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        reason = translate(error)
        for answer in [answer for answer, _ in done] + [answer for _, answer in running]:
            answer.set_exception(StoreUnavailable(str(reason)))
    else:
        for _, tell in done:
            tell()


def translate(error: BaseException) -> BaseException:
    """Return ``error``, or :class:`StoreUnavailable` when it says that the database cannot work now."""
    if isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.IntegrityError):
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None and code & 0xFF in _UNAVAILABLE:
            return StoreUnavailable(str(error))
    return error
