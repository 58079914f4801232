"""Starts the media worker when it is needed, stops it when it is idle, and copes when it dies."""

import asyncio
import contextlib
import itertools
import logging
import sys
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from chatbeside.domain.errors import InvalidInput, Unavailable
from chatbeside.domain.ids import new_id
from chatbeside.media.protocol import LINE_MOST, decode, encode

logger = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "chatbeside.media.worker")
_STOP_WITHIN = 3.0
_SORRY = "Test calls do not work right now. Try again in a minute."


class _Process:
    """One running worker: its streams, and who waits for an answer."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.legs: set[str] = set()
        self.tasks: list[asyncio.Task[None]] = []

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

    async def echo(self, offer: str, ice_servers: Sequence[Any] = ()) -> tuple[str, str]:
        """Begin an echo call.

        Args:
            offer: The browser's SDP, with all candidates in it.
            ice_servers: What the worker may use to be reached.

        Returns:
            The name of the leg, and the answer as SDP.

        Raises:
            InvalidInput: The worker cannot answer this offer, or has too many legs.
            Unavailable: The worker does not run.
        """
        leg = new_id()
        answer = await self._ask("echo", leg=leg, offer=offer, iceServers=list(ice_servers))
        return leg, str(answer["answer"])

    async def close(self, leg: str) -> None:
        """End a leg; nothing happens when it is over, or the worker is."""
        if self._running is not None and leg in self._running.legs:
            with contextlib.suppress(Unavailable):
                await self._ask("close", leg=leg)

    async def stop(self) -> None:
        """End the worker and everything that looks after it."""
        self._running = None
        await asyncio.gather(*(self._end(running) for running in list(self._alive)))
        await asyncio.gather(*self._stopping, return_exceptions=True)
        self._cancel_idle()

    async def _ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        running = await self._ready()
        number = next(self._numbers)
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        running.waiting[number] = future
        leg = str(arguments.get("leg"))
        if do == "echo":
            running.legs.add(leg)
        try:
            stdin = running.process.stdin
            if stdin is None or stdin.is_closing():
                raise Unavailable(_SORRY)
            stdin.write(encode({"id": number, "do": do, **arguments}))
            async with asyncio.timeout(self._answer_within):
                await stdin.drain()
                answer = await future
        except (TimeoutError, OSError) as error:
            running.legs.discard(leg)
            raise Unavailable(_SORRY) from error
        except BaseException:
            running.legs.discard(leg)
            raise
        finally:
            running.waiting.pop(number, None)
            self._watch_idleness(running)
        if "error" in answer:
            running.legs.discard(leg)
            self._watch_idleness(running)
            raise InvalidInput(str(answer["error"]))
        return answer

    async def _ready(self) -> _Process:
        """Return the running worker, started if it must be."""
        async with self._starting:
            self._cancel_idle()
            running = self._running
            if running is not None and running.process.returncode is None:
                return running
            now = time.monotonic()
            if len(self._started) == self._starts_most and now - self._started[0] < self._starts_within:
                raise Unavailable(_SORRY)
            self._started.append(now)
            pipe = asyncio.subprocess.PIPE
            try:
                process = await asyncio.create_subprocess_exec(
                    *self._command, stdin=pipe, stdout=pipe, stderr=pipe, limit=LINE_MOST
                )
            except OSError as error:
                raise Unavailable(_SORRY) from error
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
                message = decode(line)
                if "ended" in message:
                    running.legs.discard(message["ended"])
                    self._watch_idleness(running)
                    continue
                future = running.waiting.get(message.get("id", 0))
                if future is not None and not future.done():
                    future.set_result(message)
        except ValueError:
            logger.error("the media worker says what nobody understands")
        finally:
            if self._running is running:
                self._running = None
            running.legs.clear()
            for future in running.waiting.values():
                if not future.done():
                    future.set_exception(Unavailable(_SORRY))
            if running.process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    running.process.kill()
            await running.process.wait()
            self._alive.discard(running)

    def _watch_idleness(self, running: _Process) -> None:
        self._cancel_idle()
        if running.idle and self._running is running:
            self._idle_timer = asyncio.get_running_loop().call_later(self._idle, self._stop_idle, running)

    def _stop_idle(self, running: _Process) -> None:
        if not running.idle or self._running is not running or self._starting.locked():
            return
        self._running = None
        task = asyncio.create_task(self._end(running), name="end of the media worker")
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

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


async def _log(process: asyncio.subprocess.Process) -> None:
    """Pass on what the worker complains about."""
    stderr = process.stderr
    with contextlib.suppress(ValueError):
        while stderr is not None and (line := await stderr.readline()):
            logger.warning("media worker: %s", line.decode(errors="replace").rstrip()[:500])
