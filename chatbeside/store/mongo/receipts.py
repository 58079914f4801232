"""Read and delivery pointers in MongoDB."""

from chatbeside.domain.models import Receipt
from chatbeside.store.mongo.client import Connection
from chatbeside.store.mongo.collection import Collection


class MongoReceipts:
    """See :class:`chatbeside.store.interfaces.Receipts`."""

    def __init__(self, connection: Connection) -> None:
        self.collection: Collection[Receipt] = Collection(connection, "receipts")

    async def get(self, room_id: str, user_id: str) -> Receipt:
        found = await self.collection.one({"room_id": room_id, "user_id": user_id})
        return found or Receipt(room_id, user_id)

    async def advance(self, room_id: str, user_id: str, *, read_seq: int = 0, delivered_seq: int = 0) -> Receipt:
        raising = {"$max": {"read_seq": read_seq, "delivered_seq": delivered_seq}}
        return await self.collection.upsert({"room_id": room_id, "user_id": user_id}, raising)

    async def of_room(self, room_id: str, *, limit: int = 1000) -> list[Receipt]:
        return await self.collection.many({"room_id": room_id}, sort=[("user_id", 1)], limit=limit)

    async def of_user(self, user_id: str) -> dict[str, Receipt]:
        return {receipt.room_id: receipt for receipt in await self.collection.many({"user_id": user_id})}
