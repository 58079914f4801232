"""Commands that are typed in a conversation: a poll is sent there, everything else goes to the assistant."""

from contextlib import suppress
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chatbeside.assistant import commands
from chatbeside.domain.content import check_client_id, check_content
from chatbeside.domain.errors import InvalidInput
from chatbeside.domain.models import Message, Room, User
from chatbeside.domain.polls import poll_data
from chatbeside.services.access import Access
from chatbeside.services.messages import Messages
from chatbeside.services.principal import Principal
from chatbeside.services.rooms import Rooms
from chatbeside.settings import Settings
from chatbeside.store.interfaces import Store


class Commands:
    """Takes commands.

    Args:
        store: Where everything is kept.
        settings: Of this process.
        access: Who may come near a room.
        rooms: How direct conversations are opened.
        messages: How messages are sent.
    """

    def __init__(self, *, store: Store, settings: Settings, access: Access, rooms: Rooms, messages: Messages) -> None:
        self._store = store
        self._settings = settings
        self._access = access
        self._rooms = rooms
        self._messages = messages

    async def take(
        self,
        principal: Principal,
        assistant: User,
        room_id: str,
        text: str,
        *,
        client_id: str,
        reply_to: str | None = None,
        zone: str | None = None,
    ) -> tuple[Message, Room]:
        """Take a command that was typed in a room.

        A poll is sent there in the asker's name. Everything else concerns the asker alone: it becomes a message in
        the conversation with the assistant, which remembers what room it is about, and the answer comes there.

        Returns:
            The message that was sent, and the room where it stands.

        Raises:
            NotFound: There is no such room for the asker.
            InvalidInput: It is no command, or a poll that cannot be understood.
        """
        place = (await self._access.room(principal, room_id)).room
        check_client_id(client_id)
        text = check_content(text, most=self._settings.max_content)
        called = commands.parse(text)
        if called is None:
            raise InvalidInput("A command begins with a slash, like /help.")
        await self.keep_zone(principal, zone)
        own = await self._rooms.open_direct(principal, assistant.id)
        if isinstance(called, commands.Called) and called.command.name == "poll" and place.id != own.id:
            return await self._poll(principal, place, called.rest, client_id)
        data: dict[str, object] = {}
        if place.id != own.id:
            data["about"] = place.id
        if reply_to is not None:
            _, quoted = await self._access.message(principal, reply_to)
            data["quoted"] = quoted.id
        message, _ = await self._messages.post(own, principal.user.id, text, client_id=client_id, data=data)
        return message, own

    async def _poll(self, principal: Principal, place: Room, rest: str, client_id: str) -> tuple[Message, Room]:
        poll = commands.parse_poll(rest)
        if poll is None:
            example = next(command.example for command in commands.COMMANDS if command.name == "poll")
            raise InvalidInput(f"A poll has a question and two to nine answers, like {example}")
        message, room, _ = await self._messages.send(
            principal,
            place.id,
            commands.poll_text(poll),
            client_id=client_id,
            data=poll_data(poll.question, poll.answers, several=poll.several),
        )
        return message, room

    async def keep_zone(self, principal: Principal, zone: str | None) -> None:
        """Keep the time zone that the asker's page named, for reminders and dates."""
        if zone is None or principal.user.preferences.get("timezone") == zone:
            return
        with suppress(ZoneInfoNotFoundError, ValueError, OSError):
            ZoneInfo(zone)
            user = await self._store.users.get(principal.user.id)
            if user is not None and user.preferences.get("timezone") != zone:
                await self._store.users.update(user.id, {"preferences": {**user.preferences, "timezone": zone}})
