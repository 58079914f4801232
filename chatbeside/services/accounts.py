"""Signing up, logging in, and what proves that somebody did."""

from dataclasses import dataclass, replace
from datetime import timedelta

from chatbeside.domain.audit import AuditKind
from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import CodeNeeded, Conflict, InvalidInput, NotSignedIn
from chatbeside.domain.ids import derived_id, new_id
from chatbeside.domain.limits import LimitName
from chatbeside.domain.models import Session, User
from chatbeside.domain.names import check_username, email_key, username_key
from chatbeside.services import source
from chatbeside.services.audit import AuditLog
from chatbeside.services.bus import Bus
from chatbeside.services.emails import EMAIL_MOST, check_email
from chatbeside.services.events import AccountMade, Publisher, SessionEnded
from chatbeside.services.held_names import name_hold
from chatbeside.services.limits import Limits, address_key
from chatbeside.services.passwords import Passwords, password_problem
from chatbeside.services.principal import Principal
from chatbeside.services.second_factor import SecondFactors
from chatbeside.services.sessions import log_ins
from chatbeside.services.tokens import Tokens
from chatbeside.settings import Settings
from chatbeside.store.interfaces import Store, Taken

SIGN_UPS = "sign up"
"""The lock under which accounts are made, and closed by their owners: who is the only one is certain within it."""
_SEEN_EVERY = timedelta(minutes=1)
_USER_AGENT_MOST = 300
_TAKEN = {
    "username": "Somebody has this name already. Choose another.",
    "email": "There is an account with this address already. Log in, or use another address.",
}
_WRONG = "The name or the password is not right."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh log-in. ``token`` proves it."""

    user: User
    session: Session
    token: str


class Accounts:
    """Accounts and sessions."""

    def __init__(
        self,
        *,
        store: Store,
        settings: Settings,
        publisher: Publisher,
        clock: Clock,
        passwords: Passwords,
        tokens: Tokens,
        audit: AuditLog,
        bus: Bus,
        limits: Limits,
        factors: SecondFactors,
    ) -> None:
        self._store = store
        self._publisher = publisher
        self._clock = clock
        self._passwords = passwords
        self._tokens = tokens
        self._audit = audit
        self._factors = factors
        self._session_length = timedelta(days=settings.session_days)
        self._bus = bus
        self._limits = limits

    async def sign_up(self, username: str, email: str, password: str, *, user_agent: str = "") -> SignedIn:
        """Make an account and log in with it. Who comes while there is no other active account administers.

        Args:
            username: The name to go by; unique without regard to case.
            email: The person's address; unique, never shown to others.
            password: 8 to 128 characters.
            user_agent: What the person uses, for their list of sessions.

        Raises:
            InvalidInput: ``fields`` says for each of the three what is wrong.
            Conflict: The name or the address is taken; ``fields`` says which.
            TooMany: There were very many sign-ups from one address, or too many others wait for their passwords to be
                hashed.
        """
        name, address = _check_new(username, email, password)
        if whence := source.current().address:
            await self._limits.take(LimitName.SIGN_UP_ADDRESS, address_key(whence))
        await self._check_free(name, address)
        user = User(
            id=new_id(),
            username=name,
            username_key=username_key(name),
            email=address,
            email_key=email_key(address),
            password_hash=await self._passwords.hash(password),
            created_at=self._clock(),
        )
        user = await self._add(user)
        await self._audit.record(AuditKind.SIGNED_UP, actor=user.id, subject=user.id)
        await self._publisher.publish(AccountMade(user.id))
        return await self._begin(user, user_agent)

    async def make(self, username: str, email: str | None) -> User:
        """Make an account without a password, for somebody whom another provider knows.

        Raises:
            InvalidInput: The name cannot be one.
            Conflict: The name or the address is taken; ``fields`` says which.
        """
        name = check_username(username)
        user = User(
            id=new_id(),
            username=name,
            username_key=username_key(name),
            email=email,
            email_key=email_key(email) if email else None,
            created_at=self._clock(),
        )
        user = await self._add(user)
        await self._audit.record(AuditKind.SIGNED_UP, actor=user.id, subject=user.id)
        await self._publisher.publish(AccountMade(user.id))
        return user

    async def log_in(self, name_or_email: str, password: str, *, user_agent: str = "") -> SignedIn:
        """Log in by name or address.

        Args:
            name_or_email: A name, or an e-mail address.
            password: The password.
            user_agent: What the person uses, for their list of sessions.

        Raises:
            NotSignedIn: Something was not right; which part is not told.
            CodeNeeded: All is right so far, and :meth:`log_in_code` goes on.
            TooMany: There were too many wrong tries, or too many others wait for their passwords to be checked.
        """
        account, whence = username_key(name_or_email[:EMAIL_MOST]), address_key(source.current().address)
        if whence:
            await self._limits.take(LimitName.LOG_IN_ADDRESS, whence)
        await self._limits.take(LimitName.LOG_IN, account, whence)
        await self._limits.take(LimitName.LOG_IN_ACCOUNT, account)
        user = await self._find(name_or_email)
        stored = user.password_hash if user and not user.deactivated_at else None
        right, renewed = await self._passwords.verify(password, stored)
        if user is None or not right:
            # What was typed as a name is not kept: it may be a password in the wrong field.
            await self._audit.record(AuditKind.LOG_IN_FAILED, subject=user.id if user else None)
            raise NotSignedIn(_WRONG)
        await self._limits.give_back(LimitName.LOG_IN, account, whence)
        await self._limits.give_back(LimitName.LOG_IN_ACCOUNT, account)
        if renewed:
            user = await self._renew(user, renewed)
        return await self.enter(user, user_agent=user_agent)

    async def enter(self, user: User, *, user_agent: str = "") -> SignedIn:
        """Log in somebody who has shown who they are.

        Raises:
            CodeNeeded: That was the first of two steps.
        """
        if (await self._factors.state(user.id)).on:
            ticket = self._tokens.issue_step(user.id, user.password_hash or "")
            raise CodeNeeded("Enter the code that your app shows now.", ticket=ticket)
        return await self._logged_in(user, user_agent)

    async def log_in_code(self, ticket: str, code: str, *, user_agent: str = "") -> SignedIn:
        """Go through the second step.

        Args:
            ticket: That of :class:`CodeNeeded`.
            code: A code of the app, or a recovery code.
            user_agent: What the person uses, for their list of sessions.

        Raises:
            NotSignedIn: The ticket is forged or too old, or the password was changed meanwhile.
            InvalidInput: ``fields["code"]``: the code is wrong or was used before.
            TooMany: There were too many wrong codes.
        """
        claims = self._tokens.read_step(ticket)
        user = await self._store.users.get(claims.user_id)
        if user is None or user.deactivated_at:
            raise NotSignedIn("Log in again.")
        if claims.session_id != derived_id(user.id, user.password_hash or ""):
            raise NotSignedIn("Log in again.")
        # Turned off in the meantime: then the first step was all there is.
        if (await self._factors.state(user.id)).on and not await self._factors.check(user.id, code):
            words = "This code is not right, or was used already. Wait for the next one."
            raise InvalidInput(words, fields={"code": words})
        return await self._logged_in(user, user_agent)

    async def _logged_in(self, user: User, user_agent: str) -> SignedIn:
        await self._audit.record(AuditKind.LOGGED_IN, actor=user.id, subject=user.id)
        return await self._begin(user, user_agent)

    async def authenticate(self, token: str) -> Principal:
        """Return who holds ``token``.

        Raises:
            NotSignedIn: The token is forged, damaged or expired, its session is over, or the account is closed.
        """
        claims = self._tokens.read(token)
        session = await self._store.sessions.get(claims.session_id)
        now = self._clock()
        if session is None or session.user_id != claims.user_id or session.revoked_at or session.expires_at <= now:
            raise NotSignedIn("Your session has ended. Log in again.")
        user = await self._store.users.get(session.user_id)
        if user is None or user.deactivated_at:
            raise NotSignedIn("Your session has ended. Log in again.")
        if now - session.last_seen_at >= _SEEN_EVERY:
            await self._store.sessions.touch(session.id, now)
        return Principal(user, session)

    async def log_out(self, principal: Principal) -> None:
        """End the session; its sockets and pages close."""
        if await self._store.sessions.revoke(principal.session.id, self._clock()):
            await self._audit.record(AuditKind.LOGGED_OUT, actor=principal.user.id, subject=principal.user.id)
            await self._publisher.publish(SessionEnded(principal.session.id, principal.user.id))

    async def make_ticket(self, signed_in: SignedIn) -> str:
        """Return what a page may exchange, once and within 30 seconds, for the session's token.

        A log-in that a page handler made on the server becomes an HttpOnly cookie by this way.
        """
        return self._tokens.issue_ticket(signed_in.session)

    async def redeem_ticket(self, ticket: str) -> str:
        """Exchange a ticket for a token.

        The session it was made for is replaced by a fresh one, whose token this is: ending a session
        succeeds only once, so a ticket works only once on any number of workers.

        Raises:
            NotSignedIn: The ticket is forged, too old or used.
        """
        claims = self._tokens.read_ticket(ticket)
        session = await self._store.sessions.get(claims.session_id)
        user = await self._store.users.get(claims.user_id)
        if session is None or user is None or user.deactivated_at or session.user_id != user.id:
            raise NotSignedIn("Log in again.")
        return (await self._begin(user, session.user_agent, instead_of=session)).token

    async def _check_free(self, username: str, email: str) -> None:
        taken = []
        if await self._store.users.by_username(username_key(username)):
            taken.append("username")
        if await self._store.users.by_email(email_key(email)):
            taken.append("email")
        if taken:
            raise _conflict(taken)

    async def _add(self, user: User) -> User:
        # Only one of several sign-ups at the same time, at whatever worker, can be the first.
        async with self._bus.lock(SIGN_UPS):
            if await self._store.users.count() == 0:
                user = replace(user, administrator=True)
            held = await self._store.onetimes.get(name_hold(user.username_key))
            if held is not None and held.expires_at >= self._clock():
                raise _conflict(["username"])
            try:
                await self._store.users.add(user)
            except Taken as error:
                raise _conflict([error.field]) from error
        return user

    async def _find(self, name_or_email: str) -> User | None:
        if "@" in name_or_email:
            return await self._store.users.by_email(email_key(name_or_email))
        return await self._store.users.by_username(username_key(name_or_email))

    async def _renew(self, user: User, hashed: str) -> User:
        """Store a better hash of the password that was just given, unless the password was changed meanwhile."""
        async with self._bus.lock(log_ins(user.id)):
            now = await self._store.users.get(user.id)
            if now is None or now.password_hash != user.password_hash:
                return user
            return await self._store.users.update(user.id, {"password_hash": hashed}) or user

    async def _begin(self, user: User, user_agent: str, instead_of: Session | None = None) -> SignedIn:
        """Begin a session.

        Args:
            user: Whose, as the account was when its owner showed who they are.
            user_agent: What they use.
            instead_of: A session that ends with it.

        Raises:
            NotSignedIn: Another password was set, the account was closed or ``instead_of`` ended meanwhile.
        """
        now = self._clock()
        session = Session(
            id=new_id(),
            user_id=user.id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + self._session_length,
            user_agent=user_agent[:_USER_AGENT_MOST],
        )
        # All log-ins may be ended at this very moment: that comes before this one begins, or after.
        async with self._bus.lock(log_ins(user.id)):
            account = await self._store.users.get(user.id)
            holds = account is not None and not account.deactivated_at and account.password_hash == user.password_hash
            if not holds or (instead_of and not await self._store.sessions.revoke(instead_of.id, now)):
                raise NotSignedIn("Log in again.")
            await self._store.sessions.add(session)
        return SignedIn(user, session, self._tokens.issue(session))


def _check_new(username: str, email: str, password: str) -> tuple[str, str]:
    """Return name and address in the form to store, or say for every field at once what is wrong."""
    problems: dict[str, str] = {}
    try:
        username = check_username(username)
    except InvalidInput as error:
        problems.update(error.fields)
    try:
        email = check_email(email)
    except InvalidInput as error:
        problems.update(error.fields)
    if problem := password_problem(password, username=username, email=email):
        problems["password"] = problem
    if problems:
        raise InvalidInput("Check what is marked.", fields=problems)
    return username, email


def _conflict(fields: list[str]) -> Conflict:
    problems = {field: _TAKEN[field] for field in fields if field in _TAKEN}
    return Conflict(next(iter(problems.values()), "This is taken already."), fields=problems)
