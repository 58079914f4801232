"""Group rooms: making them, coming and going, and what their members may do to them."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from typing import Any

from chatbeside.domain.audit import AuditKind
from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import Conflict, InvalidInput, NotFound
from chatbeside.domain.ids import is_id, new_id
from chatbeside.domain.limits import LimitName
from chatbeside.domain.models import Member, Role, Room, RoomKind, User
from chatbeside.domain.permissions import Action
from chatbeside.domain.rooms import check_notify, check_room_name, check_topic
from chatbeside.domain.wire import PublicRoomWire, public_room_to_wire
from chatbeside.services.access import Access, RoomAccess
from chatbeside.services.audit import AuditLog
from chatbeside.services.blocks import Blocks
from chatbeside.services.bus import Bus
from chatbeside.services.events import MembershipChanged, Publisher, RoomChanged
from chatbeside.services.heirs import is_last
from chatbeside.services.limits import Limits
from chatbeside.services.lines import Lines
from chatbeside.services.principal import Principal
from chatbeside.store.interfaces import Store

MEMBERS_AT_FIRST = 50
"""People that a new room can begin with."""
BROWSE_MOST = 50


class Groups:
    """Group rooms.

    Every method that takes a room id raises :class:`NotFound` when there is no such room for the asker, and
    :class:`NotAllowed` when the asker's role does not reach (:mod:`chatbeside.domain.permissions`).
    """

    def __init__(
        self,
        *,
        store: Store,
        access: Access,
        lines: Lines,
        publisher: Publisher,
        clock: Clock,
        audit: AuditLog,
        limits: Limits,
        bus: Bus,
        blocks: Blocks,
    ) -> None:
        self._store = store
        self._bus = bus
        self._access = access
        self._lines = lines
        self._publisher = publisher
        self._clock = clock
        self._audit = audit
        self._limits = limits
        self._blocks = blocks

    def turn(self, room_id: str) -> AbstractAsyncContextManager[None]:
        """Let one at a time change who is in a room and as what.

        Whoever leaves may be about to become the owner, and the last one who leaves may not be the last any more: what
        was seen before one's turn is looked at again.
        """
        return self._bus.lock(f"members of {room_id}")

    async def create(
        self,
        principal: Principal,
        name: str,
        *,
        public: bool = False,
        topic: str = "",
        members: Sequence[str] = (),
    ) -> Room:
        """Make a room; the asker owns it.

        Args:
            principal: Who makes it.
            name: What it is called; names need not be unique.
            public: Whether everybody may find it and join.
            topic: What it is for.
            members: Ids of people to begin with.

        Raises:
            InvalidInput: The name, the topic or the members cannot be accepted.
            NotAllowed: A member has blocked the asker.
            TooMany: The asker has made very many just now.
        """
        name, topic = check_room_name(name), check_topic(topic)
        others = [user_id for user_id in dict.fromkeys(members) if user_id != principal.user.id]
        people = await self._people(others)
        await self._blocks.check_bringing(principal, people)
        await self._limits.take(LimitName.ROOMS, principal.user.id)
        now = self._clock()
        room = Room(new_id(), RoomKind.GROUP, now, principal.user.id, name=name, topic=topic, public=public)
        await self._store.rooms.add(room)
        await self._store.members.add(Member(room.id, principal.user.id, Role.OWNER, now))
        for person in people:
            await self._store.members.add(Member(room.id, person.id, Role.MEMBER, now))
        await self._publisher.publish(RoomChanged(room, added=(principal.user.id, *others)))
        await self._lines.write(room, principal.user, "room made", f"{principal.user.username} made this room")
        return room

    async def browse(
        self, principal: Principal, *, query: str = "", limit: int = 20, after: str = "", after_id: str = ""
    ) -> list[PublicRoomWire]:
        """Return public rooms whose name begins with ``query``, by name; also those the asker is in.

        Args:
            principal: Who asks.
            query: The beginning of a name, in any case.
            limit: The most rooms to return, 1 to :data:`BROWSE_MOST`.
            after: The name of the last one of the page before.
            after_id: The id of that one.

        Raises:
            InvalidInput: The limit is out of bounds.
        """
        if not 1 <= limit <= BROWSE_MOST:
            raise InvalidInput("Check the limit.", fields={"limit": f"Use 1 to {BROWSE_MOST}."})
        prefix, last = (_storable(text.casefold()) for text in (query.lstrip(), after))
        found = await self._store.rooms.public(prefix=prefix, limit=limit, after=last, after_id=_storable(after_id))
        return [
            public_room_to_wire(
                room,
                member_count=await self._store.members.count(room.id),
                joined=await self._store.members.get(room.id, principal.user.id) is not None,
            )
            for room in found
        ]

    async def join(self, principal: Principal, room_id: str) -> Room:
        """Enter a public room; being in it already changes nothing. Raises :class:`NotFound` for any other."""
        room = await self._store.rooms.get(room_id) if is_id(room_id) else None
        if room is None:
            raise NotFound("There is no such room, or it is not public.")
        if await self._store.members.get(room.id, principal.user.id):
            return room
        if not room.public or room.archived_at:
            raise NotFound("There is no such room, or it is not public.")
        await self.admit(room, principal.user, "joined", f"{principal.user.username} joined")
        return room

    async def leave(self, principal: Principal, room_id: str) -> None:
        """Leave a room. The last one to leave archives it; bots and closed accounts may stay behind in it.

        Raises:
            Conflict: An owner leaves other people behind; another owner comes first.
        """
        async with self.turn(room_id):
            place = await self._access.room(principal, room_id)
            place.check(Action.LEAVE)
            alone = await is_last(self._store, place.member)
            if place.member.role is Role.OWNER and not alone:
                raise Conflict("Hand the room over to somebody else first, or archive it.")
            if alone:
                await self._store.rooms.update(room_id, {"archived_at": place.room.archived_at or self._clock()})
            left = await self._store.members.remove(room_id, principal.user.id)
        if left:
            await self._publisher.publish(RoomChanged(place.room, removed=(principal.user.id,)))
            if not alone:
                await self._lines.write(place.room, principal.user, "left", f"{principal.user.username} left")

    async def update(
        self,
        principal: Principal,
        room_id: str,
        *,
        name: str | None = None,
        topic: str | None = None,
        public: bool | None = None,
        archived: bool | None = None,
    ) -> Room:
        """Change what a room is; what is ``None`` stays. Raises :class:`InvalidInput` for a name or a topic."""
        place = await self._access.room(principal, room_id)
        # Brought back before everything else, archived after it: in between the room can be changed.
        if archived is False:
            place = await self._archive(place, principal.user, archived=False)
        place = replace(place, room=await self._change(place, principal.user, name=name, topic=topic, public=public))
        if archived:
            place = await self._archive(place, principal.user, archived=True)
        return place.room

    async def _change(
        self, place: RoomAccess, user: User, *, name: str | None, topic: str | None, public: bool | None
    ) -> Room:
        changes: dict[str, Any] = {}
        said: list[tuple[str, str, str | bool]] = []
        who = user.username
        for action, field, value, line in (
            (
                Action.RENAME,
                "name",
                None if name is None else check_room_name(name),
                f"{who} renamed this room to {{}}",
            ),
            (
                Action.SET_TOPIC,
                "topic",
                None if topic is None else check_topic(topic),
                f"{who} set the topic: {{}}" if topic and topic.strip() else f"{who} removed the topic",
            ),
            (Action.SET_PUBLIC, "public", public, f"{who} made this room {'public' if public else 'private'}"),
        ):
            if value is None or value == getattr(place.room, field):
                continue
            place.check(action)
            changes[field] = value
            said.append((field, line.format(value), value))
        if not changes:
            return place.room
        room = await self._store.rooms.update(place.room.id, changes) or place.room
        await self._publisher.publish(RoomChanged(room))
        for field, line, value in said:
            if field == "public":
                kind = AuditKind.ROOM_OPENED if value else AuditKind.ROOM_CLOSED
                await self._audit.record(kind, actor=user.id, room=room.id)
            await self._lines.write(room, user, f"{field} changed", line, value=value)
        return room

    async def add_member(self, principal: Principal, room_id: str, user_id: str, role: Role = Role.MEMBER) -> None:
        """Bring somebody in; being in it already changes nothing.

        Raises:
            InvalidInput: There is nobody with this id, or there is no such role to begin with.
            NotAllowed: They have blocked the asker.
        """
        place = await self._access.room(principal, room_id)
        place.check(Action.ADD_MEMBER)
        if role is Role.OWNER:
            raise InvalidInput("Check the role.", fields={"role": "Add them first, then hand the room over."})
        if role is Role.ADMIN:
            place.check(Action.SET_ROLE, target=Role.MEMBER)
        (person,) = await self._people([user_id])
        line = f"{principal.user.username} added {person.username}"
        check = partial(self._blocks.check_bringing, principal, [person])
        await self.admit(place.room, person, "added", line, by=principal.user, role=role, use=check)

    async def remove_member(self, principal: Principal, room_id: str, user_id: str) -> None:
        """Put a member of a lower role out. Raises :class:`NotFound` when they are not in the room."""
        async with self.turn(room_id):
            place, member, person = await self._other(principal, room_id, user_id)
            place.check(Action.REMOVE_MEMBER, target=member.role)
            removed = await self._store.members.remove(room_id, user_id)
        if removed:
            await self._publisher.publish(RoomChanged(place.room, removed=(user_id,)))
            await self._audit.record(AuditKind.MEMBER_REMOVED, actor=principal.user.id, subject=user_id, room=room_id)
            line = f"{principal.user.username} removed {person.username}"
            await self._lines.write(place.room, principal.user, "removed", line, user=user_id)

    async def set_role(self, principal: Principal, room_id: str, user_id: str, role: Role) -> None:
        """Make a member an admin, or an admin a member; with :attr:`Role.OWNER` hand the room over.

        Handing over makes the asker an admin. Both change one after the other: for a moment, and after a crash
        until it is repeated, there are two owners, never none.

        Raises:
            Conflict: The room would be of somebody who cannot look after it.
        """
        async with self.turn(room_id):
            place, member, person = await self._other(principal, room_id, user_id)
            place.check(Action.HAND_OVER if role is Role.OWNER else Action.SET_ROLE, target=member.role)
            if member.role is role:
                return
            if role is Role.OWNER and (person.bot or person.deactivated_at):
                raise Conflict("This account cannot look after a room. Choose somebody else.")
            if await self._store.members.update(room_id, user_id, {"role": role}) is None:
                # They left at this moment. Nothing more may happen, or a room handed over would have no owner.
                raise NotFound("There is no such member in this room.")
            if role is Role.OWNER:
                await self._store.members.update(room_id, principal.user.id, {"role": Role.ADMIN})
        line = f"{principal.user.username} made {person.username} {'the owner' if role is Role.OWNER else role.value}"
        await self._audit.record(
            AuditKind.ROLE_CHANGED, actor=principal.user.id, subject=user_id, room=room_id, role=role.value
        )
        await self._publisher.publish(RoomChanged(place.room))
        await self._lines.write(place.room, principal.user, "role changed", line, user=user_id, value=role.value)

    async def set_own(
        self,
        principal: Principal,
        room_id: str,
        *,
        pinned: bool | None = None,
        muted: bool | None = None,
        notify: str | None = None,
    ) -> None:
        """Change what the room is to the asker alone; what is ``None`` stays. Raises :class:`InvalidInput`."""
        place = await self._access.room(principal, room_id)
        place.check(Action.SET_OWN)
        given = {"pinned": pinned, "muted": muted, "notify": None if notify is None else check_notify(notify)}
        changes = {
            field: value
            for field, value in given.items()
            if value is not None and value != getattr(place.member, field)
        }
        if changes:
            await self._store.members.update(room_id, principal.user.id, changes)
            await self._publisher.publish(MembershipChanged(place.room, principal.user.id))

    async def admit(
        self,
        room: Room,
        person: User,
        event: str,
        line: str,
        *,
        by: User | None = None,
        role: Role = Role.MEMBER,
        value: str | None = None,
        use: Callable[[], Awaitable[None]] | None = None,
    ) -> bool:
        """Let somebody in, who has the right to; nothing that was said before is unread to them.

        Args:
            room: The room.
            person: Who comes in.
            event: What happened, for programs.
            line: What happened, for people.
            by: Who let them in; the person themselves when it is ``None``.
            role: What they become.
            value: How they came, for programs.
            use: Called when it is their turn and they are not inside yet: uses up what lets them in, or raises.

        Returns:
            Whether they came in; not when they were in it already.

        Raises:
            Conflict: The room was archived at this moment.
        """
        async with self.turn(room.id):
            if await self._store.members.get(room.id, person.id):
                return False
            now = await self._store.rooms.get(room.id)
            if now is None or now.archived_at:
                raise Conflict("This room was archived just now.")
            if use is not None:
                await use()
            head = (await self._store.messages.heads([room.id]))[room.id]
            await self._store.receipts.advance(room.id, person.id, read_seq=head.last_seq, delivered_seq=head.last_seq)
            if not await self._store.members.add(Member(room.id, person.id, role, self._clock())):
                return False
        if by is not None:
            await self._audit.record(
                AuditKind.MEMBER_ADDED, actor=by.id, subject=person.id, room=room.id, role=role.value
            )
        await self._publisher.publish(RoomChanged(room, added=(person.id,)))
        await self._lines.write(room, by or person, event, line, user=person.id, value=value)
        return True

    async def _archive(self, place: RoomAccess, user: User, *, archived: bool) -> RoomAccess:
        place.check(Action.ARCHIVE)
        if (place.room.archived_at is not None) is archived:
            return place
        at = self._clock() if archived else None
        room = await self._store.rooms.update(place.room.id, {"archived_at": at}) or place.room
        await self._publisher.publish(RoomChanged(room))
        kind = AuditKind.ROOM_ARCHIVED if archived else AuditKind.ROOM_RESTORED
        await self._audit.record(kind, actor=user.id, room=room.id)
        word = "archived" if archived else "restored"
        await self._lines.write(room, user, word, f"{user.username} {word} this room")
        return replace(place, room=room)

    async def _other(self, principal: Principal, room_id: str, user_id: str) -> tuple[RoomAccess, Member, User]:
        place = await self._access.room(principal, room_id)
        member = await self._store.members.get(room_id, user_id) if is_id(user_id) else None
        person = await self._store.users.get(user_id) if member else None
        if member is None or person is None:
            raise NotFound("There is no such member in this room.")
        return place, member, person

    async def _people(self, user_ids: Iterable[str]) -> list[User]:
        """Return active people, in this order, or say which of the ids are nobody's."""
        wanted = list(user_ids)
        if len(wanted) > MEMBERS_AT_FIRST:
            raise InvalidInput("Check the members.", fields={"members": f"Begin with at most {MEMBERS_AT_FIRST}."})
        found = await self._store.users.get_many(user_id for user_id in wanted if is_id(user_id))
        if any(user_id not in found or found[user_id].deactivated_at for user_id in wanted):
            problem = "There is nobody with one of these ids."
            raise InvalidInput("Check the members.", fields={"members" if len(wanted) != 1 else "user": problem})
        return [found[user_id] for user_id in wanted]


def _storable(text: str) -> str:
    """Return ``text`` in a form that every store can look for."""
    return text.encode("utf-8", "replace").decode()
