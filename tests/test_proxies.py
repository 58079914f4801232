"""Where a request comes from, when proxies stand in front, and when somebody pretends that they do."""

from typing import Any

import pytest

from chatbeside.proxies import TrustedHops

PEER = ("10.0.0.9", 4321)


async def seen(hops: int, *headers: tuple[str, str], kind: str = "http") -> dict[str, Any]:
    """Return the scope that reaches the application."""
    found: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        found.update(scope)

    scope = {
        "type": kind,
        "client": PEER,
        "scheme": "http" if kind == "http" else "ws",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    await TrustedHops(app, hops)(scope, None, None)  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("hops", "forwarded", "address"),
    [
        (0, ["192.0.2.1"], "10.0.0.9"),  # nobody in front: the header is somebody's invention
        (1, ["192.0.2.1"], "192.0.2.1"),
        (1, ["203.0.113.66, 192.0.2.1"], "192.0.2.1"),  # what stands further left came with the request
        (1, ["203.0.113.66", "192.0.2.1"], "192.0.2.1"),  # the same, as two lines
        (2, ["203.0.113.66, 192.0.2.1, 198.51.100.7"], "192.0.2.1"),
        (2, ["192.0.2.1"], "10.0.0.9"),  # came past one of the proxies
        (1, [], "10.0.0.9"),
        (1, ["unknown"], "10.0.0.9"),
        (1, ["192.0.2.1:50000"], "192.0.2.1"),
        (1, ["[2001:db8::1]:50000"], "2001:db8::1"),
        (1, ["2001:db8::1"], "2001:db8::1"),
        (1, ["192.0.2.1, "], "192.0.2.1"),
    ],
)
async def test_whom_the_address_is_taken_from(hops: int, forwarded: list[str], address: str) -> None:
    for kind in ("http", "websocket"):
        scope = await seen(hops, *(("x-forwarded-for", line) for line in forwarded), kind=kind)
        assert scope["client"][0] == address


async def test_the_scheme_comes_from_a_trusted_proxy_only() -> None:
    header = ("X-Forwarded-Proto", "https")
    assert (await seen(0, header))["scheme"] == "http"
    assert (await seen(1, header))["scheme"] == "https"
    assert (await seen(1, header, kind="websocket"))["scheme"] == "wss"
    assert (await seen(1, ("x-forwarded-proto", "javascript")))["scheme"] == "http"


async def test_other_scopes_pass_as_they_are() -> None:
    assert (await seen(1, ("x-forwarded-for", "192.0.2.1"), kind="lifespan"))["client"] == PEER
