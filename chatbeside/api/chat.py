"""Messages."""

from typing import Annotated

from fastapi import Query, Response

from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, Asker, router
from chatbeside.api.shapes import MessageAnswer, MessagesAnswer, MessagesQuery, Send
from chatbeside.domain.content import new_client_id
from chatbeside.domain.errors import InvalidInput
from chatbeside.domain.wire import message_to_wire
from chatbeside.services import guard

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
    )
    if not created:
        response.status_code = 200
    return {"message": message_to_wire(message, room)}


def _check_one(room: str | None, person: str | None, *, other: str) -> None:
    if (room is None) == (person is None):
        raise InvalidInput(f"Give either room or {other}.", fields={"room": f"Give either room or {other}."})
