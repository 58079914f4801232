"""Every route says who may call it, and those for people with a session refuse everybody else."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from chatbeside.api.routing import GuardedRoute, router
from chatbeside.services import guard
from tests.api.conftest import problem

PUBLIC = {
    ("POST", "/api/auth/signup"),
    ("POST", "/api/auth/login"),
    ("POST", "/api/auth/session"),
    ("POST", "/api/auth/login/code"),
    ("GET", "/api/auth/oidc/begin"),
    ("GET", "/api/auth/oidc/callback"),
    ("POST", "/api/auth/reset"),
    ("POST", "/api/auth/reset/password"),
    ("GET", "/api/health"),
    ("GET", "/api/health/live"),
    ("GET", "/api/health/ready"),
    ("GET", "/api/metrics"),
    ("GET", "/api/openapi.json"),
    ("GET", "/api/invites/{code}/avatar"),
}
"""Whoever adds to this list says in the route why."""


def _routes(app: FastAPI) -> list[tuple[Any, str, str]]:
    found = []
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        assert isinstance(route, GuardedRoute), f"{route} came in by another way"
        found += [(route, method, context.path) for method in sorted(context.methods or ())]
    return found


def test_every_route_is_guarded_and_the_public_ones_are_known(app: FastAPI) -> None:
    routes = _routes(app)
    assert len(routes) >= 15
    assert {(method, path) for route, method, path in routes if not guard.of(route.endpoint).needs_session} == PUBLIC
    assert all(path.startswith("/api/") for _, _, path in routes)


async def test_nobody_gets_past_a_guard(app: FastAPI, client: httpx.AsyncClient) -> None:
    tried = 0
    for route, method, path in _routes(app):
        if not route.guard.needs_session:
            continue
        for headers in ({}, {"Authorization": "Bearer x"}, {"Cookie": "chatbeside_session=x", "X-Chatbeside": "1"}):
            answer = await client.request(method, path.replace("{", "").replace("}", ""), headers=headers)
            problem(answer, 401, "unauthenticated")
            tried += 1
    assert tried >= 30


def test_a_route_without_a_guard_cannot_be_registered(app: FastAPI) -> None:
    async def forgotten() -> None: ...

    with pytest.raises(guard.Unguarded, match="forgotten"):
        router(prefix="/api/test", tag="test").get("/x")(forgotten)
    with pytest.raises(guard.Unguarded, match="forgotten"):
        app.get("/api/x")(forgotten)


def test_the_document_names_the_same_routes(app: FastAPI) -> None:
    paths = app.state.document()["paths"]
    documented = {(method.upper(), path) for path, entry in paths.items() for method in entry}
    registered = {(method, path) for route, method, path in _routes(app) if isinstance(route, APIRoute)}
    assert documented == registered - {("GET", "/api/openapi.json"), ("GET", "/api/metrics")}
    for path, entry in paths.items():
        for method, operation in entry.items():
            assert ("security" in operation) is ((method.upper(), path) not in PUBLIC)
