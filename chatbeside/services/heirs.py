"""Who can look after a room when somebody leaves it: the other people in it whose accounts are active, never a bot."""

from collections.abc import AsyncIterator

from chatbeside.domain.models import Member, Role
from chatbeside.store.interfaces import Store

_PAGE = 200


async def others_of(store: Store, leaving: Member) -> AsyncIterator[Member]:
    """Yield the members who can look after the room of ``leaving``, without that one, in no order that matters."""
    after = ""
    while members := await store.members.of_room(leaving.room_id, limit=_PAGE, after=after):
        after = members[-1].user_id
        people = await store.users.get_many(member.user_id for member in members)
        for member in members:
            person = people.get(member.user_id)
            if member.user_id != leaving.user_id and person and not person.bot and not person.deactivated_at:
                yield member


async def is_last(store: Store, leaving: Member) -> bool:
    """Return whether nobody who can look after the room is left without ``leaving``."""
    return await anext(others_of(store, leaving), None) is None


async def heir_of(store: Store, leaving: Member) -> Member | None:
    """Return who has been in a room longest, admins before members; ``None`` when no person is left."""
    return min([member async for member in others_of(store, leaving)], key=_order, default=None)


def _order(member: Member) -> tuple[int, float]:
    rank = {Role.OWNER: 0, Role.ADMIN: 1, Role.MEMBER: 2}[member.role]
    return rank, member.joined_at.timestamp()
