"""A new password for who forgot the old one: by a link in a mail, or one that an administrator makes.

A link works once. What is kept of it is a hash, so a copy of the database opens no account. Whether an address belongs
to an account, neither the answer tells nor the time it takes: looking it up happens afterwards.
"""

import asyncio
import hashlib
import logging
import secrets
from datetime import datetime, timedelta
from urllib.parse import quote

from chatbeside.domain.audit import AuditKind
from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import InvalidInput, NotFound, TooMany, Unavailable
from chatbeside.domain.ids import is_id
from chatbeside.domain.limits import LimitName
from chatbeside.domain.models import User
from chatbeside.domain.names import email_key
from chatbeside.domain.proofs import OneTime
from chatbeside.services import source
from chatbeside.services.audit import AuditLog
from chatbeside.services.background import end
from chatbeside.services.emails import check_email
from chatbeside.services.limits import Limits, address_key
from chatbeside.services.mail import MailServer, NotSent
from chatbeside.services.own_account import RESET, OwnAccount
from chatbeside.services.passwords import password_problem
from chatbeside.services.principal import Principal, check_administrator
from chatbeside.settings import Settings
from chatbeside.store.interfaces import Store

RESET_PAGE = "/reset"
MAIL_HOLDS = timedelta(hours=1)
LINK_HOLDS = timedelta(hours=24)
WAITING_MOST = 100
"""Mails that wait to be sent."""
_CODE_MOST = 100
_OVER = "This link has been used or is too old. Ask for a new one."
_NO_MAIL = "This server sends no mail. Ask whoever runs it for a link to choose a new password."

_log = logging.getLogger(__name__)


class Resets:
    """Links for a new password."""

    def __init__(
        self,
        *,
        store: Store,
        settings: Settings,
        own_account: OwnAccount,
        clock: Clock,
        audit: AuditLog,
        limits: Limits,
    ) -> None:
        self._store = store
        self._own_account = own_account
        self._clock = clock
        self._audit = audit
        self._mail = MailServer.of(settings)
        self._home = (settings.public_url or f"http://localhost:{settings.port}").rstrip("/")
        self._limits = limits
        self._waiting: asyncio.Queue[tuple[str, source.Source]] = asyncio.Queue(WAITING_MOST)
        self._worker: asyncio.Task[None] | None = None

    @property
    def by_mail(self) -> bool:
        """Whether this server sends mail."""
        return self._mail is not None

    async def start(self) -> None:
        """Begin to send."""
        self._worker = asyncio.create_task(self._work(), name="mail")

    async def stop(self) -> None:
        """Stop; what waits is not sent."""
        await end(self._worker)
        self._worker = None

    async def idle(self) -> None:
        """Wait until nothing waits."""
        await self._waiting.join()

    async def ask(self, email: str) -> None:
        """Send a link to this address if there is an account with it. The answer is the same if there is none.

        Raises:
            InvalidInput: This is no address.
            TooMany: The address or the asker was here too often.
            Unavailable: This server sends no mail.
        """
        if self._mail is None:
            raise Unavailable(_NO_MAIL)
        address = check_email(email)
        await self._limits.take(LimitName.RESET_ADDRESS, address_key(source.current().address))
        await self._limits.take(LimitName.RESET, email_key(address))
        try:
            self._waiting.put_nowait((address, source.current()))
        except asyncio.QueueFull as error:
            raise TooMany("Many mails wait to be sent. Try again in a minute.", retry_after=60) from error

    async def make_link(self, principal: Principal, user_id: str) -> tuple[str, datetime]:
        """Make a link for somebody, for an administrator to hand over by a way that both trust.

        Links that the person had are void.

        Returns:
            The path on this server, and when it ends.

        Raises:
            NotAllowed: The asker is no administrator.
            NotFound: There is no such account, or it is closed.
        """
        check_administrator(principal)
        user = await self._store.users.get(user_id) if is_id(user_id) else None
        if user is None or not _may(user):
            raise NotFound("There is no such account.")
        await self._store.onetimes.use_all(user.id, RESET, self._clock())
        path, ends = await self._make(user, LINK_HOLDS)
        await self._audit.record(AuditKind.RESET_LINK_MADE, actor=principal.user.id, subject=user.id)
        return path, ends

    async def look(self, code: str) -> User:
        """Return whose new password a link's code lets somebody choose. Raises :class:`NotFound`."""
        return (await self._open(code))[1]

    async def redeem(self, code: str, password: str) -> None:
        """Set a new password. All devices are logged out; a second factor is asked for as before.

        Raises:
            NotFound: The link is forged, used or too old.
            InvalidInput: ``fields["password"]`` says what is wrong; the link still holds.
        """
        one, user = await self._open(code)
        if problem := password_problem(password, username=user.username, email=user.email or ""):
            raise InvalidInput("Check the new password.", fields={"password": problem})
        if not await self._store.onetimes.use(one.id, self._clock()):
            raise NotFound(_OVER)
        await self._own_account.set_password(user, password)
        await self._audit.record(AuditKind.PASSWORD_RESET, actor=user.id, subject=user.id)

    async def _make(self, user: User, holds: timedelta) -> tuple[str, datetime]:
        code, now = secrets.token_urlsafe(32), self._clock()
        await self._store.onetimes.forget(now - LINK_HOLDS)
        await self._store.onetimes.add(OneTime(_hashed(code), RESET, user.id, now, now + holds))
        return f"{RESET_PAGE}?code={quote(code)}", now + holds

    async def _open(self, code: str) -> tuple[OneTime, User]:
        one = await self._store.onetimes.get(_hashed(code)) if len(code) <= _CODE_MOST else None
        if one is None or one.kind != RESET or one.used_at or one.expires_at <= self._clock():
            raise NotFound(_OVER)
        user = await self._store.users.get(one.user_id)
        if user is None or not _may(user):
            raise NotFound(_OVER)
        return one, user

    async def _work(self) -> None:
        while True:
            address, where = await self._waiting.get()
            try:
                with source.coming_from(where):
                    await self._send(address)
            except NotSent as error:
                _log.warning("A mail for a new password could not be sent: %s", error)
            except Exception:
                _log.exception("A mail for a new password failed")
            finally:
                self._waiting.task_done()

    async def _send(self, address: str) -> None:
        user = await self._store.users.by_email(email_key(address))
        await self._audit.record(AuditKind.RESET_ASKED, subject=user.id if user else None)
        if user is None or not _may(user) or user.email is None or self._mail is None:
            return
        path, _ = await self._make(user, MAIL_HOLDS)
        text = (
            f"Hello {user.username},\n\n"
            f"somebody, probably you, asked for a new password at {self._home}.\n"
            f"Choose it here within one hour; the link works once:\n\n{self._home}{path}\n\n"
            "If it was not you, do nothing: your password stays as it is.\n"
        )
        await self._mail.send(user.email, "A new password", text)


def _may(user: User) -> bool:
    return not user.bot and user.deactivated_at is None


def _hashed(code: str) -> str:
    # The code is long and random, so a fast hash keeps it as well as a slow one.
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()
