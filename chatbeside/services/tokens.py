"""Signed tokens (JWT, RFC 7519, HS256): the one that proves a session and the short-lived ticket for one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import NotSignedIn
from chatbeside.domain.ids import derived_id, is_id
from chatbeside.domain.models import Session

_ALGORITHM = "HS256"
_TICKET_AUDIENCE = "chatbeside:ticket"
_STEP_AUDIENCE = "chatbeside:second-step"
TICKET_SECONDS = 30
STEP_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid token says. It is worth nothing until the session is looked up."""

    user_id: str
    session_id: str


class Tokens:
    """Makes and reads tokens.

    Args:
        secret: The key, at least 32 bytes.
        clock: The present moment; expiry is held against it.
    """

    def __init__(self, secret: bytes, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def issue(self, session: Session) -> str:
        """Return the token of ``session``; it ends when the session does."""
        return self._encode(session, session.expires_at, {})

    def issue_ticket(self, session: Session) -> str:
        """Return a ticket for ``session``, good for :data:`TICKET_SECONDS`."""
        return self._encode(session, self._clock() + timedelta(seconds=TICKET_SECONDS), {"aud": _TICKET_AUDIENCE})

    def issue_step(self, user_id: str, bound_to: str) -> str:
        """Return what shows, for :data:`STEP_SECONDS`, that somebody has passed the first step of a log-in.

        Args:
            user_id: Who.
            bound_to: It is void once this is another, such as the hash of the password.
        """
        now = self._clock()
        claims = {
            "sub": user_id,
            "sid": derived_id(user_id, bound_to),
            "iat": now,
            "exp": now + timedelta(seconds=STEP_SECONDS),
            "aud": _STEP_AUDIENCE,
        }
        return jwt.encode(claims, self._secret, algorithm=_ALGORITHM)

    def read_step(self, ticket: str) -> Claims:
        """Return what such a ticket says. Raises :class:`NotSignedIn` when it is forged, damaged or expired.

        ``session_id`` is ``derived_id(user_id, bound_to)``.
        """
        return self._decode(ticket, audience=_STEP_AUDIENCE)

    def read(self, token: str) -> Claims:
        """Return what a session token says. Raises :class:`NotSignedIn` when it is forged, damaged or expired."""
        return self._decode(token, audience=None)

    def read_ticket(self, ticket: str) -> Claims:
        """Return what a ticket says. Raises :class:`NotSignedIn` when it is forged, damaged or expired."""
        return self._decode(ticket, audience=_TICKET_AUDIENCE)

    def _encode(self, session: Session, expires_at: datetime, more: dict[str, Any]) -> str:
        claims = {"sub": session.user_id, "sid": session.id, "iat": self._clock(), "exp": expires_at, **more}
        return jwt.encode(claims, self._secret, algorithm=_ALGORITHM)

    def _decode(self, token: str, *, audience: str | None) -> Claims:
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                audience=audience,
                # Times are compared below with the product's own clock.
                options={"require": ["sub", "sid", "iat", "exp"], "verify_exp": False, "verify_iat": False},
            )
        # ValueError: jwt lets the encoding errors of text that cannot be a token through.
        except (jwt.PyJWTError, ValueError) as error:
            raise NotSignedIn("Log in first.") from error
        user_id, session_id, expires = claims["sub"], claims["sid"], claims["exp"]
        if not (isinstance(session_id, str) and is_id(session_id) and is_id(user_id) and isinstance(expires, int)):
            raise NotSignedIn("Log in first.")
        if expires <= self._clock().timestamp():
            raise NotSignedIn("Your session has ended. Log in again.")
        return Claims(user_id, session_id)
