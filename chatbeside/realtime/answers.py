"""How a refused event is answered."""

import logging
import traceback
from collections.abc import Mapping
from typing import Any

from chatbeside.domain.errors import ChatError, TooMany
from chatbeside.store.interfaces import StoreUnavailable

logger = logging.getLogger(__name__)

Answer = Mapping[str, Any]


def refusal(error: ChatError) -> dict[str, Any]:
    """Return ``{error: {code, message, fields?, retryAfter?}}``; ``retryAfter`` is in seconds."""
    body: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.fields:
        body["fields"] = dict(error.fields)
    if isinstance(error, TooMany):
        body["retryAfter"] = max(0.001, round(error.retry_after, 3))
    return {"error": body}


def failure(event: str, error: Exception) -> dict[str, Any]:
    """Return the answer to an event that failed on our side, and log where, but not with what contents."""
    if isinstance(error, StoreUnavailable):
        logger.warning("%s: the database does not answer", event)
        return {"error": {"code": "unavailable", "message": "This does not work right now. Try again in a moment."}}
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s failed with %s\n%s", event, type(error).__name__, frames)
    return {"error": {"code": "internal", "message": "Something went wrong on our side. Try again."}}
