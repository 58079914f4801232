"""Routes that cannot be without a guard, and what endpoints are given."""

import asyncio
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message

from chatbeside.api.refused import Refused
from chatbeside.domain.errors import NotAllowed, NotSignedIn, TooMany
from chatbeside.domain.limits import LimitName
from chatbeside.services import guard, source
from chatbeside.services.container import Services
from chatbeside.services.limits import Limits, address_key
from chatbeside.services.principal import Principal
from chatbeside.services.web import REQUEST_HEADER, SESSION_COOKIE, origin_allowed, token_from_cookies

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_MOST = 256 * 1024
"""Bytes of a request's body, for routes that name no limit of their own."""
BODY_WITHIN = 60.0
"""Seconds in which such a body comes. The others, which are files, have a pace of their own."""


class GuardedRoute(APIRoute):
    """Refuses an endpoint without a mark of :mod:`chatbeside.services.guard`, and authenticates before all else.

    Nobody's body or parameters are looked at before it is known who asks. A body may have :data:`BODY_MOST` bytes
    and :data:`BODY_WITHIN` seconds, or ``max_body_size`` of the route.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.guard = guard.of(endpoint)
        # Not given to FastAPI, whose answer for it is plain text.
        self.body_most: int | None = options.pop("max_body_size", None)
        if self.guard.needs_session:
            extra = dict(options.get("openapi_extra") or {})
            options["openapi_extra"] = {**extra, "security": [{"bearer": []}, {"cookie": []}]}
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with the checks of who asks and how much before it."""
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            with source.coming_from(_source(request)):
                limits = services_of(request).limits
                if self.guard.needs_session:
                    request.state.principal = await _let_in(request, limits)
                else:
                    await limits.take(LimitName.REQUESTS, address_key(source.current().address))
                return await handler(_limited(request, self.body_most))

        return guarded


def router(*, prefix: str, tag: str) -> APIRouter:
    """Return a router whose routes are all guarded."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=GuardedRoute)


def _limited(request: Request, own: int | None) -> Request:
    """Return ``request`` with a body that breaks off when it is too large (413) or too slow (408).

    Args:
        request: What came.
        own: How many bytes the route takes, where it names a number.
    """
    most = own or BODY_MOST
    too_large = HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise too_large
    seen, whole = 0, False
    before = None if own else asyncio.get_running_loop().time() + BODY_WITHIN

    async def receive() -> Message:
        nonlocal seen, whole
        try:
            # After the body only the end of the connection can come, for which an answer may wait long.
            async with asyncio.timeout_at(None if whole else before):
                message = await request.receive()
        except TimeoutError:
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, headers={"Connection": "close"}) from None
        whole = not message.get("more_body", False)
        seen += len(message.get("body", b""))
        if seen > most:
            raise too_large
        return message

    return Request(request.scope, receive)


def _source(request: Request) -> source.Source:
    address = request.client.host if request.client else ""
    return source.Source(address, request.headers.get("user-agent", ""))


async def _let_in(request: Request, limits: Limits) -> Principal:
    refused: Refused = request.app.state.refused
    try:
        token = _token_of(request)
        refused.check(token)
        principal = await services_of(request).accounts.authenticate(token)
    except NotSignedIn:
        await limits.take(LimitName.STRANGERS, address_key(source.current().address))
        raise
    try:
        await limits.take(LimitName.REQUESTS, principal.user.id)
    except TooMany as error:
        refused.note(token, error)
        raise
    return principal


def _token_of(request: Request) -> str:
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise NotSignedIn("Log in first: send Authorization: Bearer and the token.")
        return token.strip()
    token_in_cookie = token_from_cookies(request.headers.get("cookie"))
    if token_in_cookie is None:
        raise NotSignedIn("Log in first.")
    if request.method not in SAFE_METHODS:
        check_same_site(request)
    return token_in_cookie


def check_same_site(request: Request) -> None:
    """Refuse what a page of another site could have made a browser send with our cookie (CSRF).

    Such a page can send no header of its own choice without the permission that only :class:`Settings` gives.

    Raises:
        NotAllowed: The header is missing or the origin is a foreign one.
    """
    settings = services_of(request).settings
    own = origin_allowed(request.headers.get("origin"), request.headers.get("host"), settings)
    if not own or request.headers.get(REQUEST_HEADER) != "1":
        raise NotAllowed(f"With the cookie {SESSION_COOKIE} send the header {REQUEST_HEADER}: 1 from the own page.")


def services_of(request: Request) -> Services:
    """Return the services of the app that serves ``request``."""
    services: Services = request.app.state.services
    return services


def _asker(request: Request) -> Principal:
    principal: Principal = request.state.principal
    return principal


Api = Annotated[Services, Depends(services_of)]
Asker = Annotated[Principal, Depends(_asker)]
