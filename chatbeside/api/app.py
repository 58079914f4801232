"""The FastAPI application."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from chatbeside.api import (
    account,
    admin,
    assistant,
    auth,
    avatars,
    calls,
    chat,
    files,
    group_calls,
    groups,
    health,
    invites,
    moderation,
    oidc,
    problems,
    push,
    resets,
    rooms,
    search,
    second_factor,
    sessions,
    users,
)
from chatbeside.api.headers import SecurityHeaders
from chatbeside.api.observing import Observed
from chatbeside.api.openapi import document
from chatbeside.api.refused import Refused
from chatbeside.api.routing import GuardedRoute
from chatbeside.services.container import Services

Check = Callable[[], Awaitable[None]]


def build_api(services: Services, *, checks: Mapping[str, Check] | None = None) -> FastAPI:
    """Return the REST application; every path begins with ``/api``.

    Args:
        services: What it works with. Starting and stopping them is the caller's.
        checks: Further parts whose state ``/api/health`` tells, by name; a check raises when its part does not work.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.router.route_class = GuardedRoute
    app.state.services = services
    app.state.refused = Refused()
    shared: Mapping[str, Check] = {"redis": services.bus.check} if services.bus.shared else {}
    app.state.checks = {"store": services.store.check, **shared, **(checks or {})}
    app.state.document = lambda: document(app)
    for module in (
        auth,
        moderation,
        admin,
        account,
        avatars,
        sessions,
        second_factor,
        oidc,
        resets,
        users,
        groups,
        rooms,
        invites,
        chat,
        search,
        files,
        calls,
        group_calls,
        push,
        assistant,
        health,
    ):
        app.include_router(module.routes)
    problems.install(app)
    _add_middleware(app, services)
    return app


def lay_routes(app: FastAPI) -> None:
    """Make what FastAPI otherwise makes with the first request: a tenth of a second in which nobody is served."""
    for route in app.routes:
        route.matches({"type": "http", "method": "GET", "path": "/api"})


def _add_middleware(app: FastAPI, services: Services) -> None:
    origins: Any = list(services.settings.origins)
    if origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=origins, allow_credentials=True, allow_methods=["*"], allow_headers=["*"]
        )
    app.add_middleware(SecurityHeaders, secure=services.settings.secure)
    app.add_middleware(Observed)  # the last one is the outermost
