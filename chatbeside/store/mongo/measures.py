"""How much there is in a MongoDB database."""

from typing import Any

from pymongo.errors import OperationFailure

from chatbeside.domain.clock import now
from chatbeside.domain.moderation import Measures
from chatbeside.store.mongo.client import Connection, answering


async def measures(connection: Connection) -> Measures:
    """Count; what the server knows without counting is asked for."""
    with answering():
        sums = {"_id": None, "count": {"$sum": 1}, "bytes": {"$sum": "$size"}}
        groups = connection.collection("files").aggregate([{"$match": {"_id": {"$gte": ""}}}, {"$group": sums}])
        files = next(iter(await groups.to_list(None)), {"count": 0, "bytes": 0})
        return Measures(
            users=await connection.collection("users").count_documents({"bot": False}),
            sessions=await connection.collection("sessions").count_documents(
                {"alive": True, "expires_at": {"$gt": now()}}
            ),
            rooms=await connection.collection("rooms").estimated_document_count(),
            messages=await connection.collection("messages").estimated_document_count(),
            files=int(files["count"]),
            file_bytes=int(files["bytes"]),
            database_bytes=await _bytes(connection),
        )


async def _bytes(connection: Connection) -> int | None:
    try:
        stats: dict[str, Any] = await connection.collection("users").database.command("dbStats")
    except OperationFailure:
        return None
    return int(stats.get("storageSize", 0)) + int(stats.get("indexSize", 0))
