"""What a browser is told about the page: which scripts may run, who may frame it, what it may keep.

Reflex and React Router put a few small scripts into the built HTML. They are the same in every answer,
so each is allowed by its SHA-256 (CSP Level 3, https://www.w3.org/TR/CSP3/) and nothing else inline runs.
"""

import base64
import hashlib
from collections.abc import Iterable, MutableMapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp as Asgi
from starlette.types import Receive, Scope, Send

from chatbeside.services.web import origin_allowed
from chatbeside.settings import Settings

_YEAR = 31_536_000
_HASHED = "/assets/"
"""Built files below this path have a hash of their content in their names."""


class _InlineScripts(HTMLParser):
    """Collects the text of scripts that have no ``src``."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open = tag == "script" and "src" not in dict(attrs)
        if self._open:
            self.found.append("")

    def handle_data(self, data: str) -> None:
        if self._open:
            self.found[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._open = False


def inline_script_hashes(html: str) -> list[str]:
    """Return the CSP source of every inline script of a page, for example ``'sha256-...'``."""
    parser = _InlineScripts()
    parser.feed(html)
    parser.close()
    digests = (hashlib.sha256(script.encode()).digest() for script in parser.found)
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def content_security_policy(script_hashes: Iterable[str], server: str = "") -> str:
    """Return the policy of the page. Styles may be inline: React sets them on elements, and they run nothing.

    Args:
        script_hashes: As :func:`inline_script_hashes` gives them.
        server: Origin of the server when the page comes from elsewhere, for example ``https://api.example.org``.
    """
    further = f" {server}" if server else ""
    sockets = f"{further} {server.replace('http', 'ws', 1)}" if server else ""
    scripts = " ".join(["'self'", *dict.fromkeys(script_hashes)])
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            f"img-src 'self' data: blob:{further}",
            f"media-src 'self' data: blob:{further}",
            "font-src 'self'",
            f"connect-src 'self'{sockets}",
            "worker-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


def page_headers(built: Path, *, secure: bool, server: str = "") -> list[tuple[bytes, bytes]]:
    """Return the headers that every part of the page is served with.

    Args:
        built: The folder of the built page; its HTML is read once, now.
        secure: Whether people reach it by TLS.
        server: Origin of the server when the page comes from elsewhere.
    """
    hashes = [source for file in sorted(built.glob("**/*.html")) for source in inline_script_hashes(file.read_text())]
    headers = [
        (b"content-security-policy", content_security_policy(hashes, server).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(self), microphone=(self), display-capture=(self), geolocation=()"),
        (b"cross-origin-opener-policy", b"same-origin"),
    ]
    if secure:
        headers.append((b"strict-transport-security", f"max-age={_YEAR}".encode()))
    return headers


def guard_page(page: Asgi, settings: Settings, built: Path) -> Asgi:
    """Return ``page`` with its security and caching headers, and with its socket closed to other sites.

    Args:
        page: The Reflex application.
        settings: ``settings.origins`` may open the page's socket beside the page's own origin.
        built: The folder of the built page; its HTML is read once, now.
    """
    headers = page_headers(built, secure=settings.secure)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            if _same_site(scope, settings):
                # Reflex would check again, against a list that cannot hold the page's own origin.
                await page({**scope, "headers": _without_origin(scope)}, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008, "reason": "another site"})
        elif scope["type"] == "http":
            await page(scope, receive, _adding(send, headers, scope.get("path", "")))
        else:
            await page(scope, receive, send)

    return serve


def _adding(send: Send, headers: list[tuple[bytes, bytes]], path: str) -> Send:
    async def send_with_headers(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            keep = f"public, max-age={_YEAR}, immutable" if path.startswith(_HASHED) else "no-cache"
            caching = [(b"cache-control", keep.encode())] if message["status"] == 200 else []
            message["headers"] = [*message.get("headers", []), *headers, *caching]
        await send(message)

    return send_with_headers


def _same_site(scope: Scope, settings: Settings) -> bool:
    named = {name: value.decode("latin-1") for name, value in scope.get("headers", [])}
    return origin_allowed(named.get(b"origin"), named.get(b"host"), settings)


def _without_origin(scope: Scope) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in scope.get("headers", []) if name != b"origin"]
