"""Counts, without a clock, what is done between two turns of the event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any


class Counted:
    """How often a function is called at most without a turn in between."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._since = 0
        self.calls = self.most = 0

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self._since += 1
        self.calls += 1
        self.most = max(self.most, self._since)
        return self._function(*arguments, **options)

    @asynccontextmanager
    async def counting(self) -> AsyncIterator[None]:
        """Count while this is open."""
        others = asyncio.create_task(self._turns())
        await asyncio.sleep(0)
        try:
            yield
        finally:
            others.cancel()
            with suppress(asyncio.CancelledError):
                await others

    async def _turns(self) -> None:
        while True:
            self._since = 0
            await asyncio.sleep(0)
