"""What whoever runs the server looks at: health, numbers, and the lines of the log."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from pydantic import TypeAdapter
from pythonjsonlogger.json import JsonFormatter

from chatbeside.api import build_api, health, lay_routes
from chatbeside.launch import logs
from chatbeside.services.container import Services
from chatbeside.services.tracing import RequestNames
from chatbeside.settings import Settings
from tests.api.conftest import Callers, problem

TOKEN = "only for the monitor"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", hash_threads=1, assistant=False, metrics_token=TOKEN)


@pytest.fixture
async def monitor(app) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.local", headers=headers) as client:
        yield client


async def _samples(monitor: httpx.AsyncClient) -> dict[str, float]:
    """Return the present numbers, each under its name and labels."""
    answer = await monitor.get("/api/metrics")
    assert answer.status_code == 200
    return {
        f"{sample.name}{json.dumps(sample.labels, sort_keys=True)}": sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_numbers_need_the_token(client: httpx.AsyncClient, monitor: httpx.AsyncClient) -> None:
    problem(await client.get("/api/metrics"), 401, "unauthenticated")
    problem(await client.get("/api/metrics", headers={"Authorization": "Bearer no"}), 401, "unauthenticated")
    assert "chatbeside_sockets" in (await monitor.get("/api/metrics")).text


async def test_without_a_token_there_are_no_numbers(services: Services) -> None:
    closed = replace(services, settings=services.settings.model_copy(update={"metrics_token": None}))
    transport = httpx.ASGITransport(build_api(closed))
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.local") as client:
        problem(await client.get("/api/metrics", headers={"Authorization": "Bearer "}), 404, "not_found")


async def test_requests_are_timed_by_route(callers: Callers, monitor: httpx.AsyncClient) -> None:
    key = 'chatbeside_request_seconds_count{"method": "GET", "route": "/api/rooms/{room}", "status": "404"}'
    before = (await _samples(monitor)).get(key, 0)
    ann = await callers("ann")
    for name in ("one", "two"):
        await ann.get(f"/api/rooms/{name}")
    assert (await _samples(monitor))[key] == before + 2


async def test_a_made_up_method_or_address_makes_no_new_row(
    client: httpx.AsyncClient, monitor: httpx.AsyncClient
) -> None:
    await client.request("INVENTED", "/api/this/is/secret")
    text = (await monitor.get("/api/metrics")).text
    assert "INVENTED" not in text
    assert "secret" not in text
    assert 'method="OTHER"' in text


async def test_each_answer_has_a_name_and_a_line_in_the_log(callers: Callers, caplog: pytest.LogCaptureFixture) -> None:
    ann = await callers("ann")
    caplog.handler.addFilter(RequestNames())
    with caplog.at_level(logging.INFO, "chatbeside.api.observing"):
        own = await ann.get("/api/rooms/a-secret-room?x=a-secret-word")
        given = await ann.get("/api/rooms", headers={"X-Request-ID": "from-the-proxy-1"})
        forged = await ann.get("/api/rooms", headers={"X-Request-ID": "two words"})
    assert given.headers["x-request-id"] == "from-the-proxy-1"
    assert forged.headers["x-request-id"] != "two words"
    assert own.headers["x-request-id"] != forged.headers["x-request-id"]
    lines = [record.getMessage() for record in caplog.records]
    assert lines[0].startswith("GET /api/rooms/{room} 404 ")
    assert [record.request for record in caplog.records] == [
        answer.headers["x-request-id"] for answer in (own, given, forged)
    ]
    assert "secret" not in caplog.text


async def test_ready_follows_the_parts_and_live_does_not(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(health, "_PATIENCE", 0.01)
    transport = httpx.ASGITransport(build_api(services, checks={"queue": hangs}))
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.local") as client:
        ready, live = await client.get("/api/health/ready"), await client.get("/api/health/live")
    assert ready.status_code == 503
    assert ready.json()["parts"]["queue"] == {"state": "down"}
    assert live.status_code == 200


def test_a_log_for_machines_is_json_a_line(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, log_format="json", log_to="stdout")
    config = logs.config(settings)
    assert list(config["handlers"]) == ["stdout"]
    layout = config["formatters"]["json"]
    formatter = JsonFormatter(layout["format"], rename_fields=layout["rename_fields"])
    record = logging.LogRecord("chatbeside.x", logging.INFO, "", 0, "two\nlines", (), None)
    RequestNames().filter(record)
    line = formatter.format(record)
    assert "\n" not in line
    said = json.loads(line)
    assert said | {"time": ""} == {
        "time": "",
        "level": "INFO",
        "logger": "chatbeside.x",
        "request": "-",
        "message": "two\nlines",
    }


async def test_the_first_request_finds_all_routes_made(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FastAPI makes the shapes of all routes with the first request, and nobody is served meanwhile."""
    made, real = 0, TypeAdapter.__init__

    def counted(*arguments: object, **options: object) -> None:
        nonlocal made
        made += 1
        real(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(TypeAdapter, "__init__", counted)
    lay_routes(app)
    assert made > 100
    made = 0
    problem(await client.get("/api/rooms"), 401, "unauthenticated")
    assert made == 0
