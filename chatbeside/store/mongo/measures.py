"""How much there is in a MongoDB database."""

from typing import Any

from pymongo.errors import OperationFailure

from chatbeside.domain.clock import now
from chatbeside.domain.moderation import Measures
from chatbeside.store.mongo.client import Connection, answering


async def measures(connection: Connection) -> Measures:
    """Count; what the server knows without counting is asked for."""
    with answering():
        sizes = await connection.collection("files").find({"_id": {"$gte": ""}}, {"size": 1}).to_list(None)
        return Measures(
            users=await connection.collection("users").count_documents({"bot": False}),
            sessions=await connection.collection("sessions").count_documents(
                {"alive": True, "expires_at": {"$gt": now()}}
            ),
            rooms=await connection.collection("rooms").estimated_document_count(),
            messages=await connection.collection("messages").estimated_document_count(),
            files=len(sizes),
            file_bytes=sum(file["size"] for file in sizes),
            database_bytes=await _bytes(connection),
        )


async def _bytes(connection: Connection) -> int | None:
    try:
        stats: dict[str, Any] = await connection.collection("users").database.command("dbStats")
    except OperationFailure:
        return None
    return int(stats.get("storageSize", 0)) + int(stats.get("indexSize", 0))
