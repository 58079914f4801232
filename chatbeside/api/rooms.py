"""Conversations."""

from typing import Annotated

from fastapi import Query, Response

from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, Asker, router
from chatbeside.api.shapes import (
    MembersAnswer,
    MembersQuery,
    PinsAnswer,
    Pointers,
    ReceiptAnswer,
    RoomAnswer,
    RoomsAnswer,
)
from chatbeside.domain.wire import message_to_wire, receipt_to_wire
from chatbeside.services import guard, long_json

routes = router(prefix="/api/rooms", tag="rooms")


@routes.get("", response_model=RoomsAnswer)
@guard.signed_in
async def list_rooms(api: Api, asker: Asker) -> Response:
    """Return the asker's rooms: pinned ones first, then by last activity."""
    # There may be thousands, so this is encoded here: FastAPI would check and encode them in one go.
    answer: RoomsAnswer = {"rooms": await api.rooms.list(asker)}
    return Response(await long_json.encode(answer), media_type="application/json")


@routes.get("/{room}", responses=errors(404))
@guard.signed_in
async def one(api: Api, asker: Asker, room: str) -> RoomAnswer:
    """Return one of the asker's rooms."""
    return {"room": await api.rooms.one(asker, room)}


@routes.get("/{room}/members", responses=errors(404))
@guard.signed_in
async def members(api: Api, asker: Asker, room: str, query: Annotated[MembersQuery, Query()]) -> MembersAnswer:
    """Return the members of a room, up to 1000 in one answer."""
    return {"members": await api.rooms.members(asker, room, after=query.after)}


@routes.get("/{room}/pins", responses=errors(404))
@guard.signed_in
async def pins(api: Api, asker: Asker, room: str) -> PinsAnswer:
    """Return the pinned messages of a room, the one pinned last first, at most 100."""
    found, place = await api.changes.pinned(asker, room)
    return {"messages": [message_to_wire(message, place) for message in found]}


@routes.post("/{room}/read", responses=errors(404))
@guard.signed_in
async def read(api: Api, asker: Asker, room: str, body: Pointers) -> ReceiptAnswer:
    """Raise the asker's pointers. They never fall, and never pass the newest message."""
    receipt = await api.receipts.advance(asker, room, read=body.read_seq, delivered=body.delivered_seq)
    return {"receipt": receipt_to_wire(receipt)}
