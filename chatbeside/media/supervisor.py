"""Starts the media worker when it is needed, stops it when it is idle, and copes when it dies."""

import asyncio
import contextlib
import itertools
import json
import logging
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from typing import Any

from chatbeside.domain.errors import InvalidInput, Unavailable
from chatbeside.domain.ids import new_id
from chatbeside.media.protocol import LINE_MOST, decode, encode
from chatbeside.services.media import SORRY, MediaEvent

logger = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "chatbeside.media.worker")
FINISH = (sys.executable, "-m", "chatbeside.media.finish")
_STOP_WITHIN = 3.0
EVENTS_MOST = 256
"""Most events of a leg that wait to be read; a leg whose owner does not read is closed."""


class SupervisedLeg:
    """A leg as the server has it; see :class:`chatbeside.services.media.MediaLeg`."""

    def __init__(self, running: "_Process", supervisor: "MediaSupervisor") -> None:
        self.id = new_id()
        self.opened: Mapping[str, Any] = {}
        self.ended = False
        self.running = running
        self._supervisor = supervisor
        self._waiting: deque[MediaEvent] = deque()
        self._news = asyncio.Event()

    async def ask(self, what: str, **data: Any) -> Mapping[str, Any]:
        """Ask something of the leg and return its answer."""
        if self.ended:
            raise Unavailable(SORRY)
        return await self._supervisor.ask(self.running, "ask", leg=self.id, what=what, data=data)

    async def events(self) -> AsyncIterator[MediaEvent]:
        """Return what the leg tells; it stops when the leg is over."""
        while True:
            while self._waiting:
                yield self._waiting.popleft()
            if self.ended:
                return
            self._news.clear()
            await self._news.wait()

    async def close(self) -> None:
        """End it."""
        if not self.ended:
            with contextlib.suppress(Unavailable):
                await self._supervisor.ask(self.running, "close", leg=self.id)

    def hear(self, event: MediaEvent) -> bool:
        """Keep an event for the reader; false when too many wait."""
        if len(self._waiting) >= EVENTS_MOST:
            return False
        self._waiting.append(event)
        self._news.set()
        return True

    def end(self) -> None:
        """Note that it is over."""
        self.ended = True
        self._news.set()


