"""Conversations as their members see them."""

from collections.abc import Iterable, Mapping, Sequence

from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import NotFound, Unavailable
from chatbeside.domain.ids import is_id, new_id, pair_key
from chatbeside.domain.models import Member, Receipt, Role, Room, RoomHead, RoomKind, User
from chatbeside.domain.wire import MemberWire, RoomWire, member_to_wire, room_to_wire
from chatbeside.services.access import Access
from chatbeside.services.events import Publisher, RoomChanged
from chatbeside.services.principal import Principal
from chatbeside.services.receipts import SHARED_MOST
from chatbeside.store.interfaces import Store, Taken
from chatbeside.store.turns import in_turns

UNREAD_MOST = 100
"""Unread messages are counted up to here; a client shows "99+"."""
MEMBERS_MOST = 1000
SORTED_MOST = 200
"""In a room of more members than this, those who do not lead it are not sorted by name."""
_RANKS = {Role.OWNER: 0, Role.ADMIN: 1, Role.MEMBER: 2}


class Rooms:
    """Direct conversations, and every room's face for one member."""

    def __init__(self, store: Store, access: Access, publisher: Publisher, clock: Clock) -> None:
        self._store = store
        self._access = access
        self._publisher = publisher
        self._clock = clock

    async def open_direct(self, principal: Principal, user_id: str) -> Room:
        """Return the conversation of the asker with ``user_id``, made on first use; with oneself it holds notes.

        The other person hears of it with the first message.

        Raises:
            NotFound: There is nobody with this id, or the account is closed.
        """
        me = principal.user.id
        other = await self._store.users.get(user_id) if is_id(user_id) else None
        pair = pair_key(me, user_id)
        room = await self._store.rooms.by_pair(pair)
        if other is None or (room is None and other.deactivated_at):
            raise NotFound("There is nobody with this id.")
        if room is None:
            room = await self._make_direct(pair, me)
        # Room and members are stored one after the other; whoever comes later completes what a crash left half done.
        for person in dict.fromkeys((me, user_id)):
            if await self._store.members.get(room.id, person) is None:
                member = Member(room.id, person, Role.MEMBER, self._clock())
                await self._store.members.add(member)
        # Also when the other one made it: the asker's devices hear what happens in it from now on.
        await self._publisher.publish(RoomChanged(room, added=(me,)))
        return room

    async def find_direct(self, principal: Principal, user_id: str) -> Room | None:
        """Return the conversation of the asker with ``user_id`` if there is one; unlike opening it, this makes none."""
        room = await self._store.rooms.by_pair(pair_key(principal.user.id, user_id))
        return room if room and await self._store.members.get(room.id, principal.user.id) else None

    async def one(self, principal: Principal, room_id: str) -> RoomWire:
        """Return one room as the asker sees it. Raises :class:`NotFound`."""
        access = await self._access.room(principal, room_id)
        heads = await self._store.messages.heads([room_id])
        pointer = await self._store.receipts.get(room_id, principal.user.id)
        # Who has read nothing yet has no pointer, here as in the list.
        own = {room_id: pointer} if pointer.read_seq or pointer.delivered_seq else {}
        return (await self._wires(principal.user, [(access.room, access.member)], heads, own))[0]

    async def members(
        self, principal: Principal, room_id: str, *, limit: int = MEMBERS_MOST, after: str = ""
    ) -> list[MemberWire]:
        """Return the members of a room, by user id.

        Args:
            principal: Who asks.
            room_id: The room.
            limit: The most members to return, up to :data:`MEMBERS_MOST`.
            after: The user id of the last one of the page before.

        Raises:
            NotFound: There is no such room for the asker.
        """
        await self._access.room(principal, room_id)
        found = await self._store.members.of_room(room_id, limit=min(limit, MEMBERS_MOST), after=after)
        users = await self._store.users.get_many(member.user_id for member in found)
        return await in_turns(
            lambda member: member_to_wire(member, users[member.user_id]),
            (member for member in found if member.user_id in users),
        )

    async def people(self, principal: Principal, room_id: str, *, limit: int) -> list[MemberWire]:
        """Return the first members of a room as a list shows them: the owner, the admins, then the others.

        They are sorted by name; but the others of a large room are not, so that not all of them need be read.

        Raises:
            NotFound: There is no such room for the asker.
        """
        await self._access.room(principal, room_id)
        found = await self._store.members.of_room(room_id, limit=max(limit, SORTED_MOST + 1))
        large = len(found) > SORTED_MOST
        if large:
            leading = await self._store.members.leading(room_id)
            found = [*leading, *(member for member in found if member.role is Role.MEMBER)][:limit]
        users = await self._store.users.get_many(member.user_id for member in found)

        def rank(member: Member) -> tuple[int, str]:
            user, leads = users[member.user_id], member.role is not Role.MEMBER
            by_name = leads or not large
            return _RANKS[member.role], (user.display_name or user.username).casefold() if by_name else ""

        known = sorted((member for member in found if member.user_id in users), key=rank)
        return await in_turns(lambda member: member_to_wire(member, users[member.user_id]), known[:limit])

    async def among(self, principal: Principal, room_id: str, user_ids: Iterable[str]) -> set[str]:
        """Return which of these people are in a room. Raises :class:`NotFound` when it is none of the asker's."""
        await self._access.room(principal, room_id)
        return await self._store.members.among(room_id, user_ids)

    async def count(self, principal: Principal, room_id: str) -> int:
        """Return how many members a room has. Raises :class:`NotFound` when there is no such room for the asker."""
        await self._access.room(principal, room_id)
        return await self._store.members.count(room_id)

    async def _make_direct(self, pair: str, creator: str) -> Room:
        room = Room(id=new_id(), kind=RoomKind.DIRECT, created_at=self._clock(), created_by=creator, pair=pair)
        try:
            await self._store.rooms.add(room)
        except Taken:
            # The other person opened it at the same moment.
            taken = await self._store.rooms.by_pair(pair)
            if taken is None:
                raise Unavailable("The conversation could not be opened just now. Try again.") from None
            return taken
        return room

    async def _wires(
        self,
        user: User,
        places: Sequence[tuple[Room, Member]],
        heads: Mapping[str, RoomHead],
        own: Mapping[str, Receipt],
    ) -> list[RoomWire]:
        """Return rooms as a member sees them, by as many queries for a thousand as for one."""
        store, ids = self._store, [room.id for room, _ in places]
        spans = {room_id: (own[room_id].read_seq if room_id in own else 0, heads[room_id].last_seq) for room_id in ids}
        spans = {room_id: (read, last) for room_id, (read, last) in spans.items() if last > read}
        peers = await store.users.get_many(_peer_ids(user.id, (room for room, _ in places)))
        unread = await store.messages.count_unread(user.id, spans, limit=UNREAD_MOST)
        spans = {room_id: spans[room_id] for room_id in unread}
        mentions = await store.messages.count_mentions(user.id, spans, limit=UNREAD_MOST)
        sizes = await store.members.counts(ids)
        # Of a large room everybody's pointers would be too many.
        shared = await store.receipts.of_members(each for each in ids if sizes.get(each, 0) <= SHARED_MOST)

        def wire(place: tuple[Room, Member]) -> RoomWire:
            room, member = place
            mine = [own[room.id]] if room.id in own else []
            return room_to_wire(
                room,
                member,
                heads[room.id],
                [*mine, *(each for each in shared.get(room.id, ()) if each.user_id != user.id)],
                peer=peers.get(next(iter(_peer_ids(user.id, [room])), "")),
                unread=unread.get(room.id, 0),
                mentions=mentions.get(room.id, 0),
                member_count=sizes.get(room.id, 0),
            )

        return await in_turns(wire, places)

    async def list(self, principal: Principal) -> list[RoomWire]:
        """Return the asker's rooms: pinned ones first, then by last activity, newest first.

        A direct conversation that somebody else opened is left out until something was said in it.
        """
        members = {member.room_id: member for member in await self._store.members.of_user(principal.user.id)}
        rooms = await self._store.rooms.get_many(members)
        heads = await self._store.messages.heads(rooms)
        shown = [
            room
            for room in rooms.values()
            if room.kind is not RoomKind.DIRECT or heads[room.id].last_seq or room.created_by == principal.user.id
        ]
        shown.sort(key=lambda room: (members[room.id].pinned, _active_at(room, heads[room.id]), room.id), reverse=True)
        own = await self._store.receipts.of_user(principal.user.id)
        return await self._wires(principal.user, [(room, members[room.id]) for room in shown], heads, own)


def _active_at(room: Room, head: RoomHead) -> float:
    return (head.last_message.created_at if head.last_message else room.created_at).timestamp()


def _peer_ids(user_id: str, rooms: Iterable[Room]) -> list[str]:
    """Return the other person's id of every direct conversation among ``rooms``; for notes to oneself one's own."""
    peers = []
    for room in rooms:
        if room.pair:
            people = room.pair.split(":")
            peers.append(people[0] if people[1] == user_id else people[1])
    return peers
