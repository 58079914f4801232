"""The second step of a log-in."""

from typing import Any

from fastapi import Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from chatbeside.api.auth import answer, user_agent
from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, Asker, router
from chatbeside.api.shapes import Body, SignedInAnswer
from chatbeside.services import guard

routes = router(prefix="/api/auth", tag="accounts")
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The QR code.", "content": {"image/svg+xml": {"schema": {"type": "string"}}}}
}


class Code(Body):
    """A code of the app."""

    code: str = Field(max_length=40, description="Six digits.")


class LogInCode(Body):
    """The second step."""

    ticket: str = Field(description="That of the answer to the first step.")
    code: str = Field(max_length=40, description="Six digits of the app, or a recovery code.")


class Password(Body):
    """The present password."""

    password: str


class Proof(Password):
    """The present password, and a code of the second step that is on."""

    code: str = Field("", max_length=40, description="Six digits of the app, or a recovery code.")


class FactorAnswer(TypedDict):
    """How it stands."""

    on: bool
    codesLeft: int


class BeginningAnswer(TypedDict):
    """What an app needs: the secret as text, and the address that the QR code holds."""

    secret: str
    address: str


class CodesAnswer(TypedDict):
    """Recovery codes; they are told this once."""

    codes: list[str]


@routes.post("/login/code", responses=errors(401, 429))
@guard.public("the ticket shows that the first step was passed")
async def log_in_code(api: Api, request: Request, body: LogInCode) -> SignedInAnswer:
    """Go through the second step of a log-in."""
    return answer(await api.accounts.log_in_code(body.ticket, body.code, user_agent=user_agent(request)))


@routes.get("/second-factor")
@guard.signed_in
async def state(api: Api, asker: Asker) -> FactorAnswer:
    """Return whether a log-in asks for a code, and how many recovery codes are left."""
    found = await api.factors.state(asker.user.id)
    return {"on": found.on, "codesLeft": found.codes_left}


@routes.post("/second-factor", status_code=201, responses=errors(409, 429))
@guard.signed_in
async def begin(api: Api, asker: Asker, body: Password) -> BeginningAnswer:
    """Make a secret for an app; it counts once it is confirmed."""
    made = await api.factors.begin(asker, body.password)
    return {"secret": made.secret, "address": made.address}


@routes.get("/second-factor/picture", response_class=Response, responses={**errors(404), **_PICTURE})
@guard.signed_in
async def picture(api: Api, asker: Asker) -> Response:
    """Return the QR code of the secret, while it is not confirmed."""
    drawn = (await api.factors.beginning(asker)).picture()
    return Response(drawn, media_type="image/svg+xml", headers={"Cache-Control": "no-store"})


@routes.post("/second-factor/confirm", responses=errors(409, 429))
@guard.signed_in
async def confirm(api: Api, asker: Asker, body: Code) -> CodesAnswer:
    """Turn the second step on by a code of the app."""
    return {"codes": await api.factors.confirm(asker, body.code)}


@routes.post("/second-factor/codes", responses=errors(409, 429))
@guard.signed_in
async def renew_codes(api: Api, asker: Asker, body: Proof) -> CodesAnswer:
    """Make new recovery codes in place of those that are left."""
    return {"codes": await api.factors.renew_codes(asker, body.password, body.code)}


@routes.post("/second-factor/off", status_code=204, responses=errors(429))
@guard.signed_in
async def turn_off(api: Api, asker: Asker, body: Proof) -> Response:
    """Ask for no code any more."""
    await api.factors.turn_off(asker, body.password, body.code)
    return Response(status_code=204)
