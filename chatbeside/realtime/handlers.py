"""What a client may ask for. Every handler says who may call it; see :mod:`chatbeside.services.guard`."""

import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from chatbeside.domain.errors import ChatError, InvalidInput
from chatbeside.domain.models import Message
from chatbeside.domain.wire import UserWire, message_to_wire, receipt_to_wire, user_to_wire
from chatbeside.realtime import inbound
from chatbeside.realtime.answers import Answer, failure, refusal
from chatbeside.realtime.everywhere import Everywhere
from chatbeside.realtime.presence_shared import SharedPresence
from chatbeside.realtime.roster import Connection, Roster, room_channel
from chatbeside.services import guard, metrics, source, tracing
from chatbeside.services.container import Services
from chatbeside.services.permalinks import around

TYPING_LEASE = 6_000
"""Milliseconds for which "is typing" holds unless it is said again."""
TYPING_PAUSE = 1.0
"""Seconds within which the same news of the same room is not told again."""

Run = Callable[[Connection, Any], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Entry:
    """An event that is understood: the model of its contents and what is done with it."""

    model: type[inbound.Inbound]
    run: Run


class Handlers:
    """The table of events, and the way from an event to its answer."""

    def __init__(
        self,
        services: Services,
        everywhere: Everywhere,
        roster: Roster,
        presence: SharedPresence,
        tell_presence: Callable[[str, str], None],
    ) -> None:
        self._services = services
        self._everywhere = everywhere
        self._roster = roster
        self._presence = presence
        self._tell_presence = tell_presence
        self.entries: dict[str, Entry] = {}
        self.register("join room", inbound.JoinRoom, self.join_room)
        self.register("history", inbound.History, self.history)
        self.register("chat message", inbound.ChatMessage, self.chat_message)
        self.register("read", inbound.Read, self.read)
        self.register("delivered", inbound.Delivered, self.delivered)
        self.register("typing", inbound.Typing, self.typing)
        self.register("presence", inbound.PresenceState, self.presence)
        self.register("people", inbound.People, self.people)

    def register(self, event: str, model: type[inbound.Inbound], run: Run) -> None:
        """Understand ``event`` from now on. Raises :class:`guard.Unguarded` when ``run`` has no mark."""
        guard.of(run)
        self.entries[event] = Entry(model, run)

    async def dispatch(self, sid: str, event: str, arguments: list[Any]) -> Answer:
        """Do what ``event`` asks and return the acknowledgement; never raises for a client's mistake."""
        connection = self._roster.get(sid)
        if connection is None:
            return {"error": {"code": "unauthenticated", "message": "Connect first."}}
        tracing.begin()
        entry = self.entries.get(event)
        try:
            if entry is None:
                raise InvalidInput("There is no such event.")
            if len(arguments) != 1:
                raise InvalidInput("This event takes one object.")
            with metrics.timed_event(event), source.coming_from(connection.source):
                return await entry.run(connection, entry.model.model_validate(arguments[0]))
        except ValidationError as error:
            return refusal(inbound.invalid(error))
        except ChatError as error:
            return refusal(error)
        except Exception as error:
            return failure(event if entry else "unknown event", error)

    @guard.signed_in
    async def join_room(self, connection: Connection, asked: inbound.JoinRoom) -> Answer:
        """Return the newest page, or what changed after the client's ``rev``."""
        principal, services = connection.principal, self._services
        joined = await services.messages.join(principal, asked.room, after_rev=asked.after)
        return {
            "room": await services.rooms.one(principal, asked.room),
            "messages": [message_to_wire(message, joined.room) for message in joined.messages],
            "people": await self._senders(joined.messages),
            "rev": joined.rev,
            "hasMore": joined.has_more,
            "complete": joined.complete,
        }

    @guard.signed_in
    async def history(self, connection: Connection, asked: inbound.History) -> Answer:
        """Return a page of messages."""
        if asked.around is not None:
            return await self._around(connection, asked, asked.around)
        page = await self._services.messages.page(
            connection.principal, asked.room, before=asked.before, after=asked.after, limit=asked.limit
        )
        return {
            "messages": [message_to_wire(message, page.room) for message in page.messages],
            "people": await self._senders(page.messages),
            "hasMore": page.has_more,
        }

    async def _around(self, connection: Connection, asked: inbound.History, message_id: str) -> Answer:
        services = self._services
        if asked.before is not None or asked.after is not None:
            raise InvalidInput("Check the page.", fields={"around": "Use either around, before or after."})
        found = await around(
            services.store,
            services.access,
            connection.principal,
            asked.room,
            message_id,
            limit=asked.limit,
            most=services.settings.page_limit,
        )
        return {
            "messages": [message_to_wire(message, found.room) for message in found.messages],
            "people": await self._senders(found.messages),
            "hasMore": found.has_more,
            "hasNewer": found.has_newer,
        }

    @guard.signed_in
    async def chat_message(self, connection: Connection, asked: inbound.ChatMessage) -> Answer:
        """Store a message. It is on disk before this answers."""
        message, room, _ = await self._services.messages.send(
            connection.principal,
            asked.room,
            asked.content,
            client_id=asked.client_id,
            kind=asked.message_type,
            reply_to=asked.reply_to,
            attachments=asked.attachments,
        )
        connection.typing.pop(asked.room, None)
        return {"message": message_to_wire(message, room)}

    @guard.signed_in
    async def read(self, connection: Connection, asked: inbound.Read) -> Answer:
        """Raise the read pointer."""
        advance = self._services.receipts.advance
        receipt = await advance(connection.principal, asked.room, read=asked.seq, socket=connection.sid)
        return {"receipt": receipt_to_wire(receipt)}

    @guard.signed_in
    async def delivered(self, connection: Connection, asked: inbound.Delivered) -> Answer:
        """Raise the delivery pointer."""
        advance = self._services.receipts.advance
        receipt = await advance(connection.principal, asked.room, delivered=asked.seq, socket=connection.sid)
        return {"receipt": receipt_to_wire(receipt)}

    @guard.signed_in
    async def typing(self, connection: Connection, asked: inbound.Typing) -> Answer:
        """Tell the others in the room that somebody types; never stored."""
        user_id, now = connection.principal.user.id, time.monotonic()
        said = connection.typing.get(asked.room)
        if (asked.on and said is not None and now - said < TYPING_PAUSE) or (not asked.on and said is None):
            return {}
        await self._services.access.room(connection.principal, asked.room)
        if asked.on:
            if len(connection.typing) >= 32:
                connection.typing.clear()
            connection.typing[asked.room] = now
        else:
            del connection.typing[asked.room]
        news = {"room": asked.room, "user": user_id, "on": asked.on, "until": TYPING_LEASE if asked.on else 0}
        self._everywhere.emit("typing", news, to=room_channel(asked.room), skip_user=user_id)
        return {}

    @guard.signed_in
    async def presence(self, connection: Connection, asked: inbound.PresenceState) -> Answer:
        """Note whether somebody is at this device."""
        user_id = connection.principal.user.id
        changed = self._presence.claim(user_id, connection.sid, asked.state)
        if changed:
            self._tell_presence(user_id, changed)
        return {}

    @guard.signed_in
    async def people(self, connection: Connection, asked: inbound.People) -> Answer:
        """Return public faces, for names of senders that the client does not know."""
        found = await self._services.store.users.get_many(asked.users)
        return {"people": [user_to_wire(user) for user in found.values()]}

    async def _senders(self, messages: Iterable[Message]) -> list[UserWire]:
        found = await self._services.store.users.get_many({message.sender_id for message in messages})
        return [user_to_wire(user) for user in found.values()]
