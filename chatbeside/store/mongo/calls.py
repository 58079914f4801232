"""Calls in MongoDB."""

from typing import Any

from chatbeside.domain.calls import Call
from chatbeside.store.interfaces import Taken
from chatbeside.store.mongo.client import Connection, Duplicate
from chatbeside.store.mongo.collection import Collection


class _Calls(Collection[Call]):
    def derived(self, value: Call) -> dict[str, Any]:
        return {"open": not value.ended}


class MongoCalls:
    """See :class:`chatbeside.store.interfaces.Calls`."""

    def __init__(self, connection: Connection) -> None:
        self.collection = _Calls(connection, "calls")

    async def add(self, call: Call, *, several: str | None = None) -> None:
        try:
            await self.collection.insert(call)
        except Duplicate as error:
            raise Taken("id") from error
        # No index can say "in one call at most, on whichever side", so whoever sees another call takes the own one
        # back. Of two that begin at the same moment both may go; never both stay.
        if not call.ended and await self._others(call, several):
            await self.collection.delete({"_id": call.id})
            raise Taken("person")

    async def get(self, call_id: str) -> Call | None:
        return await self.collection.one({"_id": call_id})

    async def replace(self, call: Call) -> bool:
        columns = self.collection.codec.encode(call) | self.collection.derived(call)
        del columns["id"]
        return await self.collection.put({"_id": call.id, "version": call.version - 1}, columns)

    async def open_of(self, user_id: str) -> Call | None:
        for side in ("caller_id", "callee_id"):
            found = await self.collection.one({"open": True, side: user_id})
            if found:
                return found
        return None

    async def unfinished(self, *, limit: int, after: Call | None = None) -> list[Call]:
        place = (after.started_at, after.id) if after else None
        return await self.collection.following({"open": True}, ("started_at", "_id"), place, limit=limit)

    async def _others(self, call: Call, several: str | None) -> bool:
        for side in ("caller_id", "callee_id"):
            for person in set(call.people) - {several}:
                found = await self.collection.many({"open": True, side: person})
                if any(each.id != call.id for each in found):
                    return True
        return False
