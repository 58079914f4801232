"""Memberships in MongoDB."""

from collections.abc import Iterable, Mapping
from typing import Any

from chatbeside.domain.models import Member, Role
from chatbeside.store.mongo.client import Connection, Duplicate
from chatbeside.store.mongo.collection import Collection, in_pieces


class MongoMembers:
    """See :class:`chatbeside.store.interfaces.Members`."""

    def __init__(self, connection: Connection) -> None:
        self.collection: Collection[Member] = Collection(connection, "members")

    async def add(self, member: Member) -> bool:
        try:
            await self.collection.insert(member)
        except Duplicate:
            return False
        return True

    async def remove(self, room_id: str, user_id: str) -> bool:
        return await self.collection.delete({"room_id": room_id, "user_id": user_id})

    async def get(self, room_id: str, user_id: str) -> Member | None:
        return await self.collection.one({"room_id": room_id, "user_id": user_id})

    async def of_room(self, room_id: str, *, limit: int = 1000, after: str = "") -> list[Member]:
        where = {"room_id": room_id, "user_id": {"$gt": after}}
        return await self.collection.many(where, sort=[("user_id", 1)], limit=limit)

    async def leading(self, room_id: str) -> list[Member]:
        where = {"room_id": room_id, "role": {"$in": [Role.OWNER.value, Role.ADMIN.value]}}
        return await self.collection.many(where, sort=[("user_id", 1)])

    async def among(self, room_id: str, user_ids: Iterable[str]) -> set[str]:
        found = await self.collection.many({"room_id": room_id, "user_id": {"$in": list(user_ids)}})
        return {member.user_id for member in found}

    async def of_user(self, user_id: str) -> list[Member]:
        return await self.collection.many({"user_id": user_id}, sort=[("room_id", 1)])

    async def count(self, room_id: str) -> int:
        return await self.collection.count({"room_id": room_id})

    async def counts(self, room_ids: Iterable[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for some in in_pieces(dict.fromkeys(room_ids)):
            found |= await self.collection.count_by("room_id", {"room_id": {"$in": some}})
        return found

    async def update(self, room_id: str, user_id: str, changes: Mapping[str, Any]) -> Member | None:
        return await self.collection.update({"room_id": room_id, "user_id": user_id}, changes)
