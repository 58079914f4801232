"""What is known of stored files, in MongoDB."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from chatbeside.domain.files import StoredFile
from chatbeside.store.interfaces import Taken
from chatbeside.store.mongo.client import Connection, Duplicate, answering
from chatbeside.store.mongo.collection import Collection


class _Files(Collection[StoredFile]):
    def derived(self, value: StoredFile) -> dict[str, Any]:
        return {"open": value.sent_at is None, "holder": value.message_id or ""}


class MongoFiles:
    """See :class:`chatbeside.store.interfaces.Files`."""

    def __init__(self, connection: Connection) -> None:
        self.collection = _Files(connection, "files")

    async def add(self, file: StoredFile) -> None:
        try:
            await self.collection.insert(file)
        except Duplicate as error:
            raise Taken("id") from error

    async def get(self, file_id: str) -> StoredFile | None:
        return await self.collection.one({"_id": file_id})

    async def get_many(self, file_ids: Iterable[str]) -> dict[str, StoredFile]:
        return {file.id: file for file in await self.collection.by_ids(file_ids)}

    async def claim(self, file_id: str, uploader_id: str, message_id: str) -> bool:
        where = {"_id": file_id, "uploader_id": uploader_id, "holder": {"$in": ["", message_id]}}
        return await self.collection.put(where, {"message_id": message_id, "holder": message_id})

    async def release(self, file_id: str, message_id: str) -> bool:
        return await self.collection.put({"_id": file_id, "holder": message_id}, {"message_id": None, "holder": ""})

    async def settle(self, file_ids: Sequence[str], at: datetime | None) -> None:
        # One by one: a message has few, and not every server updates many at once.
        for file_id in file_ids:
            await self.collection.put({"_id": file_id}, {"sent_at": at, "open": at is None})

    async def unsettled(self, before: datetime, *, limit: int) -> list[StoredFile]:
        where = {"open": True, "created_at": {"$lt": before}}
        return await self.collection.many(where, sort=[("created_at", 1), ("_id", 1)], limit=limit)

    async def count_unsettled(self, uploader_id: str, *, limit: int) -> int:
        return await self.collection.count({"open": True, "uploader_id": uploader_id}, limit=limit)

    async def remove(self, file_id: str) -> bool:
        with answering():
            return bool((await self.collection.documents.delete_one({"_id": file_id})).deleted_count)