class _Process:
    """One running worker: its streams, and who waits for an answer."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.legs: dict[str, SupervisedLeg] = {}
        self.tasks: list[asyncio.Task[None]] = []
        self.gone = False

    def end_leg(self, name: str) -> None:
        leg = self.legs.pop(name, None)
        if leg is not None:
            leg.end()

    @property
    def idle(self) -> bool:
        return not self.waiting and not self.legs


class MediaSupervisor:
    """The server's side of the media worker.

    Args:
        command: What to start.
        idle: Seconds without a leg or a request after which the worker is stopped.
        answer_within: Seconds to wait for an answer.
        starts_most: How often it may be started within ``starts_within`` seconds; a worker that dies at once is
            not started for ever.
    """

    def __init__(
        self,
        command: Sequence[str] = COMMAND,
        *,
        idle: float = 30.0,
        answer_within: float = 20.0,
        starts_most: int = 4,
        starts_within: float = 60.0,
    ) -> None:
        self._command = tuple(command)
        self._idle = idle
        self._answer_within = answer_within
        self._starts_most = starts_most
        self._starts_within = starts_within
        self._started: deque[float] = deque(maxlen=starts_most)
        self._numbers = itertools.count(1)
        self._running: _Process | None = None
        self._alive: set[_Process] = set()
        self._starting = asyncio.Lock()
        self._idle_timer: asyncio.TimerHandle | None = None
        self._stopping: set[asyncio.Task[None]] = set()

    @property
    def pid(self) -> int | None:
        """The worker's process id while it runs."""
        return self._running.process.pid if self._running else None

    async def open(self, kind: str, **data: Any) -> SupervisedLeg:
        """Open a leg; the worker is started when it does not run.

        Args:
            kind: One of ``chatbeside.media.kinds.KINDS``.
            data: What this kind needs to begin.

        Raises:
            InvalidInput: The leg cannot be opened with this, or there are too many of its kind; the words say which.
            Unavailable: The worker does not run.
        """
        running = await self._ready()
        leg = SupervisedLeg(running, self)
        running.legs[leg.id] = leg
        try:
            leg.opened = await self.ask(running, "open", leg=leg.id, kind=kind, data=data)
        except BaseException as error:
            running.end_leg(leg.id)
            if not isinstance(error, InvalidInput) and not running.gone:
                self._later(self._forget(running, leg.id), "end of a leg")
            self._watch_idleness(running)
            raise
        return leg

    async def finish(self, folder: str, file: str) -> Mapping[str, Any]:
        """Make one file of the parts of a recording, in a process apart that ends with this task."""
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(*FINISH, folder, file, stdout=pipe, stderr=pipe)
        except OSError as error:
            raise Unavailable(SORRY) from error
        try:
            said, complaint = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            logger.error("a recording could not be finished: %s", complaint.decode(errors="replace")[-500:])
            raise Unavailable(SORRY)
        known: dict[str, Any] = json.loads(said)
        return known

    async def stop(self) -> None:
        """End the worker and everything that looks after it."""
        self._running = None
        await asyncio.gather(*(self._end(running) for running in list(self._alive)))
        await asyncio.gather(*self._stopping, return_exceptions=True)
        self._cancel_idle()

    async def ask(self, running: _Process, do: str, **rest: Any) -> dict[str, Any]:
        """Say something to a worker and return what it answers. For legs; everybody else has a leg."""
        number = next(self._numbers)
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        running.waiting[number] = future
        try:
            stdin = running.process.stdin
            if stdin is None or stdin.is_closing() or running.gone:
                raise Unavailable(SORRY)
            stdin.write(_line({"id": number, "do": do, **rest}))
            async with asyncio.timeout(self._answer_within):
                await stdin.drain()
                answer = await future
        except (TimeoutError, OSError) as error:
            raise Unavailable(SORRY) from error
        finally:
            running.waiting.pop(number, None)
            self._watch_idleness(running)
        if "error" in answer:
            raise InvalidInput(str(answer["error"]))
        data = answer.get("data")
        return data if isinstance(data, dict) else {}

    async def _ready(self) -> _Process:
        """Return the running worker, started if it must be."""
        async with self._starting:
            self._cancel_idle()
            running = self._running
            if running is not None and running.process.returncode is None:
                return running
            now = time.monotonic()
            if len(self._started) == self._starts_most and now - self._started[0] < self._starts_within:
                raise Unavailable(SORRY)
            self._started.append(now)
            pipe = asyncio.subprocess.PIPE
            try:
                process = await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=pipe,
                    stdout=pipe,
                    stderr=pipe,
                    limit=LINE_MOST,
                    start_new_session=True,  # Ctrl-C is for the server, which then ends the worker
                )
            except OSError as error:
                raise Unavailable(SORRY) from error
            running = _Process(process)
            running.tasks = [
                asyncio.create_task(self._listen(running), name="media worker"),
                asyncio.create_task(_log(process), name="media worker's log"),
            ]
            self._running = running
            self._alive.add(running)
            return running

    async def _listen(self, running: _Process) -> None:
        stdout = running.process.stdout
        try:
            while stdout is not None and (line := await stdout.readline()):
                self._take(running, decode(line))
        except ValueError:
            logger.error("the media worker says what nobody understands")
        finally:
            if self._running is running:
                self._running = None
            running.gone = True
            for name in list(running.legs):
                running.end_leg(name)
            for future in running.waiting.values():
                if not future.done():
                    future.set_exception(Unavailable(SORRY))
            if running.process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    running.process.kill()
            await running.process.wait()
            self._alive.discard(running)

    def _take(self, running: _Process, message: Mapping[str, Any]) -> None:
        if "ended" in message:
            running.end_leg(message["ended"])
            self._watch_idleness(running)
        elif "event" in message:
            self._tell(running, message)
        else:
            future = running.waiting.get(message.get("id", 0))
            if future is not None and not future.done():
                future.set_result(dict(message))

    def _tell(self, running: _Process, message: Mapping[str, Any]) -> None:
        leg = running.legs.get(str(message.get("leg")))
        if leg is None or leg.hear(MediaEvent(str(message["event"]), message.get("data") or {})):
            return
        logger.error("a leg of the media worker is closed: nobody reads what it tells")
        running.end_leg(leg.id)
        self._later(self._forget(running, leg.id), "end of a leg")

    async def _forget(self, running: "_Process", leg: str) -> None:
        with contextlib.suppress(Unavailable, InvalidInput):
            await self.ask(running, "close", leg=leg)

    def _later(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=f"{name} (media worker)")
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    def _watch_idleness(self, running: _Process) -> None:
        self._cancel_idle()
        if running.idle and self._running is running:
            self._idle_timer = asyncio.get_running_loop().call_later(self._idle, self._stop_idle, running)

    def _stop_idle(self, running: _Process) -> None:
        if not running.idle or self._running is not running or self._starting.locked():
            return
        self._running = None
        self._later(self._end(running), "end")

    def _cancel_idle(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None

    async def _end(self, running: _Process) -> None:
        """Let the worker end by itself; if it does not, make it."""
        process = running.process
        if process.stdin is not None:
            process.stdin.close()
        for force in (process.terminate, process.kill):
            try:
                async with asyncio.timeout(_STOP_WITHIN):
                    await process.wait()
                break
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    force()
        await process.wait()
        await asyncio.gather(*running.tasks, return_exceptions=True)


def _line(message: Mapping[str, Any]) -> bytes:
    try:
        return encode(message)
    except ValueError as error:
        raise InvalidInput("This is too much for the media worker.") from error


async def _log(process: asyncio.subprocess.Process) -> None:
    """Pass on what the worker complains about."""
    stderr = process.stderr
    with contextlib.suppress(ValueError):
        while stderr is not None and (line := await stderr.readline()):
            logger.warning("media worker: %s", line.decode(errors="replace").rstrip()[:500])
