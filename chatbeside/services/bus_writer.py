"""What one worker sends to the others: in order, over one connection, in as few commands as it takes.

Everything that gathers while a command is under way goes with the next one: an event costs each worker one message, and
a burst of events not even that.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from redis.exceptions import RedisError

WAITING_MOST = 20_000
"""Messages that may wait; when there are more, all are thrown away, and the others resume."""
TROUBLES = (RedisError, OSError, TimeoutError)
"""What says that Redis does not answer."""
_PAUSE = 0.2

Sent = Callable[[int | None], None]


@dataclass(slots=True)
class Out:
    """Something to send to ``worker``, or to everybody; without ``data`` only the number goes.

    ``sent`` is called with how many listened, or ``None`` when it could not be sent.
    """

    data: bytes
    worker: str | None = None
    sent: Sent | None = None


class Writer:
    """Sends what is laid down.

    Args:
        redis: The connections to Redis.
        space: What the names of channels begin with.
        worker: The name of this worker.
        down: Called when Redis does not answer.
    """

    def __init__(self, redis: Any, space: str, worker: str, down: Callable[[BaseException], None]) -> None:
        self._redis = redis
        self._space = space
        self._worker = worker
        self._down = down
        self._out: deque[Out] = deque()
        self._news = asyncio.Event()
        self.number = 0

    def lay(self, out: Out) -> None:
        """Send it soon. Never waits."""
        if len(self._out) >= WAITING_MOST:
            lost, self._out = list(self._out), deque()
            self._count(lost)
            _tell(lost, None)
        self._out.append(out)
        self._news.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            if not self._out:
                continue
            try:
                await self._send()
            except TROUBLES as error:
                self._down(error)
                await asyncio.sleep(_PAUSE)

    async def _send(self) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        batches: list[list[Out]] = []
        while self._out:
            if self._out[0].worker is not None:
                batch = [self._out.popleft()]
                pipeline.publish(f"{self._space}to:{batch[0].worker}", batch[0].data)
            else:
                head = f"{self._worker} {self.number}\n".encode()
                batch = self._broadcasts()
                pipeline.publish(f"{self._space}all", head + b"".join(out.data for out in batch))
            batches.append(batch)
        try:
            heard = await pipeline.execute()
        except TROUBLES:
            for batch in batches:
                _tell(batch, None)
            raise
        for batch, listeners in zip(batches, heard, strict=True):
            _tell(batch, listeners)

    def _broadcasts(self) -> list[Out]:
        """Take the broadcasts at the head of the queue; their numbers are used up, also when they get lost."""
        batch = []
        while self._out and self._out[0].worker is None:
            batch.append(self._out.popleft())
        self._count(batch)
        return batch

    def _count(self, batch: list[Out]) -> None:
        self.number += sum(1 for out in batch if out.worker is None and out.data)


def _tell(batch: list[Out], listeners: int | None) -> None:
    for out in batch:
        if out.sent is not None:
            out.sent(listeners)
