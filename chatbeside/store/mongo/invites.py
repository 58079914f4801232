"""Ways into rooms, in MongoDB."""

from datetime import datetime
from typing import Any

from chatbeside.domain.models import Invite
from chatbeside.store.interfaces import Taken
from chatbeside.store.mongo.client import Connection, Duplicate, answering
from chatbeside.store.mongo.collection import Collection


class _Invites(Collection[Invite]):
    def derived(self, value: Invite) -> dict[str, Any]:
        return {"open": value.revoked_at is None}


class MongoInvites:
    """See :class:`chatbeside.store.interfaces.Invites`."""

    def __init__(self, connection: Connection) -> None:
        self.collection = _Invites(connection, "invites")

    async def add(self, invite: Invite) -> None:
        try:
            await self.collection.insert(invite)
        except Duplicate as error:
            raise Taken("id") from error

    async def get(self, invite_id: str) -> Invite | None:
        return await self.collection.one({"_id": invite_id})

    async def of_room(self, room_id: str) -> list[Invite]:
        where = {"room_id": room_id, "open": True}
        return await self.collection.many(where, sort=[("created_at", 1), ("_id", 1)])

    async def use(self, invite_id: str) -> bool:
        invite = await self.get(invite_id)
        if invite is None or invite.revoked_at:
            return False
        if invite.uses_left is None:
            return True
        where = {"_id": invite_id, "open": True, "uses_left": {"$gt": 0}}
        with answering():
            taken = await self.collection.documents.update_one(where, {"$inc": {"uses_left": -1}})
        return bool(taken.modified_count)

    async def revoke(self, invite_id: str, at: datetime) -> bool:
        return await self.collection.put({"_id": invite_id, "open": True}, {"revoked_at": at, "open": False})
