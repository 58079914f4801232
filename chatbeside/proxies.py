"""Whose word counts for where a request comes from, when reverse proxies stand in front of the server.

Each proxy adds the address that it was called from at the end of ``X-Forwarded-For``. What stands further left
came with the request and may be invented. So with n proxies the n-th address from the right is the client's.
"""

import ipaddress

from starlette.types import ASGIApp, Receive, Scope, Send

_SCHEMES = {"http": {"http": "http", "websocket": "ws"}, "https": {"http": "https", "websocket": "wss"}}


class TrustedHops:
    """ASGI middleware: ``scope["client"]`` and ``scope["scheme"]`` are what the outermost trusted proxy saw.

    Args:
        app: What comes next.
        hops: How many proxies there are; with 0 no header is believed.
    """

    def __init__(self, app: ASGIApp, hops: int) -> None:
        self._app = app
        self._hops = hops

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve ``scope``, corrected."""
        if self._hops and scope["type"] in {"http", "websocket"}:
            scope = {**scope, **self._seen(scope)}
        await self._app(scope, receive, send)

    def _seen(self, scope: Scope) -> dict[str, object]:
        seen: dict[str, object] = {}
        forwarded = _list(scope, b"x-forwarded-for")
        if len(forwarded) >= self._hops and (address := _address(forwarded[-self._hops])):
            seen["client"] = (address, 0)
        schemes = _list(scope, b"x-forwarded-proto")
        if schemes and schemes[-1] in _SCHEMES:
            seen["scheme"] = _SCHEMES[schemes[-1]][scope["type"]]
        return seen


def _list(scope: Scope, name: bytes) -> list[str]:
    """Return the entries of a header that is a list, in order, over all its lines."""
    lines = [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]
    return [entry.strip() for line in lines for entry in line.split(",") if entry.strip()]


def _address(entry: str) -> str | None:
    """Return the address of an entry, which may have a port; ``None`` for what is none, such as ``unknown``."""
    if entry.startswith("["):
        entry = entry[1:].partition("]")[0]
    elif entry.count(":") == 1:
        entry = entry.partition(":")[0]
    try:
        return str(ipaddress.ip_address(entry))
    except ValueError:
        return None
