"""Logging in through another provider: two addresses that a browser visits on its way there and back."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request
from fastapi.responses import RedirectResponse
from pydantic import Field

from chatbeside.api.auth import keep_session, user_agent
from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, router
from chatbeside.api.shapes import Parameters
from chatbeside.domain.errors import ChatError, CodeNeeded
from chatbeside.services import guard
from chatbeside.services.oidc import FLOW_SECONDS, LinkNeeded
from chatbeside.services.web import LINK_COOKIE, STEP_COOKIE, own_path

routes = router(prefix="/api/auth/oidc", tag="accounts")
_FLOW_COOKIE = "chatbeside_oidc"
_DOOR = "/login"
_SEE_OTHER = 303


class BeginQuery(Parameters):
    """Where to go afterwards."""

    next: str = Field("/", max_length=2000, description="A path of this site.")


class CallbackQuery(Parameters):
    """What the provider hands back (RFC 6749, 4.1.2); whatever else it adds is left alone."""

    model_config = {"extra": "ignore"}

    code: str = Field("", max_length=4000)
    state: str = Field("", max_length=200)


@routes.get("/begin", status_code=_SEE_OTHER, response_class=RedirectResponse, responses=errors(404))
@guard.public("logging in is how people come in")
async def begin(api: Api, query: Annotated[BeginQuery, Query()]) -> RedirectResponse:
    """Send the browser to the provider."""
    departure = await api.oidc.begin(own_path(query.next))
    answer = RedirectResponse(departure.address, _SEE_OTHER)
    _keep(api, answer, _FLOW_COOKIE, departure.flow, path=routes.prefix)
    return answer


@routes.get("/callback", status_code=_SEE_OTHER, response_class=RedirectResponse)
@guard.public("the provider sends people back here; the cookie shows that this browser began it")
async def callback(api: Api, request: Request, query: Annotated[CallbackQuery, Query()]) -> RedirectResponse:
    """Take the browser back, with a session or with a word about what is missing; never with an error page."""
    flow = request.cookies.get(_FLOW_COOKIE, "")
    try:
        signed_in, next_page = await api.oidc.finish(flow, query.state, query.code, user_agent=user_agent(request))
    except CodeNeeded as needed:
        answer = _to_door("code")
        _keep(api, answer, STEP_COOKIE, needed.ticket)
    except LinkNeeded as needed:
        answer = _to_door("link")
        _keep(api, answer, LINK_COOKIE, needed.ticket)
    except ChatError as error:
        answer = _to_door(error.code)
    else:
        answer = RedirectResponse(next_page, _SEE_OTHER)
        keep_session(api, answer, signed_in.token)
    answer.delete_cookie(_FLOW_COOKIE, path=routes.prefix, httponly=True, samesite="lax", secure=api.settings.secure)
    return answer


def _to_door(what: str) -> RedirectResponse:
    return RedirectResponse(f"{_DOOR}?{urlencode({'oidc': what})}", _SEE_OTHER)


def _keep(api: Api, answer: RedirectResponse, name: str, value: str, *, path: str = "/") -> None:
    answer.set_cookie(
        name, value, max_age=FLOW_SECONDS, path=path, httponly=True, samesite="lax", secure=api.settings.secure
    )
