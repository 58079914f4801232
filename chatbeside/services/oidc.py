"""Logging in through another provider (OpenID Connect Core 1.0: authorisation code with PKCE, state and nonce).

Which account an identity leads to:

1. An identity (issuer and subject) that is linked leads to its account, and to no other.
2. One that is not linked, of somebody whose address nobody has here, makes a new account.
3. Is there an account with its address already, it is linked only when the provider says that the address is verified
   **and** whoever comes logs in to that account once with its own password (and second step). So neither a careless
   provider nor somebody who signed up here with a foreign address gets at an account of another.
"""

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from cryptography.fernet import Fernet, InvalidToken
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from chatbeside.domain.audit import AuditKind
from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import ChatError, Conflict, InvalidInput, NotAllowed, NotFound, Unavailable
from chatbeside.domain.models import User
from chatbeside.domain.names import USERNAME_MAX, check_username, email_key
from chatbeside.domain.proofs import Identity
from chatbeside.services.accounts import Accounts, SignedIn
from chatbeside.services.audit import AuditLog
from chatbeside.services.bus import Bus
from chatbeside.services.emails import check_email
from chatbeside.services.secrets import derived_key
from chatbeside.settings import Settings
from chatbeside.store.interfaces import Store, Taken

CALLBACK = "/api/auth/oidc/callback"
FLOW_SECONDS = 600
"""How long somebody may take at the provider, and to link an account."""
_TIMEOUT = 10.0
_KEPT = 3600
_LEEWAY = 60
"""Seconds that clocks may differ."""
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
_TRIES = 50
_FAILED = "Logging in there did not work. Try again."
_NOT_THERE = "The other provider does not answer. Try again in a moment, or use your password."


