"""How two browsers, or a browser and the media worker, find a way to each other.

The STUN and TURN servers, with passwords that hold for a while only.
"""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import NotRequired

from typing_extensions import TypedDict

from chatbeside.settings import Settings

CREDENTIAL_HOURS = 6
"""How long a password for the TURN server holds; the server asks for it again during a call."""


class IceServer(TypedDict):
    """An entry of the browser's ``RTCConfiguration.iceServers``."""

    urls: list[str]
    username: NotRequired[str]
    credential: NotRequired[str]


def ice_servers(settings: Settings, user_id: str, at: datetime) -> list[IceServer]:
    """Return the servers that ``user_id`` may use from ``at`` on; none when none is configured.

    The password is the one that coturn's ``use-auth-secret`` expects: the user name is the moment of expiry and the
    person, the password the HMAC-SHA1 of it under the shared secret (draft-uberti-behave-turn-rest).
    """
    servers: list[IceServer] = []
    stun = _addresses(settings.stun_url)
    if stun:
        servers.append({"urls": stun})
    turn = _addresses(settings.turn_url)
    if turn and settings.turn_secret:
        name = f"{int(at.timestamp()) + CREDENTIAL_HOURS * 3600}:{user_id}"
        secret = settings.turn_secret.get_secret_value().encode()
        digest = hmac.new(secret, name.encode(), hashlib.sha1).digest()
        servers.append({"urls": turn, "username": name, "credential": base64.b64encode(digest).decode()})
    return servers


def _addresses(listed: str | None) -> list[str]:
    return [address.strip() for address in (listed or "").split(",") if address.strip()]
