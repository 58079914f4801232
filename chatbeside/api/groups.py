"""Group rooms."""

from typing import Annotated

from fastapi import Query

from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, Asker, router
from chatbeside.api.shapes import (
    NewMember,
    NewRoom,
    OwnSettings,
    PublicRoomsAnswer,
    PublicRoomsQuery,
    RoleChange,
    RoomAnswer,
    RoomChange,
)
from chatbeside.domain.errors import InvalidInput
from chatbeside.domain.models import Role
from chatbeside.services import guard

routes = router(prefix="/api/rooms", tag="rooms")


@routes.post("", status_code=201, responses=errors(429))
@guard.signed_in
async def create(api: Api, asker: Asker, body: NewRoom) -> RoomAnswer:
    """Make a room; the asker owns it."""
    room = await api.groups.create(asker, body.name, public=body.public, topic=body.topic, members=body.members)
    return {"room": await api.rooms.one(asker, room.id)}


@routes.get("/public")
@guard.signed_in
async def browse(api: Api, asker: Asker, query: Annotated[PublicRoomsQuery, Query()]) -> PublicRoomsAnswer:
    """Return public rooms whose name begins with ``query``, by name."""
    found = await api.groups.browse(
        asker, query=query.query, limit=query.limit, after=query.after, after_id=query.after_id
    )
    return {"rooms": found}


@routes.patch("/{room}", responses=errors(404))
@guard.signed_in
async def update(api: Api, asker: Asker, room: str, body: RoomChange) -> RoomAnswer:
    """Rename a room, set its topic, make it public or private, archive it or bring it back."""
    await api.groups.update(asker, room, name=body.name, topic=body.topic, public=body.public, archived=body.archived)
    return {"room": await api.rooms.one(asker, room)}


@routes.patch("/{room}/settings", responses=errors(404))
@guard.signed_in
async def set_own(api: Api, asker: Asker, room: str, body: OwnSettings) -> RoomAnswer:
    """Change what the room is to the asker alone: pinned, muted, what to be notified of."""
    await api.groups.set_own(asker, room, pinned=body.pinned, muted=body.muted, notify=body.notify)
    return {"room": await api.rooms.one(asker, room)}


@routes.post("/{room}/join", responses=errors(404))
@guard.signed_in
async def join(api: Api, asker: Asker, room: str) -> RoomAnswer:
    """Enter a public room; being in it already changes nothing."""
    await api.groups.join(asker, room)
    return {"room": await api.rooms.one(asker, room)}


@routes.post("/{room}/leave", status_code=204, responses=errors(404, 409))
@guard.signed_in
async def leave(api: Api, asker: Asker, room: str) -> None:
    """Leave a room. An owner hands it over first; the last one to leave archives it."""
    await api.groups.leave(asker, room)


@routes.post("/{room}/members", status_code=204, responses=errors(404))
@guard.signed_in
async def add_member(api: Api, asker: Asker, room: str, body: NewMember) -> None:
    """Bring somebody in; being in it already changes nothing."""
    await api.groups.add_member(asker, room, body.user, _role(body.role))


@routes.patch("/{room}/members/{user}", status_code=204, responses=errors(404))
@guard.signed_in
async def set_role(api: Api, asker: Asker, room: str, user: str, body: RoleChange) -> None:
    """Make a member an admin or an admin a member, or hand the room over."""
    await api.groups.set_role(asker, room, user, _role(body.role))


@routes.delete("/{room}/members/{user}", status_code=204, responses=errors(404))
@guard.signed_in
async def remove_member(api: Api, asker: Asker, room: str, user: str) -> None:
    """Put a member of a lower role out."""
    await api.groups.remove_member(asker, room, user)


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError:
        raise InvalidInput("Check the role.", fields={"role": "Use member, admin or owner."}) from None
