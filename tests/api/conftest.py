"""The REST interface over real services, called without a network."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from chatbeside.api import build_api
from chatbeside.services.container import Services
from tests.conftest import People


@pytest.fixture
def app(services: Services) -> FastAPI:
    return build_api(services)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody's client."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://chat.local") as client:
        yield client


class Callers:
    """Clients of people, by name: ``await callers("ann")`` sends Ann's token with everything."""

    def __init__(self, app: FastAPI, people: People) -> None:
        self._app = app
        self._people = people
        self.opened: list[httpx.AsyncClient] = []

    async def __call__(self, name: str) -> httpx.AsyncClient:
        token = await self._people.token(name)
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self._app),
            base_url="http://chat.local",
            headers={"Authorization": f"Bearer {token}"},
        )
        self.opened.append(client)
        return client


@pytest.fixture
async def callers(app: FastAPI, people: People) -> AsyncIterator[Callers]:
    callers = Callers(app, people)
    yield callers
    for client in callers.opened:
        await client.aclose()


def problem(answer: httpx.Response, status: int, code: str) -> dict:
    """Return the body of an answer that must be this problem."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["detail"]
    return body
