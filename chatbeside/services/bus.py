"""How the workers of one installation talk, own things and take turns.

One worker alone needs none of it: :class:`Alone` does nothing and costs nothing. With several,
:class:`chatbeside.services.bus_redis.RedisBus` takes its place; see docs/decisions, 11.

The bus is quick and forgets: what is told may be lost with a connection or a worker. Whoever keeps something that was
told hears :meth:`Watcher.missed` when something may have been, and finds out anew how things stand. Nothing that
must not be lost goes by the bus alone; that is in the store.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

Hear = Callable[[str, bytes], None]
"""Called with the name of the worker that tells, and what it tells. Never waits."""
Reply = Callable[[bytes], Awaitable[bytes]]
"""Answers a question; what it raises is logged and not told."""


class BusDown(Exception):
    """The workers cannot talk now."""


class WorkerGone(BusDown):
    """The worker that was asked is not there any more, or does not answer."""


def _nothing(*_: object) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class Watcher:
    """Hears of other workers. None of the calls waits."""

    joined: Callable[[str], None] = _nothing
    """Another worker is there, for the first time or again: it may know nothing of this one."""
    left: Callable[[str], None] = _nothing
    """Another worker ended, well or not. What it owned is nobody's."""
    missed: Callable[[], None] = _nothing
    """Something that others told, or that became of what this worker owned, may have been missed."""
    talking: Callable[[bool], None] = _nothing
    """Whether the workers can talk, when that changes; before the first call they can, or may soon."""


class Bus(Protocol):
    """What a worker can do with the others."""

    @property
    def worker(self) -> str:
        """The name of this worker, a new one with every start."""

    @property
    def shared(self) -> bool:
        """Whether there can be other workers."""

    def listen(self, topic: str, hear: Hear) -> None:
        """Call ``hear`` with whatever other workers tell under ``topic``. Before :meth:`start`."""

    def answer(self, topic: str, reply: Reply) -> None:
        """Answer questions of other workers under ``topic``. Before :meth:`start`."""

    def watch(self, watcher: Watcher) -> None:
        """Tell ``watcher`` which workers come and go. Before :meth:`start`."""

    async def start(self) -> None:
        """Begin to talk."""

    async def stop(self) -> None:
        """Say goodbye."""

    async def check(self) -> None:
        """Raise :class:`BusDown` when the workers cannot talk now."""

    def broadcast(self, topic: str, data: bytes) -> None:
        """Tell every other worker, in this order. Never waits and never raises; may be lost."""

    def tell(self, worker: str, topic: str, data: bytes) -> None:
        """Tell one worker, in order with what is broadcast. Never waits and never raises; may be lost."""

    async def ask(self, worker: str, topic: str, data: bytes) -> bytes:
        """Return the answer of another worker.

        Raises:
            WorkerGone: It is not there, or does not answer.
            BusDown: The workers cannot talk now.
        """

    async def claim(self, name: str) -> str:
        """Return the worker that owns ``name``: this one from now on, when no living one does.

        Raises:
            BusDown: The workers cannot talk now.
        """

    async def release(self, name: str) -> None:
        """Own ``name`` no more. Never raises."""

    def lock(self, name: str) -> AbstractAsyncContextManager[None]:
        """Let one at a time in, of all workers; of this worker alone while they cannot talk."""


class Alone:
    """The bus of the only worker."""

    worker = "alone"
    shared = False

    def __init__(self) -> None:
        self._turns = Turns()

    def listen(self, topic: str, hear: Hear) -> None:
        """See :class:`Bus`: nobody tells anything."""

    def answer(self, topic: str, reply: Reply) -> None:
        """See :class:`Bus`: nobody asks."""

    def watch(self, watcher: Watcher) -> None:
        """See :class:`Bus`: nobody comes or goes."""

    async def start(self) -> None:
        """See :class:`Bus`."""

    async def stop(self) -> None:
        """See :class:`Bus`."""

    async def check(self) -> None:
        """See :class:`Bus`."""

    def broadcast(self, topic: str, data: bytes) -> None:
        """See :class:`Bus`: there is nobody to tell."""

    def tell(self, worker: str, topic: str, data: bytes) -> None:
        """See :class:`Bus`: there is nobody to tell."""

    async def ask(self, worker: str, topic: str, data: bytes) -> bytes:
        """See :class:`Bus`: there is nobody to ask."""
        raise WorkerGone(worker)

    async def claim(self, name: str) -> str:
        """See :class:`Bus`: everything is this worker's."""
        return self.worker

    async def release(self, name: str) -> None:
        """See :class:`Bus`."""

    def lock(self, name: str) -> AbstractAsyncContextManager[None]:
        """See :class:`Bus`."""
        return self._turns.of(name)


class Turns:
    """Locks by name inside one worker, forgotten when nobody waits."""

    def __init__(self) -> None:
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._users: defaultdict[str, int] = defaultdict(int)

    @asynccontextmanager
    async def of(self, name: str) -> AsyncIterator[None]:
        """Let one at a time in."""
        self._users[name] += 1
        try:
            async with self._locks[name]:
                yield
        finally:
            self._users[name] -= 1
            if not self._users[name]:
                del self._users[name], self._locks[name]
