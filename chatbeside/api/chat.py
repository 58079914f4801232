"""Messages."""

from typing import Annotated

from fastapi import Query, Response

from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, Asker, router
from chatbeside.api.shapes import Edit, MessageAnswer, MessagesAnswer, MessagesQuery, Send
from chatbeside.domain.content import new_client_id
from chatbeside.domain.errors import InvalidInput
from chatbeside.domain.wire import message_to_wire
from chatbeside.services import guard
from chatbeside.services.changes import Changed

routes = router(prefix="/api/chat", tag="messages")


@routes.get("/messages", responses=errors(404))
@guard.signed_in
async def messages(api: Api, asker: Asker, query: Annotated[MessagesQuery, Query()]) -> MessagesAnswer:
    """Return messages of a room, or of the conversation with a person, by rising ``seq``; by default the newest."""
    _check_one(query.room, query.with_, other="with")
    room_id = query.room
    if query.with_ is not None:
        person = await api.people.find(asker, query.with_)
        room = await api.rooms.find_direct(asker, person.id)
        if room is None:
            return {"messages": [], "hasMore": False}
        room_id = room.id
    page = await api.messages.page(asker, room_id or "", before=query.before, after=query.after, limit=query.limit)
    return {"messages": [message_to_wire(message, page.room) for message in page.messages], "hasMore": page.has_more}


@routes.post(
    "/send",
    status_code=201,
    responses={**errors(404), 200: {"description": "It was sent before: the stored message.", "model": MessageAnswer}},
)
@guard.signed_in
async def send(api: Api, asker: Asker, body: Send, response: Response) -> MessageAnswer:
    """Send a message to a room, or to a person. The same ``clientId`` again gives the stored message with 200."""
    _check_one(body.room, body.receiver, other="receiver")
    room_id = body.room
    if body.receiver is not None:
        person = await api.people.find(asker, body.receiver)
        room_id = (await api.rooms.open_direct(asker, person.id)).id
    message, room, created = await api.messages.send(
        asker,
        room_id or "",
        body.content,
        client_id=new_client_id() if body.client_id is None else body.client_id,
        kind=body.message_type,
        reply_to=body.reply_to,
        attachments=body.attachments,
    )
    if not created:
        response.status_code = 200
    return {"message": message_to_wire(message, room)}


@routes.get("/messages/{message}", responses=errors(404))
@guard.signed_in
async def one(api: Api, asker: Asker, message: str) -> MessageAnswer:
    """Return one message."""
    place, found = await api.access.message(asker, message)
    return _answer((found, place.room))


@routes.patch("/messages/{message}", responses=errors(403, 404, 409))
@guard.signed_in
async def edit(api: Api, asker: Asker, message: str, body: Edit) -> MessageAnswer:
    """Replace the text of one's own message."""
    return _answer(await api.changes.edit(asker, message, body.content))


@routes.delete("/messages/{message}", responses=errors(403, 404, 409))
@guard.signed_in
async def delete(api: Api, asker: Asker, message: str) -> MessageAnswer:
    """Delete one's own message, or another's as an administrator of the room. Its place remains, empty."""
    return _answer(await api.changes.delete(asker, message))


@routes.put("/messages/{message}/reactions/{emoji}", responses=errors(403, 404, 409, 422))
@guard.signed_in
async def react(api: Api, asker: Asker, message: str, emoji: str) -> MessageAnswer:
    """React with an emoji (percent-encoded UTF-8)."""
    return _answer(await api.changes.react(asker, message, emoji, on=True))


@routes.delete("/messages/{message}/reactions/{emoji}", responses=errors(403, 404, 409, 422))
@guard.signed_in
async def take_back(api: Api, asker: Asker, message: str, emoji: str) -> MessageAnswer:
    """Take one's own reaction back."""
    return _answer(await api.changes.react(asker, message, emoji, on=False))


@routes.put("/messages/{message}/closed", responses=errors(403, 404, 409))
@guard.signed_in
async def close_poll(api: Api, asker: Asker, message: str) -> MessageAnswer:
    """Close a poll, one's own or as an administrator of the room."""
    return _answer(await api.changes.close_poll(asker, message))


@routes.put("/messages/{message}/pin", responses=errors(403, 404, 409))
@guard.signed_in
async def pin(api: Api, asker: Asker, message: str) -> MessageAnswer:
    """Pin a message to its room."""
    return _answer(await api.changes.pin(asker, message, on=True))


@routes.delete("/messages/{message}/pin", responses=errors(403, 404, 409))
@guard.signed_in
async def unpin(api: Api, asker: Asker, message: str) -> MessageAnswer:
    """Take the pin out of a message."""
    return _answer(await api.changes.pin(asker, message, on=False))


def _answer(changed: Changed) -> MessageAnswer:
    message, room = changed
    return {"message": message_to_wire(message, room)}


def _check_one(room: str | None, person: str | None, *, other: str) -> None:
    if (room is None) == (person is None):
        raise InvalidInput(f"Give either room or {other}.", fields={"room": f"Give either room or {other}."})
