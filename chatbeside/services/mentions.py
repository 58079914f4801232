"""From names in a text to the people of its room."""

from chatbeside.domain.mentions import called
from chatbeside.domain.permissions import Action
from chatbeside.services.access import RoomAccess
from chatbeside.services.called import nickname
from chatbeside.store.interfaces import Store

ROOM_MOST = 200
"""In a room of more members ``@room`` is only a word: a message would carry, and notify, thousands."""


class Mentions:
    """Resolves mentions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def resolve(self, place: RoomAccess, content: str) -> tuple[str, ...]:
        """Return the ids of the members whom ``content`` calls; the writer is left out.

        Args:
            place: The room, and the writer's place in it: only some may call the whole room.
            content: The text.
        """
        found: dict[str, None] = {}
        calls = called(content)
        for readings in calls.names:
            if user_id := await self._member(place.room.id, readings):
                found[user_id] = None
        if calls.room and place.allowed(Action.MENTION_ROOM):
            members = await self._store.members.of_room(place.room.id, limit=ROOM_MOST + 1)
            if len(members) <= ROOM_MOST:
                found.update((member.user_id, None) for member in members)
        found.pop(place.member.user_id, None)
        return tuple(found)

    async def _member(self, room_id: str, readings: tuple[str, ...]) -> str | None:
        for name in readings:
            user = await self._store.users.by_username(name)
            if user is not None:
                return user.id if await self._store.members.get(room_id, user.id) else None
        # Nobody's own name: perhaps what the assistant is shown as.
        other = await nickname(self._store)
        if other.key in readings and await self._store.members.get(room_id, other.user_id):
            return other.user_id
        return None
