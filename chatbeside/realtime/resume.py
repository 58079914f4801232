"""Lets the clients of this process come back, when something for them may have been missed.

Their sockets are closed, a few at a time; a client connects again by itself and asks what changed, as at its start.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from chatbeside.realtime.answers import failure
from chatbeside.services.background import end

logger = logging.getLogger(__name__)

GATHER = 1.0
"""Seconds to wait for further news of the same trouble."""
BATCH = 50
PAUSE = 0.1
"""Seconds between two batches."""

Close = Callable[[], Awaitable[None]]
"""Closes one socket."""


class Resume:
    """Closes sockets so that their clients come back.

    Args:
        sockets: Returns how to close each of those that are open.
    """

    def __init__(self, sockets: Callable[[], Sequence[Close]]) -> None:
        self._sockets = sockets
        self._again = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def all(self) -> None:
        """Let everybody who is connected now come back soon."""
        self._again.set()

    async def start(self) -> None:
        """Begin to wait for trouble."""
        self._task = asyncio.create_task(self._run(), name="clients that resume")

    async def stop(self) -> None:
        """Close nothing more."""
        await end(self._task)
        self._task = None

    async def _run(self) -> None:
        while True:
            await self._again.wait()
            await asyncio.sleep(GATHER)
            self._again.clear()
            sockets = list(self._sockets())
            if sockets:
                logger.warning("%d clients come back, because they may have missed something", len(sockets))
            for start in range(0, len(sockets), BATCH):
                for close in sockets[start : start + BATCH]:
                    try:
                        await close()
                    except Exception as error:  # the others shall come back all the same
                        failure("letting a client come back", error)
                await asyncio.sleep(PAUSE)
