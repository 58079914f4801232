"""Fetching what somebody wrote an address of, without letting them reach into the network this server stands in.

An address in a message is a stranger's wish. So every host is looked up here, each of its addresses must be a public
one, and the connection goes to exactly the address that was looked at: a name that answers differently a second time
(DNS rebinding) gains nothing. Every redirect goes through the same. See OWASP, Server Side Request Forgery Prevention.
"""

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import httpx

SECONDS = 5.0
"""Until an answer must be there, redirects and all."""
REDIRECTS = 3
_AGENT = "chatbeside (link preview)"
_REDIRECT = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(rb"[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?|[0-9a-f:.]{2,45}")

_ALSO_REFUSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, RFC 6598
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarks
        "240.0.0.0/4",
        "64:ff9b::/96",  # NAT64, RFC 6052: an IPv4 address inside
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",  # Teredo and others with an address inside
        "2002::/16",  # 6to4: an IPv4 address inside
        "fec0::/10",
    )
)

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the IP addresses of a host, for a port."""


class NotFetched(Exception):
    """There is no preview to be had: refused, not there, not of the right kind, or too slow."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: the address it came from at last, its type in lower case, its charset and its first bytes."""

    url: str
    media_type: str
    charset: str | None
    body: bytes


def public(address: str) -> bool:
    """Return whether an IP address belongs to the public internet."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if "%" in address:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        return public(str(ip.ipv4_mapped))
    refused = any(ip in network for network in _ALSO_REFUSED if network.version == ip.version)
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or refused)


async def look_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses that the system's resolver gives."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotFetched(f"{host} has no address") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Pinned(httpx.AsyncBaseTransport):
    """Connects to the address that was checked, and to no other.

    The host's name stays in the ``Host`` header and in TLS, where the certificate is held against it.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, resolve: Resolve) -> None:
        self._inner = inner
        self._resolve = resolve

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request. Raises NotFetched when the host is not one to be visited."""
        host = request.url.raw_host.decode("ascii")
        addresses = await self._resolve(host, _PORTS[request.url.scheme])
        # One bad address is enough: which of them would be taken otherwise is the other side's choice.
        if not addresses or not all(public(address) for address in addresses):
            raise NotFetched(f"{host} is not a public host")
        request.url = request.url.copy_with(host=min(addresses, key=lambda address: ":" in address))
        request.extensions = {**request.extensions, "sni_hostname": host}
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


class Fetcher:
    """Gets the beginning of pages and pictures.

    Args:
        resolve: How hosts are looked up; tests pass their own.
        transport: Makes what opens connections, for each fetch a new one; tests pass their own.
    """

    def __init__(
        self, *, resolve: Resolve = look_up, transport: Callable[[], httpx.AsyncBaseTransport] | None = None
    ) -> None:
        self._resolve = resolve
        self._make = transport or self._plain
        self._tls: ssl.SSLContext | None = None

    async def get(self, url: str, *, kinds: Collection[str], most: int, whole: bool) -> Fetched:
        """Return what is at ``url``.

        Args:
            url: Its address, as a stranger wrote it.
            kinds: The media types that are wanted.
            most: Bytes to read at most.
            whole: Whether something longer is of no use; else its beginning is returned.

        Raises:
            NotFetched: There is nothing to be had.
        """
        if self._tls is None:
            self._tls = await asyncio.to_thread(ssl.create_default_context)
        try:
            async with asyncio.timeout(SECONDS), Pinned(self._make(), self._resolve) as transport:
                return await self._follow(transport, url, kinds, most, whole=whole)
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            raise NotFetched(f"{url[:200]}: {type(error).__name__}") from error

    async def _follow(
        self, transport: httpx.AsyncBaseTransport, url: str, kinds: Collection[str], most: int, *, whole: bool
    ) -> Fetched:
        for _ in range(REDIRECTS + 1):
            here = checked(url)
            headers = {
                "Host": here.netloc.decode("ascii"),
                "User-Agent": _AGENT,
                "Accept": ", ".join(kinds),
                "Accept-Encoding": "identity",  # nothing that unfolds
            }
            request = httpx.Request("GET", here, headers=headers, extensions={"timeout": _timeouts()})
            response = await transport.handle_async_request(request)
            try:
                if response.status_code not in _REDIRECT:
                    return await _read(response, str(here), kinds, most, whole=whole)
                url = str(here.join(response.headers.get("location", "")))
            finally:
                await response.aclose()
        raise NotFetched("too many redirects")

    def _plain(self) -> httpx.AsyncBaseTransport:
        return httpx.AsyncHTTPTransport(verify=self._tls or True, trust_env=False, retries=0)


def checked(url: str) -> httpx.URL:
    """Return ``url`` if it is one to visit: http or https, the usual port, no password. Raises NotFetched."""
    if len(url) > 2048:
        raise NotFetched("the address is too long")
    parsed = httpx.URL(url)
    usual = parsed.port in (None, _PORTS.get(parsed.scheme))
    if parsed.scheme not in _PORTS or not _HOST.fullmatch(parsed.raw_host) or parsed.userinfo or not usual:
        raise NotFetched(f"{url[:200]} is no address to visit")
    return parsed.copy_with(fragment=None)


def _timeouts() -> dict[str, float]:
    return dict.fromkeys(("connect", "read", "write", "pool"), SECONDS)


async def _read(response: httpx.Response, url: str, kinds: Collection[str], most: int, *, whole: bool) -> Fetched:
    media_type, _, parameters = response.headers.get("content-type", "").partition(";")
    media_type = media_type.strip().lower()
    encoded = response.headers.get("content-encoding", "identity").lower() != "identity"
    if response.status_code != HTTPStatus.OK or media_type not in kinds or encoded:
        raise NotFetched(f"{url[:200]}: {response.status_code} {media_type}")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > most:
            if whole:
                raise NotFetched(f"{url[:200]} is too large")
            break
    return Fetched(url, media_type, _charset(parameters), bytes(body[:most]))


def _charset(parameters: str) -> str | None:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower() or None
    return None
