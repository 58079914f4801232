"""The bus over Redis: publish and subscribe to talk, keys that run out to know who is alive.

One connection listens and one writes, so what a worker tells arrives in its order. Broadcasts of a worker are
numbered; a number that is missing means that something was missed.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import LockError

from chatbeside.domain.ids import new_id
from chatbeside.services.bus import Alone, Bus, BusDown, Hear, Reply, Turns, Watcher, WorkerGone
from chatbeside.services.bus_frames import framed, messages
from chatbeside.services.bus_writer import TROUBLES, Out, Writer
from chatbeside.services.secrets import secret_of
from chatbeside.settings import Settings

logger = logging.getLogger(__name__)

BEAT = 1.5
"""Seconds between two signs of life."""
LEASE = 8.0
"""Seconds after the last one at which a worker counts as dead."""
ANSWER = 8.0
"""Seconds to wait for an answer."""
_OWNED = 24 * 3600
"""Seconds after which something that nobody lets go of is forgotten."""
_TURN = 10.0
"""Seconds that one may keep the others waiting."""
_FIRST = 5.0
"""Seconds that a start waits for Redis."""

_CLAIM = """
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] and redis.call('EXISTS', ARGV[2] .. owner) == 1 then return owner end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
return ARGV[1]
"""
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"
_TELL, _ASK, _ANSWER, _BYE = b"t", b"q", b"a", "bye"


class RedisBus:
    """See :class:`chatbeside.services.bus.Bus`.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``.
        space: A name that the workers of this installation share and no other installation has.
    """

    shared = True

    def __init__(self, url: str, space: str) -> None:
        self.worker = new_id()
        self._space = f"chatbeside:{space}:"
        options: dict[str, Any] = {"socket_timeout": ANSWER, "socket_connect_timeout": _FIRST}
        self._redis: Redis = Redis.from_url(url, retry=Retry(NoBackoff(), 0), **options)
        self._hears: dict[str, Hear] = {}
        self._replies: dict[str, Reply] = {}
        self._watchers: list[Watcher] = []
        self._writer = Writer(self._redis, self._space, self.worker, self._down)
        self._expected: dict[str, int] = {}
        self._silent: dict[str, int] = {}
        self._asked: dict[str, asyncio.Future[bytes]] = {}
        self._replying: set[asyncio.Task[None]] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._turns = Turns()
        self._listening = asyncio.Event()
        self._was_up: bool | None = None
        self._talking = True
        self._claim = self._redis.register_script(_CLAIM)
        self._release = self._redis.register_script(_RELEASE)

    def listen(self, topic: str, hear: Hear) -> None:
        """See :class:`Bus`."""
        self._hears[topic] = hear

    def answer(self, topic: str, reply: Reply) -> None:
        """See :class:`Bus`."""
        self._replies[topic] = reply

    def watch(self, watcher: Watcher) -> None:
        """See :class:`Bus`."""
        self._watchers.append(watcher)

    async def start(self) -> None:
        """Begin to talk. Waits a little for Redis, and goes on without it when it does not answer."""
        for work, name in ((self._read, "read"), (self._writer.run, "write"), (self._live, "live")):
            self._tasks.append(asyncio.create_task(work(), name=f"bus {name}"))
        with suppress(TimeoutError):
            async with asyncio.timeout(_FIRST):
                await self._listening.wait()

    async def stop(self) -> None:
        """Say goodbye and disconnect."""
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._goodbye()
        tasks = [*self._tasks, *self._replying]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()
        for asked in self._asked.values():
            if not asked.done():
                asked.set_exception(BusDown("This worker stops."))
        with suppress(*TROUBLES):
            await self._redis.aclose()

    async def check(self) -> None:
        """See :class:`Bus`."""
        if not self._listening.is_set():
            raise BusDown("Redis does not answer.")

    # ------------------------------------------------------------ talking

    def broadcast(self, topic: str, data: bytes) -> None:
        """See :class:`Bus`."""
        self._writer.lay(Out(framed(topic, data)))

    def tell(self, worker: str, topic: str, data: bytes) -> None:
        """See :class:`Bus`."""
        self._writer.lay(Out(_TELL + self.worker.encode() + b"\n" + framed(topic, data), worker))

    async def ask(self, worker: str, topic: str, data: bytes) -> bytes:
        """See :class:`Bus`."""
        await self.check()
        number = new_id()
        asked = self._asked[number] = asyncio.get_running_loop().create_future()

        def sent(listeners: int | None) -> None:
            if not listeners and not asked.done():
                asked.set_exception(WorkerGone(worker) if listeners == 0 else BusDown("Redis does not answer."))

        head = _ASK + f"{self.worker} {number}\n".encode()
        self._writer.lay(Out(head + framed(topic, data), worker, sent))
        try:
            async with asyncio.timeout(ANSWER):
                answer: bytes = await asked
                return answer
        except TimeoutError as error:
            raise WorkerGone(worker) from error
        except WorkerGone:
            # Nobody listens there. Should it only be late, it finds out by its next sign of life.
            with suppress(*TROUBLES):
                await self._redis.delete(self._alive(worker))
            raise
        finally:
            del self._asked[number]

    # ------------------------------------------------------------ owning

    async def claim(self, name: str) -> str:
        """See :class:`Bus`."""
        try:
            arguments: list[str | int] = [self.worker, self._alive(""), _OWNED]
            owner = await self._claim(keys=[f"{self._space}own:{name}"], args=arguments)
        except TROUBLES as error:
            raise BusDown("Redis does not answer.") from error
        return owner.decode() if isinstance(owner, bytes) else str(owner)

    async def release(self, name: str) -> None:
        """See :class:`Bus`."""
        with suppress(*TROUBLES):
            await self._release(keys=[f"{self._space}own:{name}"], args=[self.worker])

    @asynccontextmanager
    async def lock(self, name: str) -> AsyncIterator[None]:
        """See :class:`Bus`."""
        async with self._turns.of(name):
            turn = self._redis.lock(f"{self._space}turn:{name}", timeout=_TURN, blocking_timeout=_TURN, sleep=0.02)
            try:
                held = await turn.acquire()
            except TROUBLES:
                held = False
            try:
                yield
            finally:
                if held:
                    with suppress(LockError, *TROUBLES):
                        await turn.release()

    async def _goodbye(self) -> None:
        said = asyncio.Event()
        self._writer.lay(Out(framed(_BYE, b""), sent=lambda _: said.set()))
        await said.wait()
        with suppress(*TROUBLES):
            await self._redis.delete(self._alive(self.worker))

    # ------------------------------------------------------------ reading

    async def _read(self) -> None:
        while True:
            pubsub = self._redis.pubsub()
            try:
                await self._listen(pubsub)
            except TROUBLES as error:
                self._down(error)
                self._say_talking(False)
            finally:
                self._listening.clear()
                with suppress(*TROUBLES):
                    await pubsub.aclose()  # type: ignore[no-untyped-call] # redis-py has no types here
            await asyncio.sleep(0.3)

    async def _listen(self, pubsub: PubSub) -> None:
        channels = [f"{self._space}all", f"{self._space}to:{self.worker}"]
        await pubsub.subscribe(*channels)
        await self._redis.set(self._alive(self.worker), "1", px=int(LEASE * 1000))
        there = 0
        while True:
            # Our own signs of life come back to us: so silence means that the connection is dead.
            message = await pubsub.get_message(timeout=BEAT * 4)
            if message is None:
                raise TimeoutError("Redis is silent.")
            if message["type"] == "subscribe":
                there += 1
                if there == len(channels):
                    self._up()
            elif message["type"] == "message":
                try:
                    self._take(message["channel"].endswith(b":all"), message["data"])
                except Exception:
                    logger.exception("something that another worker told could not be taken in")

    def _take(self, to_all: bool, payload: bytes) -> None:
        if to_all:
            head, _, rest = payload.partition(b"\n")
            worker, number = head.decode().split(" ")
            if worker != self.worker:
                self._take_broadcast(worker, int(number), rest)
            return
        kind, (head, _, rest) = payload[:1], payload[1:].partition(b"\n")
        worker, _, question = head.decode().partition(" ")
        if kind == _ANSWER:
            asked = self._asked.get(question)
            if asked is not None and not asked.done():
                if rest[:1] == b"+":
                    asked.set_result(rest[1:])
                else:
                    asked.set_exception(BusDown("The other worker could not answer."))
            return
        for topic, data in messages(rest):
            if kind == _ASK:
                task = asyncio.create_task(self._reply(worker, question, topic, data))
                self._replying.add(task)
                task.add_done_callback(self._replying.discard)
            else:
                self._tell_listener(topic, worker, data)

    def _take_broadcast(self, worker: str, number: int, rest: bytes) -> None:
        expected = self._expected.get(worker)
        known, told = expected is not None, list(messages(rest))
        self._expected[worker] = number + len(told)
        if not known:
            self._each(lambda watcher: watcher.joined(worker))
        elif number != expected:
            logger.warning("something that worker %s told was missed", worker)
            self._each(lambda watcher: watcher.missed())
        for topic, data in told:
            if topic == _BYE:
                self._forget(worker)
            else:
                self._tell_listener(topic, worker, data)

    def _tell_listener(self, topic: str, worker: str, data: bytes) -> None:
        hear = self._hears.get(topic)
        if hear is not None:
            try:
                hear(worker, data)
            except Exception:
                logger.exception("what another worker told under %r could not be taken in", topic)

    async def _reply(self, worker: str, question: str, topic: str, data: bytes) -> None:
        try:
            said = b"+" + await self._replies[topic](data)
        except Exception:
            logger.exception("a question of another worker under %r could not be answered", topic)
            said = b"-"
        self._writer.lay(Out(_ANSWER + f"{self.worker} {question}\n".encode() + said, worker))

    # ------------------------------------------------------------ who is there

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            if not self._listening.is_set():
                continue
            self._writer.lay(Out(b""))
            try:
                await self._beat()
            except TROUBLES as error:
                self._down(error)

    async def _beat(self) -> None:
        others = list(self._expected)
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.set(self._alive(self.worker), "1", px=int(LEASE * 1000), get=True)
        for worker in others:
            pipeline.exists(self._alive(worker))
        pipeline.pubsub_numsub(*(f"{self._space}to:{worker}" for worker in others))
        mine, *alive, listeners = await pipeline.execute()
        if mine is None:
            # The others took this worker for dead, and what it owned may be theirs by now.
            self._each(lambda watcher: watcher.missed())
        for worker, there, (_, listening) in zip(others, alive, listeners, strict=True):
            # A process that was killed has left its subscription at once; one that connects anew does so for a moment.
            self._silent[worker] = 0 if listening else self._silent.get(worker, 0) + 1
            if worker in self._expected and (not there or self._silent[worker] > 1):
                # It may have died between storing something and telling it.
                await self._redis.delete(self._alive(worker))
                self._forget(worker)
                self._each(lambda watcher: watcher.missed())

    def _forget(self, worker: str) -> None:
        self._expected.pop(worker, None)
        self._silent.pop(worker, None)
        self._each(lambda watcher: watcher.left(worker))

    def _up(self) -> None:
        again, self._was_up = self._was_up is not None, True
        self._listening.set()
        self._writer.lay(Out(b""))
        self._say_talking(True)
        if again:
            logger.warning("Redis answers again: the workers talk")
            self._each(lambda watcher: watcher.missed())

    def _down(self, error: BaseException) -> None:
        if self._was_up is not False:
            logger.warning("Redis does not answer (%s): each worker goes on by itself", type(error).__name__)
        self._was_up = False

    def _say_talking(self, talking: bool) -> None:
        if talking != self._talking:
            self._talking = talking
            self._each(lambda watcher: watcher.talking(talking))

    def _each(self, do: Callable[[Watcher], None]) -> None:
        for watcher in self._watchers:
            try:
                do(watcher)
            except Exception:
                logger.exception("the news of another worker could not be taken in")

    def _alive(self, worker: str) -> str:
        return f"{self._space}alive:{worker}"


def make_bus(settings: Settings) -> Bus:
    """Return the bus that the settings name. The secret of this installation names its space in Redis."""
    if settings.redis_url is None:
        return Alone()
    space = hashlib.sha256(b"chatbeside bus" + secret_of(settings)).hexdigest()[:16]
    return RedisBus(settings.redis_url.get_secret_value(), space)