class LinkNeeded(ChatError):
    """There is an account with this address: whoever has its password may link the two.

    Args:
        ticket: What to hand to :meth:`Oidc.link` after a log-in.
    """

    code = "link_needed"

    def __init__(self, ticket: str) -> None:
        super().__init__("There is an account with your address. Log in to it once with its password to connect both.")
        self.ticket = ticket


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send the browser, and what it must bring back (in a cookie that only this server reads)."""

    address: str
    flow: str


class Oidc:
    """The one other provider that the settings name."""

    def __init__(
        self,
        *,
        store: Store,
        settings: Settings,
        accounts: Accounts,
        clock: Clock,
        audit: AuditLog,
        bus: Bus,
        secret: bytes,
    ) -> None:
        self._store = store
        self._bus = bus
        self._accounts = accounts
        self._clock = clock
        self._audit = audit
        self._issuer = (settings.oidc_issuer or "").strip()
        self._client_id = settings.oidc_client_id or ""
        self._client_secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None
        self._lock = Fernet(base64.urlsafe_b64encode(derived_key(secret, b"chatbeside oidc")))
        self._known: tuple[float, dict[str, Any], Any] | None = None
        home = (settings.public_url or f"http://localhost:{settings.port}").rstrip("/")
        self._callback = f"{home}{CALLBACK}"
        self.name = settings.oidc_name
        if self.on and not _trusted(self._issuer):
            raise ValueError("OIDC_ISSUER must begin with https:// (http:// only on this machine).")

    @property
    def on(self) -> bool:
        """Whether the settings name a provider."""
        return bool(self._issuer and self._client_id)

    async def begin(self, next_page: str) -> Departure:
        """Send somebody to the provider.

        Args:
            next_page: The path to come back to.

        Raises:
            NotFound: There is no provider.
            Unavailable: It does not answer.
        """
        metadata, _ = await self._provider()
        flow = {
            "state": secrets.token_urlsafe(24),
            "nonce": secrets.token_urlsafe(24),
            "verifier": secrets.token_urlsafe(48),
            "next": next_page,
        }
        async with self._client() as client:
            address, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=flow["state"],
                nonce=flow["nonce"],
                code_verifier=flow["verifier"],
            )
        return Departure(address, self._seal(flow))

    async def finish(self, flow: str, state: str, code: str, *, user_agent: str = "") -> tuple[SignedIn, str]:
        """Take somebody back from the provider.

        Args:
            flow: What :meth:`begin` made, from this browser's cookie.
            state: What the provider handed back.
            code: The authorisation code.
            user_agent: What the person uses.

        Returns:
            The log-in, and the path to go on to.

        Raises:
            NotAllowed: Another browser began this, it took too long, or what the provider says does not hold.
            CodeNeeded: The second step of this server comes next.
            LinkNeeded: There is an account with this address.
            Unavailable: The provider does not answer.
        """
        begun = self._unseal(flow)
        if not (begun and secrets.compare_digest(begun.get("state", ""), state.encode("utf-8", "replace").decode())):
            raise NotAllowed(_FAILED)
        claims = await self._claims(code, begun["verifier"], begun["nonce"])
        # Somebody new who comes twice at once, from two windows, gets one account.
        async with self._bus.lock(f"identity {hashlib.sha256(claims['sub'].encode()).hexdigest()}"):
            user = await self._user(claims)
        return await self._accounts.enter(user, user_agent=user_agent), begun["next"]

    async def link(self, user: User, ticket: str) -> None:
        """Link the identity of a ticket to the account that was logged in to; nothing happens when they do not fit."""
        held = self._unseal(ticket)
        if not held or not user.email_key or held.get("email") != user.email_key:
            return
        try:
            await self._store.identities.add(Identity(held["issuer"], held["subject"], user.id, self._clock()))
        except Taken:
            return
        await self._audit.record(AuditKind.IDENTITY_LINKED, actor=user.id, subject=user.id)

    async def _user(self, claims: dict[str, Any]) -> User:
        subject = str(claims["sub"])
        known = await self._store.identities.get(self._issuer, subject)
        if known is not None:
            user = await self._store.users.get(known.user_id)
            if user is None or user.deactivated_at:
                raise NotAllowed("This account is closed.")
            return user
        email = _verified(claims)
        if email and await self._store.users.by_email(email_key(email)):
            held = {"issuer": self._issuer, "subject": subject, "email": email_key(email)}
            raise LinkNeeded(self._seal(held))
        user = await self._make(claims, email)
        await self._store.identities.add(Identity(self._issuer, subject, user.id, self._clock()))
        await self._audit.record(AuditKind.IDENTITY_LINKED, actor=user.id, subject=user.id)
        return user

    async def _make(self, claims: dict[str, Any], email: str | None) -> User:
        wanted = _name_from(claims)
        for number in range(1, _TRIES):
            name = wanted if number == 1 else f"{wanted[: USERNAME_MAX - 3]}{number}"
            try:
                return await self._accounts.make(name, email)
            except Conflict as error:
                if "username" not in error.fields:
                    raise
        raise Conflict("No name is free for a new account. Sign up here with a name of your choice.")

    async def _claims(self, code: str, verifier: str, nonce: str) -> dict[str, Any]:
        metadata, keys = await self._provider()
        try:
            async with self._client() as client:
                answer = await client.fetch_token(
                    metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier
                )
            token = jwt.decode(answer.get("id_token", ""), keys, algorithms=_ALGORITHMS)
        except httpx.HTTPError as error:
            raise Unavailable(_NOT_THERE) from error
        except (AuthlibBaseError, JoseError, ValueError) as error:
            self._known = None  # The keys may be new: the next try fetches them.
            raise NotAllowed(_FAILED) from error
        claims = dict(token.claims)
        if not self._hold(claims, nonce):
            raise NotAllowed(_FAILED)
        return claims

    def _hold(self, claims: dict[str, Any], nonce: str) -> bool:
        """Return whether the claims are for us, for now and for this very log-in (OpenID Connect Core, 3.1.3.7)."""
        now = self._clock().timestamp()
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        expires = claims.get("exp")
        return (
            claims.get("iss") == self._issuer
            and self._client_id in audiences
            and (len(audiences) == 1 or claims.get("azp") == self._client_id)
            and isinstance(expires, int | float)
            and expires + _LEEWAY > now
            and claims.get("nonce") == nonce
            and isinstance(claims.get("sub"), str)
            and 0 < len(claims["sub"]) <= 255
        )

    async def _provider(self) -> tuple[dict[str, Any], Any]:
        """Return what the provider says of itself (OpenID Connect Discovery) and its keys, asked for once an hour."""
        if not self.on:
            raise NotFound("This server knows no other provider.")
        now = self._clock().timestamp()
        if self._known and now - self._known[0] < _KEPT:
            return self._known[1], self._known[2]
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client:
                address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
                metadata = (await client.get(address)).raise_for_status().json()
                if metadata.get("issuer") != self._issuer:
                    raise Unavailable("OIDC_ISSUER is not what the provider calls itself. Tell an administrator.")
                keys = jwk.KeySet.import_key_set((await client.get(metadata["jwks_uri"])).raise_for_status().json())
        except (httpx.HTTPError, JoseError, ValueError, KeyError) as error:
            raise Unavailable(_NOT_THERE) from error
        self._known = (now, metadata, keys)
        return metadata, keys

    def _client(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._client_id,
            self._client_secret,
            token_endpoint_auth_method="client_secret_basic" if self._client_secret else "none",
            scope="openid profile email",
            redirect_uri=self._callback,
            code_challenge_method="S256",
            timeout=_TIMEOUT,
        )

    def _seal(self, value: dict[str, str]) -> str:
        return self._lock.encrypt_at_time(json.dumps(value).encode(), int(self._clock().timestamp())).decode()

    def _unseal(self, sealed: str) -> dict[str, str] | None:
        try:
            now = int(self._clock().timestamp())
            held: dict[str, str] = json.loads(self._lock.decrypt_at_time(sealed, FLOW_SECONDS, now))
        except (InvalidToken, ValueError):
            return None
        return held


def _verified(claims: dict[str, Any]) -> str | None:
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return None
    try:
        return check_email(email)
    except InvalidInput:
        return None


def _name_from(claims: dict[str, Any]) -> str:
    """Return a name that may be one here, as near as possible to what the person is called there."""
    for claim in ("preferred_username", "nickname", "given_name", "name", "email"):
        text = claims.get(claim)
        if isinstance(text, str):
            name = re.sub(r"[^\w.-]+", "-", text.partition("@")[0])[: USERNAME_MAX - 3].strip("-._")
            try:
                return check_username(name)
            except InvalidInput:
                continue
    return "person"


def _trusted(issuer: str) -> bool:
    url = urlsplit(issuer)
    return url.scheme == "https" or (url.scheme == "http" and url.hostname in {"localhost", "127.0.0.1", "::1"})
