"""The state of the server, and the OpenAPI document."""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response

from chatbeside import __version__
from chatbeside.api.routing import router
from chatbeside.api.shapes import HealthAnswer, PartState
from chatbeside.services import guard

routes = router(prefix="/api", tag="server")
_log = logging.getLogger(__name__)


@routes.get("/health", responses={503: {"description": "A part does not work.", "model": HealthAnswer}})
@guard.public("monitors have no account; it tells nothing but which parts work")
async def health(request: Request, response: Response) -> HealthAnswer:
    """Return the state of each part: 200 when all work, 503 otherwise."""
    checks: Mapping[str, Any] = request.app.state.checks
    parts: dict[str, PartState] = {}
    for name, check in checks.items():
        try:
            await check()
            parts[name] = {"state": "ok"}
        except Exception:
            _log.exception("The part %s does not work", name)
            parts[name] = {"state": "down"}
    working = all(part["state"] == "ok" for part in parts.values())
    response.status_code = 200 if working else 503
    return {"status": "ok" if working else "down", "version": __version__, "parts": parts}


@routes.get("/openapi.json", include_in_schema=False)
@guard.public("the document is the same for everybody and is in the repository")
async def openapi(request: Request) -> dict[str, Any]:
    """Return the OpenAPI document."""
    document: dict[str, Any] = request.app.state.document()
    return document
