"""One's own account."""

from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, Asker, router
from chatbeside.api.shapes import Body, MeAnswer
from chatbeside.domain.wire import account_to_wire
from chatbeside.services import guard

routes = router(prefix="/api/auth", tag="accounts")


class AccountChange(Body):
    """What is to change; what is left out stays."""

    display_name: str | None = Field(
        None, alias="displayName", description="What others see, at most 50 characters; empty for the user name."
    )
    email: str | None = Field(None, description="Another address; needs the password.")
    password: str = Field("", description="The present password.")


class PasswordChange(Body):
    """The present password and the one to be."""

    present: str = Field(description="The present password.")
    password: str = Field(description="The new one: 8 to 128 characters, not a common one.")


@routes.patch("/me", responses=errors(409, 429))
@guard.signed_in
async def change(api: Api, asker: Asker, body: AccountChange) -> MeAnswer:
    """Change one's own name and address."""
    user = await api.own_account.change(asker, display_name=body.display_name, email=body.email, password=body.password)
    return {"user": account_to_wire(user)}


@routes.post("/password", status_code=204, responses=errors(429))
@guard.signed_in
async def change_password(api: Api, asker: Asker, body: PasswordChange) -> Response:
    """Set a new password; all other devices are logged out."""
    await api.own_account.change_password(asker, body.present, body.password)
    return Response(status_code=204)


class Leave(Body):
    """What makes sure that it is meant."""

    password: str
    code: str = Field("", max_length=40, description="A code of the second step, if that is on.")
    messages: bool = Field(False, description="Whether the asker's messages and files go too.")


@routes.post("/delete", status_code=204, responses=errors(409, 429))
@guard.signed_in
async def delete(api: Api, asker: Asker, body: Leave) -> Response:
    """Delete the asker's account for good."""
    await api.leaving.delete(asker, body.password, code=body.code, messages=body.messages)
    return Response(status_code=204)


@routes.get(
    "/export",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The archive.", "content": {"application/zip": {"schema": {"type": "string"}}}},
        **errors(429),
    },
)
@guard.signed_in
async def export(api: Api, asker: Asker) -> StreamingResponse:
    """Return everything that the asker's account holds, as a ZIP file."""
    headers = {"Content-Disposition": 'attachment; filename="chatbeside.zip"', "Cache-Control": "no-store"}
    return StreamingResponse(await api.takeout.begin(asker), media_type="application/zip", headers=headers)
