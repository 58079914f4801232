"""How what runs in the background ends."""

import asyncio
from typing import Any


async def end(*tasks: asyncio.Task[Any] | None) -> None:
    """Cancel tasks and wait until they are over. Raises what one of them failed with.

    A caller that is cancelled itself meanwhile hears of it, which ``suppress(CancelledError)`` around an ``await`` of
    the task would hide.
    """
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    for outcome in await asyncio.gather(*running, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome
