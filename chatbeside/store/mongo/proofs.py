"""Proofs beside passwords, in MongoDB."""

from datetime import datetime
from typing import Any

from chatbeside.domain.proofs import Identity, OneTime, SecondFactor
from chatbeside.store.interfaces import Taken
from chatbeside.store.mongo.client import Connection, Duplicate, answering
from chatbeside.store.mongo.collection import Collection


class _OneTimes(Collection[OneTime]):
    def derived(self, value: OneTime) -> dict[str, Any]:
        return {"open": value.used_at is None}


class MongoOneTimes:
    """See :class:`chatbeside.store.interfaces_proofs.OneTimes`."""

    def __init__(self, connection: Connection) -> None:
        self.collection = _OneTimes(connection, "onetimes")

    async def add(self, one: OneTime) -> None:
        try:
            await self.collection.insert(one)
        except Duplicate as error:
            raise Taken("id") from error

    async def get(self, one_id: str) -> OneTime | None:
        return await self.collection.one({"_id": one_id})

    async def use(self, one_id: str, at: datetime) -> bool:
        return await self.collection.put({"_id": one_id, "open": True}, {"used_at": at, "open": False})

    async def use_all(self, user_id: str, kind: str, at: datetime) -> None:
        where = {"user_id": user_id, "kind": kind, "open": True}
        with answering():
            await self.collection.documents.update_many(where, {"$set": {"used_at": at, "open": False}})

    async def forget(self, before: datetime) -> int:
        with answering():
            return int((await self.collection.documents.delete_many({"expires_at": {"$lt": before}})).deleted_count)


class MongoSecondFactors:
    """See :class:`chatbeside.store.interfaces_proofs.SecondFactors`."""

    def __init__(self, connection: Connection) -> None:
        self.collection: Collection[SecondFactor] = Collection(connection, "factors")

    async def get(self, user_id: str) -> SecondFactor | None:
        return await self.collection.one({"user_id": user_id})

    async def put(self, factor: SecondFactor) -> None:
        columns = self.collection.codec.encode(factor)
        change = {"$set": {name: value for name, value in columns.items() if value is not None}}
        gone = {name: "" for name, value in columns.items() if value is None}
        await self.collection.upsert({"user_id": factor.user_id}, change | ({"$unset": gone} if gone else {}))

    async def replace(self, factor: SecondFactor) -> bool:
        columns = self.collection.codec.encode(factor)
        del columns["user_id"]
        return await self.collection.put({"user_id": factor.user_id, "version": factor.version - 1}, columns)

    async def remove(self, user_id: str) -> bool:
        return await self.collection.delete({"user_id": user_id})


class MongoIdentities:
    """See :class:`chatbeside.store.interfaces_proofs.Identities`."""

    def __init__(self, connection: Connection) -> None:
        self.collection: Collection[Identity] = Collection(connection, "identities")

    async def add(self, identity: Identity) -> None:
        try:
            await self.collection.insert(identity)
        except Duplicate as error:
            raise Taken("id") from error

    async def get(self, issuer: str, subject: str) -> Identity | None:
        return await self.collection.one({"issuer": issuer, "subject": subject})

    async def of_user(self, user_id: str) -> list[Identity]:
        return await self.collection.many({"user_id": user_id}, sort=[("issuer", 1), ("subject", 1)])

    async def remove(self, issuer: str, subject: str) -> bool:
        return await self.collection.delete({"issuer": issuer, "subject": subject})
