"""Where somebody is logged in, and ending that.

A log-in holds no network address: behind a proxy or a mobile network it says little, and whoever takes over somebody's
account would learn from it where that person was. The device, and when it was last here, is what one knows one's own
log-ins by. The audit log, which only administrators read and which forgets, has addresses.
"""

from chatbeside.domain.audit import AuditKind
from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import NotFound
from chatbeside.domain.ids import is_id
from chatbeside.domain.models import Session
from chatbeside.services.audit import AuditLog
from chatbeside.services.bus import Bus
from chatbeside.services.devices import device_of
from chatbeside.services.events import Publisher, SessionEnded
from chatbeside.services.principal import Principal
from chatbeside.store.interfaces import Store


class Sessions:
    """The log-ins of people."""

    def __init__(self, *, store: Store, publisher: Publisher, clock: Clock, audit: AuditLog, bus: Bus) -> None:
        self._store = store
        self._bus = bus
        self._audit = audit
        self._publisher = publisher
        self._clock = clock

    async def mine(self, principal: Principal) -> list[Session]:
        """Return the asker's log-ins that hold: the asking one first, then those seen last."""
        return sorted(
            await self.of_user(principal.user.id),
            key=lambda session: (session.id == principal.session.id, session.last_seen_at),
            reverse=True,
        )

    async def of_user(self, user_id: str) -> list[Session]:
        """Return the log-ins of a person that hold, newest first."""
        now = self._clock()
        return [session for session in await self._store.sessions.of_user(user_id) if session.expires_at > now]

    async def revoke(self, principal: Principal, session_id: str) -> None:
        """End one of the asker's log-ins; its sockets and pages close. Raises :class:`NotFound` for any other."""
        session = await self._store.sessions.get(session_id) if is_id(session_id) else None
        if session is None or session.user_id != principal.user.id or session.revoked_at:
            raise NotFound("This log-in has ended already.")
        if await self._end(session, "revoked"):
            me = principal.user.id
            await self._audit.record(
                AuditKind.SESSION_ENDED, actor=me, subject=me, device=device_of(session.user_agent).name
            )

    async def revoke_others(self, principal: Principal) -> int:
        """End all log-ins of the asker but the asking one; return how many there were."""
        me = principal.user.id
        ended = await self.end_all(me, keep=principal.session.id)
        await self._audit.record(AuditKind.SESSIONS_ENDED, actor=me, subject=me, count=ended)
        return ended

    async def end_all(self, user_id: str, *, keep: str = "", reason: str = "revoked") -> int:
        """End the log-ins of a person.

        Args:
            user_id: Whose.
            keep: The id of a session that stays.
            reason: What their pages say, see :class:`~chatbeside.services.events.SessionEnded`.

        Returns:
            How many that held were ended.
        """
        # A log-in that begins at this moment is either in the list, or sees what it was ended for.
        async with self._bus.lock(log_ins(user_id)):
            held = [session for session in await self._store.sessions.of_user(user_id) if session.id != keep]
            now = self._clock()
            ended = [session.expires_at > now for session in held if await self._end(session, reason)]
        return sum(ended)

    async def _end(self, session: Session, reason: str) -> bool:
        ended = await self._store.sessions.revoke(session.id, self._clock())
        if ended:
            await self._publisher.publish(SessionEnded(session.id, session.user_id, reason))
        return ended


def log_ins(user_id: str) -> str:
    """Return the name of the lock under which log-ins of a person begin and end, and the password changes."""
    return f"log-ins of {user_id}"
