"""The OpenAPI document, with the errors that every route of a kind can give."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from chatbeside import __version__
from chatbeside.api.problems import MEDIA_TYPE, Problem
from chatbeside.services.web import REQUEST_HEADER, SESSION_COOKIE

_DESCRIPTION = f"""Chat by REST. Live events come by Socket.IO; see docs/protocol.md.

Send `Authorization: Bearer TOKEN`, with the token that signing up or logging in gave. A browser's page uses the
cookie `{SESSION_COOKIE}`, and sends `{REQUEST_HEADER}: 1` with everything that changes something."""
_SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
}
_MEANING = {
    400: "The request cannot be read: bad JSON, or not UTF-8.",
    401: "No valid session came with the request.",
    403: "The asker may not do this, or a page of another site may have sent the request.",
    404: "There is no such thing, or the asker may not know that there is.",
    409: "It contradicts what is stored now.",
    413: "The request is too large.",
    416: "The file has no such part.",
    422: "Some values cannot be accepted; `fields` says which and why.",
    429: "Too many tries; `Retry-After` says how many seconds to wait.",
    507: "There is no room left on the server.",
    503: "The database does not answer just now; nothing was changed.",
}
Responses = dict[int | str, dict[str, Any]]


def errors(*codes: int) -> Responses:
    """Return the ``responses`` of a route for its own errors; those of its kind are added by themselves."""
    return {code: _problem(code) for code in codes}


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of ``app``; made once."""
    if not app.openapi_schema:
        schema = get_openapi(title="chatbeside", version=__version__, description=_DESCRIPTION, routes=app.routes)
        components = schema.setdefault("components", {})
        components["securitySchemes"] = _SECURITY
        schemas = components.setdefault("schemas", {})
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        schemas["Problem"] = TypeAdapter(Problem).json_schema()
        for method, operation in _operations(schema):
            _complete(method, operation)
        app.openapi_schema = schema
    return app.openapi_schema


def _operations(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in schema["paths"].values():
        yield from path.items()


def _complete(method: str, operation: dict[str, Any]) -> None:
    codes = [429, 503]
    if operation.get("security"):
        codes.append(401)
        if method not in ("get", "head"):
            codes.append(403)
    if "requestBody" in operation:
        codes += [400, 413, 422]
    if "422" in operation["responses"]:
        codes.append(422)
    for code in codes:
        if code == 503 and "503" in operation["responses"]:
            continue
        operation["responses"][str(code)] = _problem(code) | {"description": _MEANING[code]}
    operation["responses"] = dict(sorted(operation["responses"].items()))


def _problem(code: int) -> dict[str, Any]:
    return {
        "description": _MEANING.get(code, HTTPStatus(code).phrase),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
