"""What somebody changes about their own account: name, address, password."""

import unicodedata
from datetime import timedelta
from typing import Any

from chatbeside.domain.audit import AuditKind
from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import Conflict, InvalidInput
from chatbeside.domain.limits import LimitName
from chatbeside.domain.models import User
from chatbeside.domain.names import email_key
from chatbeside.services.audit import AuditLog
from chatbeside.services.bus import Bus
from chatbeside.services.emails import check_email
from chatbeside.services.events import AccountChanged, Publisher
from chatbeside.services.limits import Limits
from chatbeside.services.passwords import Passwords, password_problem
from chatbeside.services.principal import Principal
from chatbeside.services.sessions import Sessions, log_ins
from chatbeside.store.interfaces import Store, Taken

DISPLAY_NAME_MOST = 50
RESET = "reset"
"""The kind of one-time proof that lets somebody choose a new password."""
FRESH = timedelta(minutes=10)
"""How old a log-in may be that stands for the password of somebody who has none."""
_WRONG = "This is not your password."
_UNSEEN = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class OwnAccount:
    """Changes of one's own account."""

    def __init__(
        self,
        *,
        store: Store,
        sessions: Sessions,
        passwords: Passwords,
        publisher: Publisher,
        clock: Clock,
        limits: Limits,
        audit: AuditLog,
        bus: Bus,
    ) -> None:
        self._store = store
        self._bus = bus
        self._sessions = sessions
        self._passwords = passwords
        self._publisher = publisher
        self._clock = clock
        self._audit = audit
        self._limits = limits

    async def confirm(self, principal: Principal, password: str, *, field: str = "password") -> User:
        """Make sure that the asker is who logged in, before something that cannot be undone.

        Somebody who has no password (who comes by another provider) must have logged in a moment ago.

        Args:
            principal: Who asks.
            password: Their present password.
            field: Where an error about it belongs.

        Returns:
            The account as it is now.

        Raises:
            InvalidInput: It is another one.
            TooMany: There were too many wrong tries; a session that somebody took over is no place to guess.
        """
        user = await self._store.users.get(principal.user.id) or principal.user
        if user.password_hash is None:
            if abs(self._clock() - principal.session.created_at) > FRESH:
                raise InvalidInput(
                    "Log out and in again, then do this within ten minutes.",
                    fields={field: "You have no password here. Log out and in again first."},
                )
            return user
        await self._limits.take(LimitName.PASSWORD, user.id)
        right, _ = await self._passwords.verify(password, user.password_hash)
        if not right:
            raise InvalidInput(_WRONG, fields={field: _WRONG})
        await self._limits.give_back(LimitName.PASSWORD, user.id)
        return user

    async def change_password(self, principal: Principal, present: str, password: str) -> None:
        """Set a new password. All other devices are logged out, and links for a new password are void.

        Raises:
            InvalidInput: ``fields`` says what is wrong with ``present`` or ``password``.
            TooMany: There were too many wrong tries.
        """
        user = await self.confirm(principal, present, field="present")
        if problem := password_problem(password, username=user.username, email=user.email or ""):
            raise InvalidInput("Check the new password.", fields={"password": problem})
        hashed = await self._passwords.hash(password)
        async with self._bus.lock(log_ins(user.id)):
            now = await self._store.users.get(user.id)
            if now is None or now.password_hash != user.password_hash:
                # Somebody else who knew it has changed it meanwhile: the one who was first counts.
                raise InvalidInput(_WRONG, fields={"present": _WRONG})
            await self._store.users.update(user.id, {"password_hash": hashed})
        await self._end_others(user, keep=principal.session.id)
        await self._audit.record(AuditKind.PASSWORD_CHANGED, actor=user.id, subject=user.id)

    async def set_password(self, user: User, password: str) -> None:
        """Store a password that was checked, and end all log-ins."""
        hashed = await self._passwords.hash(password)
        async with self._bus.lock(log_ins(user.id)):
            await self._store.users.update(user.id, {"password_hash": hashed})
        await self._end_others(user)

    async def _end_others(self, user: User, *, keep: str = "") -> None:
        await self._store.onetimes.use_all(user.id, RESET, self._clock())
        await self._sessions.end_all(user.id, keep=keep, reason="password")

    async def change(
        self,
        principal: Principal,
        *,
        display_name: str | None = None,
        email: str | None = None,
        password: str = "",
    ) -> User:
        """Change name and address; what is ``None`` stays.

        Args:
            principal: Who asks.
            display_name: What others see; empty for the user name.
            email: Another address. It needs the password, for whoever has the address can get a new one.
            password: The present password.

        Raises:
            InvalidInput: ``fields`` says what is wrong, by ``displayName``, ``email`` and ``password``.
            Conflict: The address is somebody else's.
        """
        changes: dict[str, Any] = {}
        if display_name is not None:
            name = check_display_name(display_name)
            changes["display_name"] = name if name and name != principal.user.username else None
        if email is not None:
            address = check_email(email)
            await self.confirm(principal, password)
            changes |= {"email": address, "email_key": email_key(address)}
        if not changes:
            return principal.user
        try:
            user = await self._store.users.update(principal.user.id, changes) or principal.user
        except Taken as error:
            words = "There is another account with this address."
            raise Conflict(words, fields={"email": words}) from error
        if email is not None:
            await self._store.onetimes.use_all(user.id, RESET, self._clock())
            await self._audit.record(AuditKind.EMAIL_CHANGED, actor=user.id, subject=user.id)
        await self._publisher.publish(AccountChanged(user.id))
        return user


def check_display_name(name: str) -> str:
    """Return the name trimmed and in NFC, or say what is wrong with it.

    Raises:
        InvalidInput: ``fields["displayName"]`` says what is wrong.
    """
    name = " ".join(unicodedata.normalize("NFC", name).split(" ")).strip()
    unseen = any(unicodedata.category(char) in _UNSEEN or char in _BIDI for char in name)
    seen = not name or any(unicodedata.category(char)[0] in "LNPS" for char in name)
    problem = None
    if len(name) > DISPLAY_NAME_MOST:
        problem = f"Use at most {DISPLAY_NAME_MOST} characters."
    elif unseen or not seen:
        problem = "Use letters and signs that can be seen."
    if problem:
        raise InvalidInput("Check the name.", fields={"displayName": problem})
    return name
