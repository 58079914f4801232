"""What proves that somebody is who they say, beside the password."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OneTime:
    """Something that works once and not for long, such as a link for a new password.

    Args:
        id: A hash of the secret that somebody holds; the secret itself is kept nowhere.
        kind: What it is for.
        user_id: For whom.
        created_at: When it was made.
        expires_at: From then on it is worth nothing.
        used_at: When it was used, or taken back.
    """

    id: str
    kind: str
    user_id: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The authenticator app of a person (TOTP, RFC 6238).

    Args:
        user_id: Whose.
        secret: What the app and the server share, encrypted.
        created_at: When it was made.
        confirmed_at: When a code of the app was right for the first time; until then it is asked for nowhere.
        last_step: The time step of the code that was used last; none of that step or an earlier one counts again.
        codes: Hashes of the recovery codes that are left.
        version: Rises with every change.
    """

    user_id: str
    secret: str
    created_at: datetime
    confirmed_at: datetime | None = None
    last_step: int = 0
    codes: tuple[str, ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class Identity:
    """An account elsewhere by which somebody logs in here (OpenID Connect): ``subject`` at ``issuer``."""

    issuer: str
    subject: str
    user_id: str
    created_at: datetime
