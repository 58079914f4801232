"""A new password for who forgot the old one."""

from fastapi import Response
from pydantic import Field
from typing_extensions import TypedDict

from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, Asker, router
from chatbeside.api.shapes import Body
from chatbeside.domain.clock import iso
from chatbeside.services import guard

routes = router(prefix="/api/auth/reset", tag="accounts")


class AskReset(Body):
    """Whose password was forgotten."""

    email: str = Field(description="The address of the account.")


class Redeem(Body):
    """The code of a link, and the password to be."""

    code: str
    password: str = Field(description="8 to 128 characters, not a common one.")


class MakeLink(Body):
    """For whom."""

    user: str = Field(description="A user id.")


class LinkAnswer(TypedDict):
    """A link, as a path of this server."""

    path: str
    expiresAt: str


@routes.post("", status_code=204, responses=errors(429))
@guard.public("who forgot the password cannot log in")
async def ask(api: Api, body: AskReset) -> Response:
    """Send a link to this address if there is an account with it; the answer is the same if there is none."""
    await api.resets.ask(body.email)
    return Response(status_code=204)


@routes.post("/password", status_code=204, responses=errors(404, 429))
@guard.public("the code, good for one use and not for long, proves who asks")
async def redeem(api: Api, body: Redeem) -> Response:
    """Set the new password; all devices are logged out."""
    await api.resets.redeem(body.code, body.password)
    return Response(status_code=204)


@routes.post("/links", status_code=201, responses=errors(404))
@guard.signed_in
async def make_link(api: Api, asker: Asker, body: MakeLink) -> LinkAnswer:
    """Make a link for somebody, as an administrator; it holds for a day."""
    path, ends = await api.resets.make_link(asker, body.user)
    return {"path": path, "expiresAt": iso(ends)}
