"""The state of the server, its numbers, and the OpenAPI document."""

import asyncio
import hmac
import logging
from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response

from chatbeside import __version__
from chatbeside.api.routing import Api, router
from chatbeside.api.shapes import HealthAnswer, LiveAnswer, PartState
from chatbeside.domain.errors import NotFound, NotSignedIn
from chatbeside.services import guard, metrics

routes = router(prefix="/api", tag="server")
_PATIENCE = 5.0
"""Seconds that a part has to answer."""
_log = logging.getLogger(__name__)


@routes.get("/health", responses={503: {"description": "A part does not work.", "model": HealthAnswer}})
@guard.public("monitors have no account; it tells nothing but which parts work")
async def health(request: Request, response: Response) -> HealthAnswer:
    """Return the state of each part: 503 when one does not work without which nothing goes."""
    return await _state(request, response)


@routes.get("/health/ready", responses={503: {"description": "Send people elsewhere.", "model": HealthAnswer}})
@guard.public("monitors have no account; it tells nothing but which parts work")
async def ready(request: Request, response: Response) -> HealthAnswer:
    """Say whether people should be sent here. The same as ``/api/health``, under the name that balancers ask for."""
    return await _state(request, response)


@routes.get("/health/live")
@guard.public("monitors have no account; it tells that the process answers")
async def live() -> LiveAnswer:
    """Say that the process answers. When this fails it is time to start it again."""
    return {"status": "ok", "version": __version__}


@routes.get("/metrics", include_in_schema=False)
@guard.public("Prometheus has no account; it shows the token of the setting CHATBESIDE_METRICS_TOKEN")
async def read_metrics(request: Request, api: Api) -> Response:
    """Return counters and timings in Prometheus' text format. There is nothing here unless a token is set."""
    wanted = api.settings.metrics_token
    if wanted is None:
        raise NotFound("There is nothing at this address.")
    shown = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(shown.encode(), wanted.get_secret_value().encode()):
        raise NotSignedIn("Send Authorization: Bearer and the token of CHATBESIDE_METRICS_TOKEN.")
    return Response(await asyncio.to_thread(metrics.exposition), media_type=metrics.CONTENT_TYPE)


async def _state(request: Request, response: Response) -> HealthAnswer:
    checks: Mapping[str, Any] = request.app.state.checks
    names = list(checks)
    states = await asyncio.gather(*(_part(name, checks[name]) for name in names))
    broken = {name for name, state in zip(names, states, strict=True) if state["state"] != "ok"}
    # Without Redis each worker goes on by itself: no reason to send nobody here.
    down = bool(broken - {"redis"})
    response.status_code = 503 if down else 200
    return {
        "status": "down" if down else "degraded" if broken else "ok",
        "version": __version__,
        "parts": dict(zip(names, states, strict=True)),
    }


async def _part(name: str, check: Any) -> PartState:
    try:
        async with asyncio.timeout(_PATIENCE):
            await check()
    except Exception:
        _log.exception("The part %s does not work", name)
        return {"state": "down"}
    return {"state": "ok"}


@routes.get("/openapi.json", include_in_schema=False)
@guard.public("the document is the same for everybody and is in the repository")
async def openapi(request: Request) -> dict[str, Any]:
    """Return the OpenAPI document."""
    document: dict[str, Any] = request.app.state.document()
    return document
