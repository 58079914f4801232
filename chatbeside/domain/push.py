"""Web Push (RFC 8030): where a browser of somebody hears of messages while no page is open."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from chatbeside.domain.errors import InvalidInput

ENDPOINT_MOST = 2048
_PUBLIC_KEY = 65  # an uncompressed point of P-256
_AUTH = 16


@dataclass(frozen=True, slots=True)
class PushSubscription:
    """One browser of a person, with the log-in it belongs to.

    ``endpoint`` is the address at the browser's own push service, unique; ``p256dh`` and ``auth`` are the browser's
    key and secret for encryption (RFC 8291), base64url.
    """

    endpoint: str
    user_id: str
    session_id: str
    p256dh: str
    auth: str
    created_at: datetime


def decoded(text: str) -> bytes:
    """Return the bytes of base64url text, padded or not. Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error


def encoded(data: bytes) -> str:
    """Return base64url text without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def check_keys(p256dh: str, auth: str) -> None:
    """Look at the form of a subscription's keys. Raises :class:`InvalidInput`."""
    for name, text, size in (("p256dh", p256dh, _PUBLIC_KEY), ("auth", auth, _AUTH)):
        try:
            right = text.isascii() and len(decoded(text)) == size
        except ValueError:
            right = False
        if not right:
            raise InvalidInput("Check the subscription.", fields={f"keys.{name}": f"Not {size} bytes in base64url."})
