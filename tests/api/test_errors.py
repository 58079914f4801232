"""What cannot be read, what is too large, what is not there, and what every answer carries."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from chatbeside.api import build_api, routing
from chatbeside.api.routing import BODY_MOST
from chatbeside.services.container import Services
from chatbeside.services.events import Silent
from chatbeside.settings import Settings
from chatbeside.store.interfaces import StoreUnavailable
from tests.api.conftest import Callers, problem
from tests.conftest import ManualClock
from tests.realtime.harness import serve

URL = "http://chat.local"
JSON = {"Content-Type": "application/json"}


def in_production(app: FastAPI, caller: httpx.AsyncClient) -> httpx.AsyncClient:
    """Return a client that gets the answer to an error, in place of the error, as it would from a server."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=URL, headers=caller.headers)


def broken(error: Exception) -> Callable[..., Awaitable[None]]:
    """Return what stands where something fails."""

    async def fails(*_: object) -> None:
        raise error

    return fails


@pytest.mark.parametrize(
    "body",
    [
        b'{"username": "\xff"}',
        b'{"username": "\xed\xa0\x80"}',
        b"\x80",
        b"{",
        b"nothing",
        b'{"a": 1,}',
        b"[" * 20_000,
        b"9" * 10_000,
        b'{"username": "a\nb"}',
        '{"username": "ann"}'.encode("utf-16"),
    ],
)
async def test_what_cannot_be_read(client: httpx.AsyncClient, body: bytes) -> None:
    for path in ("/api/auth/signup", "/api/auth/login"):
        answer = await client.post(path, content=body, headers=JSON)
        assert answer.status_code in (400, 422)
        problem(answer, answer.status_code, "bad_request" if answer.status_code == 400 else "invalid")


@pytest.mark.parametrize("body", [b'{"x": "\xff"}', b"{", b"[" * 20_000])
async def test_bad_json_and_bad_utf8_are_bad_requests(client: httpx.AsyncClient, body: bytes) -> None:
    problem(await client.post("/api/auth/signup", content=body, headers=JSON), 400, "bad_request")


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"5", b'"x"', b"NaN", b"true"])
async def test_what_is_no_object(client: httpx.AsyncClient, body: bytes) -> None:
    fields = problem(await client.post("/api/auth/signup", content=body, headers=JSON), 422, "invalid")["fields"]
    assert list(fields) == ["body"]


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_other_kinds_of_body(client: httpx.AsyncClient, kind: str | None) -> None:
    headers = {"Content-Type": kind} if kind else {}
    body = b'{"username": "ann", "email": "ann@example.org", "password": "correct horse"}'
    answer = await client.post("/api/auth/signup", content=body, headers=headers)
    assert "Content-Type" in problem(answer, 422, "invalid")["fields"]["body"]


