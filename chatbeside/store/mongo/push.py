"""Browsers that want to be told of messages, in MongoDB."""

from collections.abc import Iterable

from chatbeside.domain.push import PushSubscription
from chatbeside.store.mongo.client import Connection, answering
from chatbeside.store.mongo.collection import Collection


class MongoPush:
    """See :class:`chatbeside.store.interfaces_push.Push`."""

    def __init__(self, connection: Connection) -> None:
        self.collection: Collection[PushSubscription] = Collection(connection, "push")

    async def put(self, subscription: PushSubscription) -> None:
        await self.collection.upsert(
            {"endpoint": subscription.endpoint}, {"$set": self.collection.document(subscription)}
        )

    async def get(self, endpoint: str) -> PushSubscription | None:
        return await self.collection.one({"endpoint": endpoint})

    async def of_users(self, user_ids: Iterable[str]) -> list[PushSubscription]:
        found = await self.collection.many({"user_id": {"$in": list(user_ids)}})
        return sorted(found, key=lambda each: each.endpoint)

    async def remove(self, endpoint: str) -> bool:
        return await self.collection.delete({"endpoint": endpoint})

    async def remove_of_session(self, session_id: str) -> int:
        with answering():
            return int((await self.collection.documents.delete_many({"session_id": session_id})).deleted_count)
