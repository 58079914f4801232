"""Accounts in MongoDB."""

from collections.abc import Iterable, Mapping
from typing import Any

from chatbeside.domain.models import User
from chatbeside.store.interfaces import Taken
from chatbeside.store.mongo.client import Connection, Duplicate
from chatbeside.store.mongo.collection import Collection
from chatbeside.store.mongo.indexes import slot
from chatbeside.store.timeline import TOP


class _Users(Collection[User]):
    def derived(self, value: User) -> dict[str, Any]:
        return {"email_slot": slot(value.email_key, value.id)}


class MongoUsers:
    """See :class:`chatbeside.store.interfaces.Users`."""

    def __init__(self, connection: Connection) -> None:
        self.collection = _Users(connection, "users")

    async def add(self, user: User) -> None:
        try:
            await self.collection.insert(user)
        except Duplicate as error:
            raise await self._taken(user.id, user.username_key, user.email_key) from error

    async def get(self, user_id: str) -> User | None:
        return await self.collection.one({"_id": user_id})

    async def get_many(self, user_ids: Iterable[str]) -> dict[str, User]:
        return {user.id: user for user in await self.collection.by_ids(user_ids)}

    async def by_username(self, username_key: str) -> User | None:
        return await self.collection.one({"username_key": username_key})

    async def by_email(self, email_key: str) -> User | None:
        return await self.collection.one({"email_slot": slot(email_key, "")})

    async def search(self, prefix: str, *, limit: int, after: str = "", closed: bool = False) -> list[User]:
        lower = {"$gt": after} if after >= prefix else {"$gte": prefix}
        where: dict[str, Any] = {"username_key": {**lower, "$lt": prefix + TOP}}
        if not closed:
            where["deactivated_at"] = {"$exists": False}
        return await self.collection.many(where, sort=[("username_key", 1)], limit=limit)

    async def administrators(self) -> list[User]:
        where = {"administrator": True, "deactivated_at": {"$exists": False}}
        return await self.collection.many(where, sort=[("_id", 1)])

    async def update(self, user_id: str, changes: Mapping[str, Any]) -> User | None:
        email = {"email_slot": slot(changes["email_key"], user_id)} if "email_key" in changes else {}
        try:
            return await self.collection.update({"_id": user_id}, changes, **email)
        except Duplicate as error:
            raise await self._taken(user_id, changes.get("username_key"), changes.get("email_key")) from error

    async def count(self) -> int:
        return await self.collection.count({"bot": False, "deactivated_at": None})

    async def _taken(self, user_id: str, username_key: str | None, email_key: str | None) -> Taken:
        """Return which value somebody else has; servers name the index differently or not at all."""
        holder = await self.by_username(username_key) if username_key else None
        if holder and holder.id != user_id:
            return Taken("username")
        holder = await self.by_email(email_key) if email_key else None
        return Taken("email" if holder and holder.id != user_id else "id")
