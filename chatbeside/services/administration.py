"""What administrators of the server see and do.

They manage accounts, and see which rooms there are and how large; what is said in rooms that they are not members of
they do not see.
"""

from dataclasses import dataclass

import chatbeside
from chatbeside.domain.audit import AuditKind
from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import Conflict, InvalidInput, NotFound
from chatbeside.domain.ids import is_id
from chatbeside.domain.models import Room, User
from chatbeside.domain.moderation import Measures
from chatbeside.domain.names import username_key
from chatbeside.services.audit import AuditLog
from chatbeside.services.bus import Bus
from chatbeside.services.events import AccountChanged, Publisher
from chatbeside.services.principal import Principal, check_administrator
from chatbeside.services.sessions import Sessions
from chatbeside.settings import Settings
from chatbeside.store.interfaces import Store

PAGE_MOST = 100


@dataclass(frozen=True, slots=True)
class RoomSize:
    """A group room from outside: nothing of what is said in it."""

    room: Room
    members: int
    messages: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The server as a whole. ``parts`` says in a word what each part is."""

    version: str
    measures: Measures
    parts: dict[str, str]


class Administration:
    """Accounts and figures, for administrators; every method raises :class:`NotAllowed` for others."""

    def __init__(
        self,
        *,
        store: Store,
        settings: Settings,
        sessions: Sessions,
        publisher: Publisher,
        clock: Clock,
        audit: AuditLog,
        bus: Bus,
    ) -> None:
        self._store = store
        self._settings = settings
        self._sessions = sessions
        self._publisher = publisher
        self._clock = clock
        self._audit = audit
        self._bus = bus

    async def overview(self, principal: Principal) -> Overview:
        """Return version, figures and parts."""
        check_administrator(principal)
        settings = self._settings
        files = settings.files or ("gridfs" if settings.mongodb_uri else "folder")
        parts = {
            "store": "MongoDB" if settings.mongodb_uri else "SQLite",
            "files": "in MongoDB" if files == "gridfs" else "in the data folder",
            "workers": "several, over Redis" if settings.redis_url else "one",
            "mail": "on" if settings.smtp_url else "off",
            "calls through firewalls": "on, by TURN" if settings.turn_url else "off: no TURN server",
            "addresses": f"behind {settings.trusted_hops} trusted proxies"
            if settings.trusted_hops
            else "of connections",
        }
        return Overview(chatbeside.__version__, await self._store.measure(), parts)

    async def users(self, principal: Principal, query: str = "", *, limit: int = 50, after: str = "") -> list[User]:
        """Return accounts whose name begins with ``query``, deactivated ones too, by name.

        Raises:
            InvalidInput: The limit or the length of the query is out of bounds.
        """
        check_administrator(principal)
        _check_limit(limit)
        if len(query) > 64:
            raise InvalidInput("Check the query.", fields={"query": "Use at most 64 characters."})
        prefix = username_key(query.strip().removeprefix("@"))
        return await self._store.users.search(prefix, limit=limit, after=username_key(after), closed=True)

    async def rooms(
        self, principal: Principal, *, limit: int = 50, after: str = "", after_id: str = ""
    ) -> list[RoomSize]:
        """Return group rooms by name, with how many are in them and how much was said; raises :class:`InvalidInput`."""
        check_administrator(principal)
        _check_limit(limit)
        rooms = await self._store.rooms.groups(limit=limit, after=after.casefold(), after_id=after_id)
        heads = await self._store.messages.heads(room.id for room in rooms)
        return [RoomSize(room, await self._store.members.count(room.id), heads[room.id].last_seq) for room in rooms]

    async def set_active(self, principal: Principal, user_id: str, *, active: bool) -> User:
        """Deactivate an account, which logs it out everywhere, or let it be used again.

        Raises:
            NotFound: There is no such account.
            InvalidInput: It is the assistant's.
            Conflict: It is the last active administrator's.
        """
        check_administrator(principal)
        async with self._bus.lock("administrators"):
            person = await self._person(user_id)
            if (person.deactivated_at is None) is active:
                return person
            if not active:
                await self._check_others(person)
            at = None if active else self._clock()
            person = await self._store.users.update(person.id, {"deactivated_at": at}) or person
        if not active:
            await self._sessions.end_all(person.id)
        kind = AuditKind.ACCOUNT_REACTIVATED if active else AuditKind.ACCOUNT_DEACTIVATED
        await self._audit.record(kind, actor=principal.user.id, subject=person.id)
        await self._publisher.publish(AccountChanged(person.id))
        return person

    async def set_administrator(self, principal: Principal, user_id: str, *, on: bool) -> User:
        """Make somebody an administrator, or take that away. Raises like :meth:`set_active`."""
        check_administrator(principal)
        async with self._bus.lock("administrators"):
            person = await self._person(user_id)
            if person.administrator is on:
                return person
            if on and person.deactivated_at:
                raise Conflict("This account is deactivated. Reactivate it first.")
            if not on:
                await self._check_others(person)
            person = await self._store.users.update(person.id, {"administrator": on}) or person
        kind = AuditKind.ADMINISTRATOR_MADE if on else AuditKind.ADMINISTRATOR_UNMADE
        await self._audit.record(kind, actor=principal.user.id, subject=person.id)
        await self._publisher.publish(AccountChanged(person.id))
        return person

    async def sign_out(self, principal: Principal, user_id: str) -> int:
        """End all log-ins of somebody; return how many there were. Raises :class:`NotFound`."""
        check_administrator(principal)
        person = await self._person(user_id)
        ended = await self._sessions.end_all(person.id)
        await self._audit.record(AuditKind.SESSIONS_ENDED, actor=principal.user.id, subject=person.id, count=ended)
        return ended

    async def _person(self, user_id: str) -> User:
        person = await self._store.users.get(user_id) if is_id(user_id) else None
        if person is None or person.deleted:
            raise NotFound("There is no such account.")
        if person.bot:
            raise InvalidInput("This is the assistant. It is set up in the settings.")
        return person

    async def _check_others(self, person: User) -> None:
        if person.administrator and all(each.id == person.id for each in await self._store.users.administrators()):
            raise Conflict("This is the last administrator. Make somebody else one first.")


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= PAGE_MOST:
        raise InvalidInput("Check the limit.", fields={"limit": f"Use 1 to {PAGE_MOST}."})
