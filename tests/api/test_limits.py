"""Limits over REST: 429 with Retry-After, by person, or by address where nobody is signed in."""

import math

import httpx
import pytest

from chatbeside.api.refused import Refused
from chatbeside.domain.errors import TooMany
from chatbeside.domain.limits import LimitName
from chatbeside.services.container import Services
from chatbeside.services.limits import too_often
from chatbeside.services.principal import Principal
from tests.api.conftest import Callers, problem
from tests.conftest import People


async def spend(services: Services, name: LimitName, *key: str) -> None:
    """Use up what is free."""
    with pytest.raises(TooMany):
        for _ in range(2_000):
            await services.limits.take(name, *key)


async def test_requests_of_one_person(services: Services, callers: Callers, people: People) -> None:
    ann, ben = await callers("ann"), await callers("ben")
    await spend(services, LimitName.REQUESTS, (await people("ann")).user.id)
    answer = await ann.get("/api/auth/me")
    body = problem(answer, 429, "too_many")
    wait = int(answer.headers["retry-after"])
    assert 1 <= wait <= 11
    assert body["detail"] == f"That was too often. You can try again in {wait} s."
    assert (await ben.get("/api/auth/me")).status_code == 200


async def test_a_flood_is_refused_without_finding_out_who_it_is(
    services: Services, callers: Callers, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben = await callers("ann"), await callers("ben")
    await spend(services, LimitName.REQUESTS, (await people("ann")).user.id)
    look, looked = services.accounts.authenticate, []

    async def counted(token: str) -> Principal:
        looked.append(token)
        return await look(token)

    monkeypatch.setattr(services.accounts, "authenticate", counted)
    for _ in range(50):
        answer = await ann.get("/api/auth/me")
        problem(answer, 429, "too_many")
        assert 1 <= int(answer.headers["retry-after"]) <= 11
    assert len(looked) == 1
    assert (await ben.get("/api/auth/me")).status_code == 200
    problem(await ann.get("/api/auth/me", headers={"Authorization": "Bearer x"}), 401, "unauthenticated")


def test_a_refusal_is_forgotten_when_its_wait_is_over() -> None:
    now = 0.0
    refused = Refused(lambda: now)
    for number in range(1500):
        refused.note(f"token {number}", too_often(2.5))
    with pytest.raises(TooMany) as caught:
        refused.check("token 7")
    assert caught.value.retry_after == 2.5
    refused.check("another")
    now = 2.5
    refused.check("token 7")
    refused.note("new", too_often(1.0))
    assert len(refused._until) == 1


async def test_requests_of_nobody_in_particular(services: Services, client: httpx.AsyncClient) -> None:
    await spend(services, LimitName.REQUESTS, "127.0.0.1")
    problem(await client.post("/api/auth/login", json={"username": "ann", "password": "x"}), 429, "too_many")


@pytest.mark.parametrize(
    ("name", "method", "path", "body"),
    [
        (LimitName.MESSAGES, "POST", "/api/chat/send", {"receiver": "ben", "content": "hello"}),
        (LimitName.SEARCHES, "GET", "/api/search?q=hello", None),
        (LimitName.CALLS, "POST", "/api/calls/audio", {"receiver": "ben"}),
        (LimitName.CHANGES, "DELETE", "/api/chat/messages/000000000000000000000000", None),
    ],
)
async def test_what_is_limited_by_itself(
    services: Services, callers: Callers, people: People, name: LimitName, method: str, path: str, body: object
) -> None:
    ann, _ = await callers("ann"), await people("ben")
    await spend(services, name, (await people("ann")).user.id)
    answer = await ann.request(method, path, json=body)
    problem(answer, 429, "too_many")
    assert math.isfinite(int(answer.headers["retry-after"]))
    assert (await ann.get("/api/auth/me")).status_code == 200


async def test_uploads(services: Services, callers: Callers, people: People) -> None:
    ann = await callers("ann")
    await spend(services, LimitName.UPLOADS, (await people("ann")).user.id)
    problem(await ann.post("/api/files", files={"file": ("a.txt", b"a")}), 429, "too_many")


async def test_copies_of_files_count_as_uploads(services: Services, callers: Callers, people: People) -> None:
    ann = await callers("ann")
    file = (await ann.post("/api/files", files={"file": ("a.txt", b"a")})).json()["file"]["_id"]
    assert (await ann.post(f"/api/files/{file}/copy")).status_code == 201
    await spend(services, LimitName.UPLOADS, (await people("ann")).user.id)
    answer = await ann.post(f"/api/files/{file}/copy")
    problem(answer, 429, "too_many")
    assert math.isfinite(int(answer.headers["retry-after"]))


async def test_invites(services: Services, callers: Callers, people: People) -> None:
    ann = await callers("ann")
    room = (await ann.post("/api/rooms", json={"name": "Garden"})).json()["room"]["room"]
    await spend(services, LimitName.INVITES, (await people("ann")).user.id)
    problem(await ann.post(f"/api/rooms/{room}/invites", json={}), 429, "too_many")
