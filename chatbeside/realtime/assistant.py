"""What a client may ask of the assistant over its socket, beside talking to it."""

from typing import Annotated, Any

from pydantic import StringConstraints

from chatbeside.domain.wire import message_to_wire
from chatbeside.realtime.answers import Answer
from chatbeside.realtime.handlers import Handlers
from chatbeside.realtime.inbound import Id, Inbound
from chatbeside.realtime.roster import Connection
from chatbeside.services import guard
from chatbeside.services.assistant import Assistant
from chatbeside.services.assistant.elsewhere import Growing
from chatbeside.services.container import Services

_Zone = Annotated[str, StringConstraints(max_length=64)]


class Command(Inbound):
    """``assistant command``: a command typed in ``room``; ``zone`` is the time zone of the device."""

    room: Id
    text: Annotated[str, StringConstraints(max_length=100_000)]
    client_id: Id
    reply_to: Id | None = None
    zone: _Zone | None = None


class Stop(Inbound):
    """``assistant stop``: end the growing answer with this ``id``."""

    id: Id


class Again(Inbound):
    """``assistant again``: write the answer ``message`` anew."""

    message: Id


class State(Inbound):
    """``assistant state``: who answers in ``room``, and what grows there now; ``zone`` is that of the device."""

    room: Id
    zone: _Zone | None = None


class Switch(Inbound):
    """``assistant switch``: whether the assistant may read and answer in ``room``."""

    room: Id
    on: bool


class AssistantEvents:
    """The assistant's events, in the table of the others."""

    def __init__(self, services: Services, handlers: Handlers) -> None:
        self._assistant: Assistant = services.assistant
        handlers.register("assistant command", Command, self.command)
        handlers.register("assistant stop", Stop, self.stop)
        handlers.register("assistant again", Again, self.again)
        handlers.register("assistant state", State, self.state)
        handlers.register("assistant switch", Switch, self.switch)

    @guard.signed_in
    async def command(self, connection: Connection, asked: Command) -> Answer:
        """Take a command; return the message that it became, which may stand in another room."""
        message, room = await self._assistant.command(
            connection.principal,
            asked.room,
            asked.text,
            client_id=asked.client_id,
            reply_to=asked.reply_to,
            zone=asked.zone,
        )
        return {"message": message_to_wire(message, room)}

    @guard.signed_in
    async def stop(self, connection: Connection, asked: Stop) -> Answer:
        """End an answer; what there is of it comes as a message."""
        await self._assistant.stop_answer(connection.principal, asked.id)
        return {}

    @guard.signed_in
    async def again(self, connection: Connection, asked: Again) -> Answer:
        """Write an answer anew; return the ``id`` under which it grows."""
        return {"id": await self._assistant.again(connection.principal, asked.message)}

    @guard.signed_in
    async def state(self, connection: Connection, asked: State) -> Answer:
        """Return who answers here, what the asker has used this month, and the answers that grow."""
        status = await self._assistant.status(connection.principal, asked.room)
        growing = await self._assistant.growing(connection.principal, asked.room)
        await self._assistant.keep_zone(connection.principal, asked.zone)
        return {
            "provider": status.provider,
            "model": status.model,
            "outside": status.outside,
            "on": status.on,
            "member": status.member,
            "used": status.used,
            "limit": status.limit,
            "growing": [_growing(job) for job in growing],
        }

    @guard.signed_in
    async def switch(self, connection: Connection, asked: Switch) -> Answer:
        """Let the assistant read and answer in a room, or not."""
        await self._assistant.switch(connection.principal, asked.room, on=asked.on)
        return {"on": asked.on}


def _growing(seen: Growing) -> dict[str, Any]:
    return {"id": seen.id, "replyTo": seen.question_id, "asker": seen.asker_id, "text": seen.shown, "n": seen.pieces}
