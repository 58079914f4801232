"""Errors as ``application/problem+json`` (RFC 9457), made in this one place."""

import logging
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import NotRequired

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from typing_extensions import TypedDict

from chatbeside.api.headers import ALWAYS, UNLESS_SET
from chatbeside.domain.errors import (
    ChatError,
    CodeNeeded,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    StorageFull,
    TooLarge,
    TooMany,
    Unavailable,
)
from chatbeside.store.interfaces import StoreUnavailable

MEDIA_TYPE = "application/problem+json"
_RETRY_AFTER = 5
_STATUS: Mapping[type[ChatError], HTTPStatus] = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    NotAllowed: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    StorageFull: HTTPStatus.INSUFFICIENT_STORAGE,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
_CODES = {status: error.code for error, status in _STATUS.items()} | {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_TIMEOUT: "bad_request",
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: "bad_range",
}
_DETAILS = {
    HTTPStatus.BAD_REQUEST: "The request cannot be read. Send valid JSON in UTF-8.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method.",
    HTTPStatus.REQUEST_TIMEOUT: "The request did not come within a minute. Try again.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request is too large.",
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: "The file has no such part.",
}
_FIELD_PROBLEMS = {
    "missing": "This is needed.",
    "extra_forbidden": "There is no such field.",
    "model_attributes_type": "Send a JSON object, with Content-Type: application/json.",
}

_log = logging.getLogger(__name__)


class Problem(TypedDict):
    """What went wrong. ``code`` is stable; ``detail`` is for a person; ``fields`` says it field by field.

    ``ticket`` goes on to the second step of a log-in.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    fields: NotRequired[dict[str, str]]
    ticket: NotRequired[str]


def install(app: FastAPI) -> None:
    """Make ``app`` answer every error as a problem."""
    app.exception_handler(ChatError)(_chat_error)
    app.exception_handler(StoreUnavailable)(_store_unavailable)
    app.exception_handler(RequestValidationError)(_request_invalid)
    app.exception_handler(HTTPException)(_http_error)
    app.exception_handler(Exception)(_unexpected)


def _problem(
    status: HTTPStatus,
    detail: str,
    *,
    code: str | None = None,
    fields: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    ticket: str | None = None,
) -> Response:
    body: Problem = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
        "code": code or _CODES.get(status, "error"),
    }
    if fields:
        body["fields"] = dict(fields)
    if ticket:
        body["ticket"] = ticket
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


async def _chat_error(_request: Request, error: ChatError) -> Response:
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), HTTPStatus.BAD_REQUEST)
    headers = {}
    if isinstance(error, NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    ticket = error.ticket if isinstance(error, CodeNeeded) else None
    return _problem(status, error.message, code=error.code, fields=error.fields, headers=headers, ticket=ticket)


async def _store_unavailable(_request: Request, _error: StoreUnavailable) -> Response:
    return _problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The database does not answer just now. Nothing was changed; try again in a moment.",
        code=Unavailable.code,
        headers={"Retry-After": str(_RETRY_AFTER)},
    )


async def _request_invalid(_request: Request, error: RequestValidationError) -> Response:
    fields: dict[str, str] = {}
    for problem in error.errors():
        if problem["type"] == "json_invalid":
            return _problem(HTTPStatus.BAD_REQUEST, _DETAILS[HTTPStatus.BAD_REQUEST])
        place = ".".join(str(part) for part in problem["loc"][1:]) or str(problem["loc"][0])
        fields.setdefault(place, _FIELD_PROBLEMS.get(problem["type"], f"{problem['msg'].removesuffix('.')}."))
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "Check what is named in fields.", fields=fields)


async def _http_error(_request: Request, error: HTTPException) -> Response:
    status = HTTPStatus(error.status_code)
    return _problem(status, _DETAILS.get(status, status.description or status.phrase), headers=error.headers)


async def _unexpected(request: Request, error: Exception) -> Response:
    # Not the path: it may hold the code of an invite.
    route = getattr(request.scope.get("route"), "path", "(no route)")
    _log.error("%s %s failed", request.method, route, exc_info=error)
    return _problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong here. It is in the server's log.",
        code="internal",
        headers={**ALWAYS, **UNLESS_SET},  # made outside of the middleware that sets them
    )
