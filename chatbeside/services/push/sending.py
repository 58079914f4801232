"""One message to one browser: encrypted for it alone (RFC 8291), posted to its push service (RFC 8030).

The endpoint is an address that a client gave, so it is treated as a stranger's wish: https, a public host, no
redirects. See :mod:`chatbeside.services.previews.fetching`.
"""

import asyncio
import ssl
from collections.abc import Callable
from http import HTTPStatus

import http_ece
import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from chatbeside.domain.clock import Clock
from chatbeside.domain.push import PushSubscription, decoded
from chatbeside.services.previews.fetching import NotFetched, Pinned, Resolve, checked, look_up
from chatbeside.services.push.keys import Vapid

SECONDS = 10.0
DAY = 24 * 60 * 60
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


class NotPushed(Exception):
    """The push service was not reached or refused the message."""


class Silent(NotPushed):
    """The push service did not answer in time."""


class Gone(NotPushed):
    """The browser no longer has this subscription."""


def check_endpoint(endpoint: str) -> None:
    """Refuse what cannot be a push service's address. Raises ValueError."""
    try:
        url = checked(endpoint)
    except (NotFetched, httpx.InvalidURL) as error:
        raise ValueError(str(error)) from error
    if url.scheme != "https":
        raise ValueError("not https")


class Sender:
    """Posts messages.

    Args:
        vapid: Says who sends.
        clock: The present moment.
        resolve: How hosts are looked up; tests pass their own.
        transport: Makes what opens connections, for each message a new one; tests pass their own.
    """

    def __init__(
        self,
        vapid: Vapid,
        clock: Clock,
        *,
        resolve: Resolve = look_up,
        transport: Callable[[], httpx.AsyncBaseTransport] | None = None,
    ) -> None:
        self._vapid = vapid
        self._clock = clock
        self._resolve = resolve
        self._make = transport or self._plain
        self._tls: ssl.SSLContext | None = None

    async def send(self, subscription: PushSubscription, payload: bytes) -> None:
        """Send ``payload`` (at most 3,993 bytes) to a browser.

        Raises:
            Gone: The subscription is over.
            Silent: Nobody answered in time.
            NotPushed: Something else went wrong.
        """
        if self._tls is None:
            self._tls = await asyncio.to_thread(ssl.create_default_context)
        try:
            check_endpoint(subscription.endpoint)
            url = checked(subscription.endpoint)
            request = httpx.Request(
                "POST",
                url,
                content=_encrypted(subscription, payload),
                headers={
                    "Host": url.netloc.decode("ascii"),
                    "Authorization": self._vapid.header(subscription.endpoint, self._clock()),
                    "Content-Encoding": "aes128gcm",
                    "Content-Type": "application/octet-stream",
                    "TTL": str(DAY),
                    "Urgency": "high",
                },
                extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), SECONDS)},
            )
            async with asyncio.timeout(SECONDS), Pinned(self._make(), self._resolve) as transport:
                response = await transport.handle_async_request(request)
                await response.aclose()
        except (TimeoutError, httpx.TimeoutException) as error:
            raise Silent(type(error).__name__) from error
        except (NotFetched, httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            raise NotPushed(type(error).__name__) from error
        if response.status_code in _GONE:
            raise Gone(str(response.status_code))
        if not response.is_success:
            raise NotPushed(str(response.status_code))

    def _plain(self) -> httpx.AsyncBaseTransport:
        return httpx.AsyncHTTPTransport(verify=self._tls or True, trust_env=False, retries=0)


def _encrypted(subscription: PushSubscription, payload: bytes) -> bytes:
    body: bytes = http_ece.encrypt(
        payload,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=decoded(subscription.p256dh),
        auth_secret=decoded(subscription.auth),
        version="aes128gcm",
    )
    return body
