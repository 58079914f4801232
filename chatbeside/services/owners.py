"""Requests to whichever worker owns something: a call, later a group call's media.

What lives in one process only (timers, signals, media) has one owner among the workers. Whoever is asked about it at
another worker passes the question on. When the owner dies, the next worker that is asked owns it.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from chatbeside.domain import errors
from chatbeside.domain.errors import ChatError, TooMany, Unavailable
from chatbeside.services.bus import Bus, BusDown, WorkerGone

Json = dict[str, Any]
Run = Callable[[str, Json], Awaitable[Json]]
"""Does something with what is owned: called with its name and the arguments, both of JSON values."""

_TOPIC = "owner"
_TRIES = 3
_BY_CODE = {each.code: each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, ChatError)}


class Owners:
    """Finds owners and passes requests on.

    Args:
        bus: How the workers talk.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._methods: dict[str, Run] = {}
        bus.answer(_TOPIC, self._reply)

    def serve(self, method: str, run: Run) -> None:
        """Do ``method`` by ``run`` at the owner. Names of methods are unique in the process."""
        self._methods[method] = run

    async def mine(self, name: str) -> bool:
        """Return whether this worker owns ``name``, from now on if nobody did. While workers cannot talk: yes."""
        try:
            return await self._bus.claim(name) == self._bus.worker
        except BusDown:
            return True

    async def release(self, name: str) -> None:
        """Own ``name`` no more."""
        await self._bus.release(name)

    async def ask(self, name: str, method: str, arguments: Json) -> Json:
        """Do ``method`` where ``name`` is owned, and return what it returns.

        Raises:
            ChatError: What the method raised.
            Unavailable: The owner does not answer.
        """
        if not self._bus.shared:
            return await self._methods[method](name, arguments)
        question = json.dumps([name, method, arguments]).encode()
        for _ in range(_TRIES):
            try:
                owner = await self._bus.claim(name)
            except BusDown:
                owner = self._bus.worker  # each worker goes on by itself
            if owner == self._bus.worker:
                return await self._methods[method](name, arguments)
            try:
                answer: Json = json.loads(await self._bus.ask(owner, _TOPIC, question))
            except WorkerGone:
                continue
            except BusDown as error:
                raise Unavailable("This does not work right now. Try again in a moment.") from error
            if "error" in answer:
                raise _raised(answer["error"])
            result: Json = answer["result"]
            return result
        raise Unavailable("This does not work right now. Try again in a moment.")

    async def _reply(self, question: bytes) -> bytes:
        name, method, arguments = json.loads(question)
        try:
            return json.dumps({"result": await self._methods[method](name, arguments)}).encode()
        except ChatError as error:
            return json.dumps({"error": _told(error)}).encode()


def _told(error: ChatError) -> Json:
    after = error.retry_after if isinstance(error, TooMany) else None
    return {"code": error.code, "message": error.message, "fields": dict(error.fields), "after": after}


def _raised(told: Mapping[str, Any]) -> ChatError:
    if told["after"] is not None:
        return TooMany(told["message"], retry_after=told["after"])
    return _BY_CODE.get(told["code"], Unavailable)(told["message"], fields=told["fields"])
