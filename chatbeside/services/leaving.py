"""Closing an account for good.

What happens, in this order, so that a crash in between leaves an account that its owner can delete again:

1. Messages and their files are emptied, when the person wants that; else they stay, written by "Deleted account".
2. Rooms that the person owns go to the admin who is there longest, or else to the member; a room without others is
   archived. The person leaves all rooms. Direct conversations stay for the other side.
3. What only concerns the person goes: sessions, second step, identities elsewhere, links, reminders.
4. The account keeps its id, under which messages name it, and nothing else. Its name is nobody's for 90 days, so that
   no one can pass for the person; what is kept for that is a hash, and it is forgotten then.
"""

from collections.abc import AsyncIterator

from chatbeside.domain.audit import AuditKind
from chatbeside.domain.avatars import file_of
from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import Conflict
from chatbeside.domain.models import Role, RoomKind, User, deleted_key
from chatbeside.domain.proofs import OneTime
from chatbeside.services.accounts import SIGN_UPS
from chatbeside.services.audit import AuditLog
from chatbeside.services.bus import Bus
from chatbeside.services.changes import Changes
from chatbeside.services.events import AccountChanged, Publisher, RoomChanged
from chatbeside.services.files import Files
from chatbeside.services.heirs import heir_of
from chatbeside.services.held_names import HELD, NAME_HELD, name_hold
from chatbeside.services.lines import Lines
from chatbeside.services.own_account import RESET, OwnAccount
from chatbeside.services.principal import Principal
from chatbeside.services.rooms_group import Groups
from chatbeside.services.second_factor import SecondFactors
from chatbeside.services.sessions import Sessions
from chatbeside.store.interfaces import Store

DELETED_NAME = "Deleted account"
_PAGE = 200


class Leaving:
    """Deletes accounts."""

    def __init__(
        self,
        *,
        store: Store,
        own_account: OwnAccount,
        factors: SecondFactors,
        sessions: Sessions,
        changes: Changes,
        files: Files,
        groups: Groups,
        lines: Lines,
        publisher: Publisher,
        clock: Clock,
        audit: AuditLog,
        bus: Bus,
    ) -> None:
        self._store = store
        self._own_account = own_account
        self._factors = factors
        self._sessions = sessions
        self._changes = changes
        self._files = files
        self._groups = groups
        self._lines = lines
        self._publisher = publisher
        self._clock = clock
        self._audit = audit
        self._bus = bus

    async def delete(self, principal: Principal, password: str, *, code: str = "", messages: bool = False) -> None:
        """Delete the asker's account.

        Args:
            principal: Who asks.
            password: Their password.
            code: A code of the second step, if that is on.
            messages: Whether their messages and files go too, in all rooms that they are in now.

        Raises:
            InvalidInput: Password or code is wrong.
            Conflict: Others are here, and this is the only administrator.
            TooMany: There were too many wrong tries.
        """
        await self._own_account.confirm(principal, password)
        user = principal.user
        await self._factors.prove(user.id, code)
        async with self._bus.lock("administrators"):
            await self._check_others(user)
            await self._store.users.update(user.id, {"administrator": False})
        if messages:
            await self._empty_messages(user)
        await self._leave_rooms(user)
        await self._forget_proofs(user)
        async with self._bus.lock(SIGN_UPS):
            await self._close(user)
            heir = await self._let_somebody_administer(user)
        await self._sessions.end_all(user.id, reason="closed")
        await self._leave_rooms(user)  # that another device came into meanwhile
        await self._audit.record(AuditKind.ACCOUNT_DELETED, actor=user.id, subject=user.id, messages=messages)
        await self._publisher.publish(AccountChanged(user.id))
        if heir:
            await self._audit.record(AuditKind.ADMINISTRATOR_MADE, actor=None, subject=heir.id)
            await self._publisher.publish(AccountChanged(heir.id))

    async def _check_others(self, user: User) -> None:
        administrators = await self._store.users.administrators()
        last = user.administrator and all(each.id == user.id for each in administrators)
        if last and (await anext(self._others(user), None)) is not None:
            raise Conflict("You are the only administrator. Make somebody else one first.")

    async def _let_somebody_administer(self, gone: User) -> User | None:
        """Make the oldest account administer if nobody does: it was made while the only account was being deleted."""
        if not gone.administrator or await self._store.users.administrators():
            return None
        others = [each async for each in self._others(gone)]
        if not others:
            return None
        return await self._store.users.update(min(others, key=lambda each: each.created_at).id, {"administrator": True})

    async def _others(self, user: User) -> AsyncIterator[User]:
        """Yield the other people who have an active account."""
        after = ""
        while found := await self._store.users.search("", limit=_PAGE, after=after):
            for each in found:
                if not each.bot and each.id != user.id:
                    yield each
            after = found[-1].username_key

    async def _empty_messages(self, user: User) -> None:
        for member in await self._store.members.of_user(user.id):
            after = 0
            while page := await self._store.messages.of_sender(member.room_id, user.id, after=after, limit=_PAGE):
                for message in page:
                    if not message.deleted_at:
                        await self._changes.take_away(message.id)
                after = page[-1].seq

    async def _leave_rooms(self, user: User) -> None:
        memberships = await self._store.members.of_user(user.id)
        rooms = await self._store.rooms.get_many(member.room_id for member in memberships)
        for room in rooms.values():
            if room.kind is not RoomKind.GROUP:
                continue
            async with self._groups.turn(room.id):
                # Somebody may have handed the room over, or have left it, since the memberships were read.
                member = await self._store.members.get(room.id, user.id)
                if member is None:
                    continue
                heir = await heir_of(self._store, member)
                if heir and member.role is Role.OWNER:
                    await self._store.members.update(room.id, heir.user_id, {"role": Role.OWNER})
                if heir is None:
                    await self._store.rooms.update(room.id, {"archived_at": room.archived_at or self._clock()})
                await self._store.members.remove(room.id, user.id)
            await self._publisher.publish(RoomChanged(room, removed=(user.id,)))
            if heir:
                await self._lines.write(room, user, "left", f"{DELETED_NAME} left")

    async def _forget_proofs(self, user: User) -> None:
        await self._factors.forget(user.id)
        for identity in await self._store.identities.of_user(user.id):
            await self._store.identities.remove(identity.issuer, identity.subject)
        now = self._clock()
        await self._store.onetimes.use_all(user.id, RESET, now)
        for reminder in await self._store.reminders.open_of(user.id):
            await self._store.reminders.finish(reminder.id, now)

    async def _close(self, user: User) -> None:
        now = self._clock()
        await self._store.onetimes.forget(now)  # of somebody who had the name before
        await self._store.onetimes.add(OneTime(name_hold(user.username_key), HELD, user.id, now, now + NAME_HELD))
        await self._store.users.update(
            user.id,
            {
                "username": f"deleted-{user.id[:8]}",
                "username_key": deleted_key(user.id),
                "display_name": DELETED_NAME,
                "email": None,
                "email_key": None,
                "password_hash": None,
                "avatar": None,
                "administrator": False,
                "preferences": {},
                "deactivated_at": now,
            },
        )
        await self._files.forget(file_of(user.avatar))
