"""Read and delivery pointers in MongoDB."""

from collections.abc import Iterable

from chatbeside.domain.models import Member, Receipt
from chatbeside.store.mongo.client import Connection
from chatbeside.store.mongo.collection import Collection, in_pieces


class MongoReceipts:
    """See :class:`chatbeside.store.interfaces.Receipts`."""

    def __init__(self, connection: Connection) -> None:
        self.collection: Collection[Receipt] = Collection(connection, "receipts")
        self._members: Collection[Member] = Collection(connection, "members")

    async def get(self, room_id: str, user_id: str) -> Receipt:
        found = await self.collection.one({"room_id": room_id, "user_id": user_id})
        return found or Receipt(room_id, user_id)

    async def advance(self, room_id: str, user_id: str, *, read_seq: int = 0, delivered_seq: int = 0) -> Receipt:
        raising = {"$max": {"read_seq": read_seq, "delivered_seq": delivered_seq}}
        return await self.collection.upsert({"room_id": room_id, "user_id": user_id}, raising)

    async def of_members(self, room_ids: Iterable[str]) -> dict[str, list[Receipt]]:
        found: dict[str, list[Receipt]] = {}
        for some in in_pieces(dict.fromkeys(room_ids)):
            rooms = {"room_id": {"$in": some}}
            members = await self._members.many(rooms)
            places = {(each.room_id, each.user_id) for each in members}
            # Also by person: of those who left, a room may have any number.
            people = {"user_id": {"$in": list({each.user_id for each in members})}}
            for receipt in await self.collection.many(rooms | people, sort=[("room_id", 1), ("user_id", 1)]):
                if (receipt.room_id, receipt.user_id) in places:
                    found.setdefault(receipt.room_id, []).append(receipt)
        return found

    async def of_user(self, user_id: str) -> dict[str, Receipt]:
        return {receipt.room_id: receipt for receipt in await self.collection.many({"user_id": user_id})}
