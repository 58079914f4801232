"""Log-ins in MongoDB."""

from datetime import datetime
from typing import Any

from chatbeside.domain.models import Session
from chatbeside.store.interfaces import Taken
from chatbeside.store.mongo.client import Connection, Duplicate, answering
from chatbeside.store.mongo.collection import Collection


class _Sessions(Collection[Session]):
    def derived(self, value: Session) -> dict[str, Any]:
        return {"alive": value.revoked_at is None}


class MongoSessions:
    """See :class:`chatbeside.store.interfaces.Sessions`."""

    def __init__(self, connection: Connection) -> None:
        self.collection = _Sessions(connection, "sessions")

    async def add(self, session: Session) -> None:
        try:
            await self.collection.insert(session)
        except Duplicate as error:
            raise Taken("id") from error

    async def get(self, session_id: str) -> Session | None:
        return await self.collection.one({"_id": session_id})

    async def of_user(self, user_id: str) -> list[Session]:
        where = {"user_id": user_id, "alive": True}
        return await self.collection.many(where, sort=[("created_at", -1), ("_id", -1)])

    async def touch(self, session_id: str, seen_at: datetime) -> None:
        with answering():
            await self.collection.documents.update_one({"_id": session_id}, {"$max": {"last_seen_at": seen_at}})

    async def revoke(self, session_id: str, at: datetime) -> bool:
        return await self.collection.put({"_id": session_id, "alive": True}, {"revoked_at": at, "alive": False})
