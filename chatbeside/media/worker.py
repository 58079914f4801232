"""The media process: ``python -m chatbeside.media.worker``. It ends when its standard input does."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import Mapping
from typing import Any

from chatbeside.media.echo import Echo
from chatbeside.media.protocol import LINE_MOST, decode, encode

logger = logging.getLogger("chatbeside.media")

LEGS_MOST = 8
"""Most legs at a time."""
LEG_SECONDS = 120.0
"""How long an echo call may last."""


class Refused(Exception):
    """A request that cannot be done; its words go back."""


class Worker:
    """The legs of this process, and what can be asked of them.

    Args:
        say: Writes a message to the server.
        legs_most: Most legs at a time.
        leg_seconds: How long a leg may last.
    """

    def __init__(self, say: Any, *, legs_most: int = LEGS_MOST, leg_seconds: float = LEG_SECONDS) -> None:
        self._say = say
        self._legs_most = legs_most
        self._leg_seconds = leg_seconds
        self._legs: dict[str, Echo] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def handle(self, message: Mapping[str, Any]) -> None:
        """Do what a message asks and answer it."""
        number = message.get("id")
        try:
            match message.get("do"):
                case "echo":
                    answer = await self._echo(message)
                case "close":
                    answer = await self._close(str(message.get("leg")))
                case "state":
                    answer = {"legs": {name: leg.state for name, leg in self._legs.items()}}
                case _:
                    raise Refused("There is no such request.")
        except Refused as error:
            self._say({"id": number, "error": str(error)})
        except Exception:
            logger.exception("a request failed")
            self._say({"id": number, "error": "The media worker failed."})
        else:
            self._say({"id": number, **answer})

    async def stop(self) -> None:
        """End every leg."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _echo(self, message: Mapping[str, Any]) -> dict[str, Any]:
        name, offer = message.get("leg"), message.get("offer")
        if not isinstance(name, str) or not isinstance(offer, str) or name in self._legs:
            raise Refused("An echo needs a new leg and an offer.")
        if len(self._legs) >= self._legs_most:
            raise Refused("Too many test calls at once. Try again in a minute.")
        leg = Echo(message.get("iceServers") or ())
        self._legs[name] = leg
        try:
            answer = await leg.answer(offer)
        except (ValueError, TimeoutError) as error:
            del self._legs[name]
            await leg.close()
            raise Refused("This offer cannot be answered.") from error
        task = asyncio.create_task(self._watch(name, leg), name=f"leg {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return {"answer": answer}

    async def _watch(self, name: str, leg: Echo) -> None:
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._leg_seconds):
                    await leg.over.wait()
        finally:
            self._legs.pop(name, None)
            await leg.close()
            self._say({"ended": name})

    async def _close(self, name: str) -> dict[str, Any]:
        leg = self._legs.get(name)
        if leg is not None:
            leg.over.set()
        return {}


async def main() -> None:
    """Read requests from standard input until it ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LINE_MOST)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    out = sys.stdout.buffer

    def say(message: Mapping[str, Any]) -> None:
        with contextlib.suppress(BrokenPipeError):
            out.write(encode(message))
            out.flush()

    worker = Worker(say)
    tasks: set[asyncio.Task[None]] = set()
    try:
        while line := await reader.readline():
            task = asyncio.create_task(worker.handle(decode(line)))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
    finally:
        for task in list(tasks):
            task.cancel()
        await worker.stop()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    asyncio.run(main())
