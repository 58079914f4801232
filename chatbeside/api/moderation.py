"""Blocking people and reporting, for everybody."""

from pydantic import Field
from typing_extensions import TypedDict

from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, Asker, router
from chatbeside.api.shapes import Body
from chatbeside.domain.errors import InvalidInput
from chatbeside.domain.moderation import ReportReason
from chatbeside.domain.wire import UserWire, user_to_wire
from chatbeside.services import guard

routes = router(prefix="/api", tag="moderation")


class BlockedAnswer(TypedDict):
    """Whom the asker has blocked."""

    users: list[UserWire]


class NewReport(Body):
    """A report of either a message or a person."""

    reason: str = Field(description=f"One of {', '.join(ReportReason)}.")
    words: str = Field("", description="What there is to say about it, at most 1000 characters.")
    message: str | None = Field(None, description="A message id.")
    user: str | None = Field(None, description="A user id.")


class ReportAnswer(TypedDict):
    """The report's id."""

    report: str


@routes.get("/blocks")
@guard.signed_in
async def blocked(api: Api, asker: Asker) -> BlockedAnswer:
    """Return whom the asker has blocked, by name."""
    return {"users": [user_to_wire(user) for user in await api.blocks.mine(asker)]}


@routes.put("/blocks/{user}", status_code=204, responses=errors(404))
@guard.signed_in
async def block(api: Api, asker: Asker, user: str) -> None:
    """Hear nothing from somebody any more. They are not told."""
    await api.blocks.block(asker, user)


@routes.delete("/blocks/{user}", status_code=204)
@guard.signed_in
async def unblock(api: Api, asker: Asker, user: str) -> None:
    """Hear from somebody again."""
    await api.blocks.unblock(asker, user)


@routes.post("/reports", status_code=201, responses=errors(404, 429))
@guard.signed_in
async def report(api: Api, asker: Asker, body: NewReport) -> ReportAnswer:
    """Tell the administrators of a message, whose text is copied, or of a person."""
    try:
        reason = ReportReason(body.reason)
    except ValueError:
        raise InvalidInput("Check the reason.", fields={"reason": f"Use one of {', '.join(ReportReason)}."}) from None
    made = await api.reports.report(asker, reason=reason, words=body.words, message_id=body.message, user_id=body.user)
    return {"report": made.id}
