"""Invite links."""

from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, Asker, router
from chatbeside.api.shapes import InviteAnswer, InvitedAnswer, InvitesAnswer, NewInvite, RoomAnswer
from chatbeside.domain.avatars import by_invite
from chatbeside.domain.wire import invite_to_wire, public_room_to_wire
from chatbeside.services import guard

routes = router(prefix="/api", tag="invites")


@routes.post("/rooms/{room}/invites", status_code=201, responses=errors(404))
@guard.signed_in
async def create(api: Api, asker: Asker, room: str, body: NewInvite) -> InviteAnswer:
    """Make an invite into a room."""
    return {"invite": invite_to_wire(await api.invites.create(asker, room, days=body.days, uses=body.uses))}


@routes.get("/rooms/{room}/invites", responses=errors(403, 404))
@guard.signed_in
async def list_invites(api: Api, asker: Asker, room: str) -> InvitesAnswer:
    """Return the open invites of a room, for those who may invite."""
    return {"invites": [invite_to_wire(invite) for invite in await api.invites.list(asker, room)]}


@routes.delete("/rooms/{room}/invites/{code}", status_code=204, responses=errors(404))
@guard.signed_in
async def revoke(api: Api, asker: Asker, room: str, code: str) -> None:
    """End an invite."""
    await api.invites.revoke(asker, room, code)


@routes.get("/invites/{code}", responses=errors(404))
@guard.signed_in
async def look(api: Api, asker: Asker, code: str) -> InvitedAnswer:
    """Return what an invite leads to."""
    invited = await api.invites.look(asker, code)
    room = public_room_to_wire(invited.room, member_count=invited.member_count, joined=invited.joined)
    return {"room": {**room, "avatar": by_invite(invited.room.avatar, code)}}


@routes.post("/invites/{code}", responses=errors(404))
@guard.signed_in
async def accept(api: Api, asker: Asker, code: str) -> RoomAnswer:
    """Enter the room; who is in it already uses nothing up."""
    room = await api.invites.accept(asker, code)
    return {"room": await api.rooms.one(asker, room.id)}
