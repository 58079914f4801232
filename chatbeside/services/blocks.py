"""Blocking people: no messages and no calls from them, they bring one into no room, and in shared ones they are folded.

Who is blocked is not told. Administrators do not see who has blocked whom.
"""

from collections.abc import Iterable

from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import InvalidInput, NotAllowed, NotFound
from chatbeside.domain.ids import is_id
from chatbeside.domain.models import Room, RoomKind, User
from chatbeside.domain.moderation import Block
from chatbeside.services.events import BlocksChanged, Publisher
from chatbeside.services.principal import Principal
from chatbeside.store.interfaces import Store

BLOCKS_MOST = 1000


class Blocks:
    """Who wants to hear nothing from whom."""

    def __init__(self, *, store: Store, publisher: Publisher, clock: Clock) -> None:
        self._store = store
        self._publisher = publisher
        self._clock = clock

    async def block(self, principal: Principal, user_id: str) -> None:
        """Hear nothing from somebody any more; blocking again changes nothing.

        Raises:
            NotFound: There is nobody with this id.
            InvalidInput: It is the asker, or the assistant, or the asker has blocked very many.
        """
        person = await self._store.users.get(user_id) if is_id(user_id) else None
        if person is None:
            raise NotFound("There is nobody with this id.")
        if person.id == principal.user.id:
            raise InvalidInput("You cannot block yourself.")
        if person.bot:
            raise InvalidInput("The assistant cannot be blocked. It answers only where it is asked.")
        if len(await self._store.blocks.of_user(principal.user.id)) >= BLOCKS_MOST:
            raise InvalidInput("You have blocked very many people. Unblock some first.")
        if await self._store.blocks.add(Block(principal.user.id, person.id, self._clock())):
            await self._publisher.publish(BlocksChanged(principal.user.id))

    async def unblock(self, principal: Principal, user_id: str) -> None:
        """Hear from somebody again; nothing happens when they are not blocked."""
        if is_id(user_id) and await self._store.blocks.remove(principal.user.id, user_id):
            await self._publisher.publish(BlocksChanged(principal.user.id))

    async def mine(self, principal: Principal) -> list[User]:
        """Return whom the asker has blocked, by name."""
        blocks = await self._store.blocks.of_user(principal.user.id)
        people = await self._store.users.get_many(block.blocked_id for block in blocks)
        return sorted(people.values(), key=lambda person: person.username_key)

    async def ids(self, user_id: str) -> list[str]:
        """Return the ids of whom a person has blocked."""
        return [block.blocked_id for block in await self._store.blocks.of_user(user_id)]

    async def check(self, principal: Principal, room: Room) -> None:
        """Raise :class:`NotAllowed` when the two of a direct conversation do not hear each other."""
        if room.kind is not RoomKind.DIRECT or room.pair is None:
            return
        me = principal.user.id
        others = [each for each in room.pair.split(":") if each != me]
        if not others:
            return
        if await self._store.blocks.get(others[0], me):
            raise NotAllowed("This person does not take messages or calls from you.")
        if await self._store.blocks.get(me, others[0]):
            raise NotAllowed("You have blocked this person. Unblock them in the settings to write or call.")

    async def check_bringing(self, principal: Principal, people: Iterable[User]) -> None:
        """Raise :class:`NotAllowed` when one of ``people`` does not want to hear from who brings them into a room."""
        me = principal.user.id
        names = [person.username for person in people if await self._store.blocks.get(person.id, me)]
        if names:
            raise NotAllowed(f"You cannot bring in {' and '.join(names)}. Who has an invite link can come in by it.")
