"""The page's headers: which scripts run, who may open its socket, what is kept."""

import base64
import hashlib
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest

from chatbeside.page_headers import content_security_policy, guard_page, inline_script_hashes
from chatbeside.settings import Settings

SCRIPT = "console.log('a && b');"
HASH = f"'sha256-{base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()}'"


class Page:
    """Stands where Reflex does and remembers what reached it."""

    def __init__(self) -> None:
        self.scopes: list[MutableMapping[str, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
            await send({"type": "http.response.body", "body": b""})


def built(folder: Path) -> Path:
    (folder / "index.html").write_text(f'<html><script>{SCRIPT}</script><script src="/theme.js"></script></html>')
    return folder


async def ask(app: Any, scope: dict[str, Any]) -> list[Any]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    await app(scope, receive, send)
    return sent


def test_only_scripts_without_an_address_are_hashed() -> None:
    html = f'<script src="/a.js">x</script><script type="module">{SCRIPT}</script><p>script</p>'
    assert inline_script_hashes(html) == [HASH]


def test_the_policy_allows_no_eval_and_no_other_inline_script() -> None:
    policy = dict(part.split(" ", 1) for part in content_security_policy([HASH, HASH]).split("; "))
    assert policy["script-src"] == f"'self' {HASH}"
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"


@pytest.mark.parametrize(
    ("path", "kept"), [("/assets/a-1.js", "public, max-age=31536000, immutable"), ("/", "no-cache")]
)
async def test_pages_carry_the_headers(tmp_path: Path, path: str, kept: str) -> None:
    app = guard_page(Page(), Settings(CHATBESIDE_URL="https://chat.example.org"), built(tmp_path))
    start = (await ask(app, {"type": "http", "path": path, "headers": []}))[0]
    headers = dict(start["headers"])
    assert HASH in headers[b"content-security-policy"].decode()
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"strict-transport-security"].startswith(b"max-age=")
    assert headers[b"cache-control"].decode() == kept


@pytest.mark.parametrize(
    ("origin", "through"),
    [
        (b"https://chat.example.org", True),
        (b"https://other.example.org", False),
        (b"https://chat.example.org.evil.example", False),
        (b"null", False),
        (b"http://chat.internal:3000", True),
        (None, True),
    ],
)
async def test_another_site_cannot_open_the_pages_socket(tmp_path: Path, origin: bytes | None, through: bool) -> None:
    page = Page()
    app = guard_page(page, Settings(CHATBESIDE_URL="https://chat.example.org"), built(tmp_path))
    headers = [(b"host", b"chat.internal:3000"), *([(b"origin", origin)] if origin else [])]
    sent = await ask(app, {"type": "websocket", "path": "/_event", "headers": headers})
    assert len(page.scopes) == through
    assert [message["type"] for message in sent] == ([] if through else ["websocket.close"])
