"""Every request has a name, is timed, and leaves one line in the log, without addresses, parameters or contents."""

import logging
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbeside.services import metrics, tracing

HEADER = "X-Request-ID"
_log = logging.getLogger(__name__)
_NOWHERE = "(no route)"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Observed:
    """ASGI middleware around the REST application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve ``scope``; tell in the header ``X-Request-ID`` under which name the log has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = tracing.begin(Headers(scope=scope).get(HEADER))
        began = time.perf_counter()
        status = 500

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = name
            await send(message)

        try:
            await self._app(scope, receive, send_named)
        finally:
            took = time.perf_counter() - began
            # The route's pattern, not the path: an address may hold the id of a room or the code of an invite.
            route = getattr(scope.get("route"), "path", _NOWHERE)
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            metrics.REQUEST_SECONDS.labels(method, route, status).observe(took)
            _log.info("%s %s %d %.1f ms", method, route, status, took * 1000)
