"""Calls of rooms."""

from typing import Literal

from pydantic import Field
from typing_extensions import TypedDict

from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, Asker, router
from chatbeside.api.shapes import Body
from chatbeside.domain.calls import CallKind
from chatbeside.domain.group_calls import GroupCallWire, group_call_to_wire
from chatbeside.services import guard

routes = router(prefix="/api/rooms", tag="calls")


class JoinGroup(Body):
    """How to come into the call of a room."""

    kind: Literal["audio", "video"] = Field("audio", description="How a new call is called.")
    camera: bool = Field(False, description="Whether you want to be seen.")
    muted: bool = Field(False, description="Whether you come muted.")
    device: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="Names the page or program that is in the call; by default the session.",
    )


class RoomCallAnswer(TypedDict):
    """The call of a room, if there is one."""

    call: GroupCallWire | None


class JoinAnswer(TypedDict):
    """The call, and words for the asker when something was not possible."""

    call: GroupCallWire
    words: str


@routes.get("/{room}/call", responses=errors(404))
@guard.signed_in
async def of_room(api: Api, asker: Asker, room: str) -> RoomCallAnswer:
    """Return the call that goes on in a room, or null."""
    call = await api.group_calls.of_room(asker, room)
    return {"call": group_call_to_wire(call) if call else None}


@routes.post("/{room}/call", responses=errors(404, 409, 429))
@guard.signed_in
async def join(api: Api, asker: Asker, room: str, body: JoinGroup) -> JoinAnswer:
    """Come into the call of a room, begun when there is none. Offer media by socket within 20 s."""
    call, words = await api.group_calls.join(
        asker,
        room,
        kind=CallKind(body.kind),
        device=body.device or f"session-{asker.session.id}",
        camera=body.camera,
        muted=body.muted,
    )
    return {"call": group_call_to_wire(call), "words": words}


@routes.delete("/{room}/call", status_code=204, responses=errors(404))
@guard.signed_in
async def leave(api: Api, asker: Asker, room: str) -> None:
    """Leave the call of a room, whatever device you are in with; nothing happens when you are not."""
    call = await api.group_calls.of_room(asker, room)
    if call is not None:
        await api.group_calls.leave(asker, call.id)
