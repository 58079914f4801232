"""The media process: ``python -m chatbeside.media.worker``. It ends when its standard input does."""

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from chatbeside.media.kinds import KINDS
from chatbeside.media.legs import Leg, Place, Refused
from chatbeside.media.protocol import LINE_MOST, decode, encode

logger = logging.getLogger("chatbeside.media")


class _Open:
    """A leg, and the order of what is asked of it."""

    def __init__(self, kind: str, leg: Leg) -> None:
        self.kind = kind
        self.leg = leg
        self.turn = asyncio.Lock()


class Worker:
    """The legs of this process, and what can be asked of them.

    Args:
        say: Writes a message to the server.
        kinds: The kinds of legs there are.
    """

    def __init__(self, say: Callable[[Mapping[str, Any]], None], kinds: Mapping[str, type[Leg]] = KINDS) -> None:
        self._say = say
        self._kinds = kinds
        self._shared: dict[str, Any] = {}
        self._legs: dict[str, _Open] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def handle(self, message: Mapping[str, Any]) -> None:
        """Do what a message asks and answer it."""
        number = message.get("id")
        try:
            answer = await self._do(message)
        except Refused as error:
            self._say({"id": number, "error": str(error)})
        except Exception:
            logger.exception("a request failed")
            self._say({"id": number, "error": "The media worker failed."})
        else:
            self._say({"id": number, "data": answer})

    async def stop(self) -> None:
        """End every leg."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _do(self, message: Mapping[str, Any]) -> dict[str, Any]:
        do, name, data = message.get("do"), message.get("leg"), message.get("data", {})
        if do == "state":
            return {"legs": {name: open_.leg.state for name, open_ in self._legs.items()}}
        if not isinstance(name, str) or not isinstance(data, dict):
            raise Refused("A request names a leg and has data.")
        match do:
            case "open":
                return await self._open(name, str(message.get("kind")), data)
            case "ask":
                return await self._ask(name, str(message.get("what")), data)
            case "close":
                if name in self._legs:
                    self._legs[name].leg.over.set()
                return {}
        raise Refused("There is no such request.")

    async def _open(self, name: str, kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
        if kind not in self._kinds or name in self._legs:
            raise Refused("A leg needs a known kind and a new name.")
        make = self._kinds[kind]
        if sum(open_.kind == kind for open_ in self._legs.values()) >= make.most:
            raise Refused(make.full)
        leg = make(Place(name, lambda event, data: self._tell(name, event, data), self._shared))
        open_ = self._legs[name] = _Open(kind, leg)
        try:
            async with open_.turn:
                answer = await leg.open(data)
        except BaseException:
            del self._legs[name]
            await leg.close()
            raise
        task = asyncio.create_task(self._watch(name, leg), name=f"leg {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return answer

    async def _ask(self, name: str, what: str, data: Mapping[str, Any]) -> dict[str, Any]:
        open_ = self._legs.get(name)
        if open_ is None:
            raise Refused("This leg is over.")
        async with open_.turn:
            return await open_.leg.ask(what, data)

    def _tell(self, name: str, event: str, data: Mapping[str, Any]) -> None:
        if name in self._legs:
            self._say({"leg": name, "event": event, "data": data})

    async def _watch(self, name: str, leg: Leg) -> None:
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(leg.seconds):
                    await leg.over.wait()
        finally:
            try:
                await leg.close()
            except Exception:
                logger.exception("a leg could not be closed")
            self._legs.pop(name, None)
            self._say({"ended": name})


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
    # Everything is closed and written. What aiortc has left, a decoder's thread for one, must not hold the process.
    logging.shutdown()
    os._exit(0)