async def test_missing_and_unknown_fields_are_named(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/auth/signup", json={"username": 5, "administrator": True})
    assert problem(answer, 422, "invalid")["fields"] == {
        "username": "Input should be a valid string.",
        "email": "This is needed.",
        "password": "This is needed.",
        "administrator": "There is no such field.",
    }


async def test_too_large_by_its_own_word(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/auth/login", content=b"x" * (BODY_MOST + 1), headers=JSON)
    problem(answer, 413, "too_large")


async def test_too_large_in_pieces_without_a_word(client: httpx.AsyncClient) -> None:
    sent = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 10_000
            yield b"x" * 10_000

    answer = await client.post("/api/auth/login", content=pieces(), headers=JSON)
    problem(answer, 413, "too_large")
    assert sent <= BODY_MOST + 10_000


async def test_a_body_that_only_trickles_is_given_up(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routing, "BODY_WITHIN", 0.2)
    async with serve(build_api(services)) as url:
        host, port = url.removeprefix("http://").split(":")
        reading, writing = await asyncio.open_connection(host, int(port))
        writing.write(b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        async with asyncio.timeout(20):
            answer = await reading.read()  # to its end: the connection is closed
        writing.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"The request did not come within a minute." in answer


async def test_the_largest_body_is_read(client: httpx.AsyncClient) -> None:
    body = b'{"username": "ann", "password": "' + b"x" * (BODY_MOST - 35) + b'"}'
    assert len(body) == BODY_MOST
    problem(await client.post("/api/auth/login", content=body, headers=JSON), 401, "unauthenticated")


async def test_nobodys_body_is_looked_at(client: httpx.AsyncClient) -> None:
    for body in (b"{", b"x" * (BODY_MOST + 1), b"\xff"):
        problem(await client.post("/api/chat/send", content=body, headers=JSON), 401, "unauthenticated")


async def test_what_is_not_there(client: httpx.AsyncClient) -> None:
    for path in ("/api", "/api/nothing", "/api/rooms/", "/api/../x", "/api/%ff"):
        problem(await client.get(path), 404, "not_found")
    answer = await client.delete("/api/chat/send")
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


async def test_every_answer_carries_the_headers(client: httpx.AsyncClient, callers: Callers) -> None:
    ann = await callers("ann")
    answers = [
        await client.get("/api/health"),
        await client.get("/api/nothing"),
        await client.get("/api/rooms"),
        await ann.get("/api/rooms"),
        await client.post("/api/auth/login", content=b"x" * (BODY_MOST + 1), headers=JSON),
    ]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_health_tells_which_part_is_down(services: Services, monkeypatch) -> None:
    app = build_api(services, checks={"queue": broken(ConnectionError("no answer"))})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as client:
        answer = await client.get("/api/health")
    assert answer.status_code == 503
    assert answer.json()["status"] == "down"
    assert answer.json()["parts"] == {"store": {"state": "ok"}, "queue": {"state": "down"}}


async def test_health(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/health")
    assert answer.status_code == 200
    assert answer.json()["parts"] == {"store": {"state": "ok"}}


async def test_without_a_database_it_says_so(callers: Callers, services: Services, monkeypatch) -> None:
    ann = await callers("ann")

    monkeypatch.setattr(services.store.sessions, "get", broken(StoreUnavailable("gone")))
    answer = await ann.get("/api/rooms")
    problem(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0


async def test_an_unexpected_error_shows_nothing_of_the_inside(app: FastAPI, callers: Callers, monkeypatch) -> None:
    ann = await callers("ann")

    monkeypatch.setattr(app.state.services.rooms.__class__, "list", broken(KeyError("a secret of the inside")))
    async with in_production(app, ann) as client:
        answer = await client.get("/api/rooms")
    problem(answer, 500, "internal")
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "base-uri 'none'" in answer.headers["content-security-policy"]


async def test_the_log_of_an_unexpected_error_has_no_codes(
    app: FastAPI, callers: Callers, monkeypatch, caplog: pytest.LogCaptureFixture
) -> None:
    ann = await callers("ann")

    monkeypatch.setattr(app.state.services.invites.__class__, "look", broken(KeyError("inside")))
    async with in_production(app, ann) as client:
        assert (await client.get("/api/invites/the-code-of-it")).status_code == 500
    assert "GET /api/invites/{code} failed" in caplog.text
    assert "the-code-of-it" not in caplog.text


async def test_behind_tls_browsers_are_told_to_stay_with_it(services: Services, client: httpx.AsyncClient) -> None:
    assert "strict-transport-security" not in (await client.get("/api/health")).headers
    settings = Settings(data=services.settings.data, public_url="https://chat.example.org")
    app = build_api(replace(services, settings=settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://chat.local") as secure:
        assert (await secure.get("/api/health")).headers["strict-transport-security"] == "max-age=31536000"


async def test_only_listed_origins_may_call_from_other_pages(
    services: Services, settings: Settings, clock: ManualClock
) -> None:
    listed = settings.model_copy(update={"allowed_origins": "http://page.example.org"})
    app = build_api(Services.build(services.store, listed, Silent(), clock, services.passwords))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as client:
        for origin, allowed in (("http://page.example.org", True), ("https://evil.example", False)):
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            answer = await client.options("/api/chat/send", headers=asked)
            assert (answer.headers.get("access-control-allow-origin") == origin) is allowed
