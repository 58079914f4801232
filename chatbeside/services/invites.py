"""Invite links: a code that lets people into a room."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from chatbeside.domain.audit import AuditKind
from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import InvalidInput, NotFound
from chatbeside.domain.limits import LimitName
from chatbeside.domain.models import Invite, Room
from chatbeside.domain.permissions import Action
from chatbeside.services.access import Access
from chatbeside.services.audit import AuditLog
from chatbeside.services.limits import Limits
from chatbeside.services.principal import Principal
from chatbeside.services.rooms_group import Groups
from chatbeside.store.interfaces import Store

DAYS_MOST = 365
USES_MOST = 1000
_OPEN_MOST = 100
_CODE_BYTES = 12
_CODE_MOST = 64


@dataclass(frozen=True, slots=True)
class Invited:
    """What somebody with a code sees before they come in."""

    room: Room
    member_count: int
    joined: bool


class Invites:
    """Makes, shows and honours invites."""

    def __init__(
        self, *, store: Store, access: Access, groups: Groups, clock: Clock, audit: AuditLog, limits: Limits
    ) -> None:
        self._store = store
        self._access = access
        self._groups = groups
        self._clock = clock
        self._audit = audit
        self._limits = limits

    async def create(
        self, principal: Principal, room_id: str, *, days: int | None = 7, uses: int | None = None
    ) -> Invite:
        """Make an invite.

        Args:
            principal: Who invites.
            room_id: Into which room.
            days: After how many days it ends; ``None`` for never.
            uses: How many people it lets in; ``None`` for no limit.

        Raises:
            NotFound: There is no such room for the asker.
            NotAllowed: The asker's role does not reach.
            InvalidInput: A limit is out of bounds, or the room has very many invites.
            TooMany: The asker has made very many just now.
        """
        place = await self._access.room(principal, room_id)
        place.check(Action.INVITE)
        problems = {}
        if days is not None and not 1 <= days <= DAYS_MOST:
            problems["days"] = f"Use 1 to {DAYS_MOST}."
        if uses is not None and not 1 <= uses <= USES_MOST:
            problems["uses"] = f"Use 1 to {USES_MOST}."
        if problems:
            raise InvalidInput("Check the limits.", fields=problems)
        now = self._clock()
        kept = await self._store.invites.of_room(room_id)
        if len(kept) >= _OPEN_MOST:
            # Those that ran out are in no list, so nobody could make room by hand.
            for over in (each for each in kept if not each.open(now)):
                await self._store.invites.revoke(over.id, now)
            if sum(each.open(now) for each in kept) >= _OPEN_MOST:
                raise InvalidInput("This room has very many invites. Revoke some first.")
        await self._limits.take(LimitName.INVITES, principal.user.id)
        invite = Invite(
            id=secrets.token_urlsafe(_CODE_BYTES),
            room_id=room_id,
            created_by=principal.user.id,
            created_at=now,
            expires_at=None if days is None else now + timedelta(days=days),
            uses_left=uses,
        )
        await self._store.invites.add(invite)
        await self._audit.record(AuditKind.INVITE_MADE, actor=principal.user.id, room=room_id)
        return invite

    async def list(self, principal: Principal, room_id: str) -> "list[Invite]":
        """Return the room's open invites, for those who may invite. Raises like :meth:`create`."""
        place = await self._access.room(principal, room_id)
        place.check(Action.INVITE)
        now = self._clock()
        return [invite for invite in await self._store.invites.of_room(room_id) if invite.open(now)]

    async def revoke(self, principal: Principal, room_id: str, code: str) -> None:
        """End an invite of this room. Raises like :meth:`create`; :class:`NotFound` also when there is none."""
        place = await self._access.room(principal, room_id)
        place.check(Action.INVITE)
        invite = await self._find(code)
        if invite.room_id != room_id or not await self._store.invites.revoke(invite.id, self._clock()):
            raise NotFound("There is no such invite.")
        await self._audit.record(AuditKind.INVITE_REVOKED, actor=principal.user.id, room=room_id)

    async def look(self, principal: Principal, code: str) -> Invited:
        """Return what the code leads to. Raises :class:`NotFound` when it does not let the asker in."""
        invite, room = await self._open(principal, code)
        joined = await self._store.members.get(room.id, principal.user.id) is not None
        return Invited(room, await self._store.members.count(invite.room_id), joined)

    async def preview(self, code: str) -> Invited:
        """Return what the code leads to, for somebody without an account. Raises :class:`NotFound` like :meth:`look`.

        The code cannot be guessed, and whoever has it may come in: so it is enough to see the room's name.
        """
        invite = await self._find(code)
        room = await self._store.rooms.get(invite.room_id)
        if room is None or room.archived_at or not invite.open(self._clock()):
            raise _gone()
        return Invited(room, await self._store.members.count(room.id), joined=False)

    async def accept(self, principal: Principal, code: str) -> Room:
        """Enter the room; who is in it already uses nothing up. Raises :class:`NotFound` like :meth:`look`."""
        invite, room = await self._open(principal, code)
        line = f"{principal.user.username} joined by an invite"

        async def use() -> None:
            if not await self._store.invites.use(invite.id):
                raise _gone()

        if await self._groups.admit(room, principal.user, "joined", line, value="invite", use=use):
            await self._audit.record(AuditKind.INVITE_USED, actor=principal.user.id, room=room.id)
        return room

    async def _open(self, principal: Principal, code: str) -> tuple[Invite, Room]:
        invite = await self._find(code)
        room = await self._store.rooms.get(invite.room_id)
        if room is None or room.archived_at:
            raise _gone()
        inside = await self._store.members.get(room.id, principal.user.id) is not None
        if not inside and not invite.open(self._clock()):
            raise _gone()
        return invite, room

    async def _find(self, code: str) -> Invite:
        fits = len(code) <= _CODE_MOST and code.isascii()
        invite = await self._store.invites.get(code) if fits else None
        if invite is None:
            raise _gone()
        return invite


def _gone() -> NotFound:
    return NotFound("This invite is not valid any more. Ask for a new one.")
