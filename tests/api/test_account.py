from httpx import AsyncClient

from tests.api.conftest import Callers, problem
from tests.conftest import PASSWORD, People


async def test_another_password(callers: Callers, client: AsyncClient) -> None:
    ann = await callers("ann")
    wrong = {"present": "wrong password", "password": "another horse battery"}
    assert set(problem(await ann.post("/api/auth/password", json=wrong), 422, "invalid")["fields"]) == {"present"}
    right = {"present": PASSWORD, "password": "another horse battery"}
    assert (await ann.post("/api/auth/password", json=right)).status_code == 204
    assert (await ann.get("/api/auth/me")).status_code == 200
    old = await client.post("/api/auth/login", json={"username": "ann", "password": PASSWORD})
    problem(old, 401, "unauthenticated")


async def test_another_name_and_address(callers: Callers, people: People) -> None:
    ann, ben = await callers("ann"), await callers("ben")
    answer = await ann.patch("/api/auth/me", json={"displayName": "Ann B", "email": "b@x.org", "password": PASSWORD})
    assert (answer.json()["user"]["displayName"], answer.json()["user"]["email"]) == ("Ann B", "b@x.org")
    seen = (await ben.get(f"/api/users/{(await people('ann')).user.id}")).json()["user"]
    assert seen["displayName"] == "Ann B"
    assert "email" not in seen
    problem(await ben.patch("/api/auth/me", json={"email": "b@x.org", "password": PASSWORD}), 409, "conflict")


async def test_a_link_that_an_administrator_made(callers: Callers, client: AsyncClient, people: People) -> None:
    ann, ben = await callers("ann"), await callers("ben")
    user = (await people("ben")).user.id
    problem(await ben.post("/api/auth/reset/links", json={"user": user}), 403, "forbidden")
    answer = await ann.post("/api/auth/reset/links", json={"user": user})
    assert answer.status_code == 201
    code = answer.json()["path"].removeprefix("/reset?code=")
    body = {"code": code, "password": "another horse battery"}
    assert (await client.post("/api/auth/reset/password", json=body)).status_code == 204
    problem(await client.post("/api/auth/reset/password", json=body), 404, "not_found")
    problem(await ben.get("/api/auth/me"), 401, "unauthenticated")
    problem(await client.post("/api/auth/reset", json={"email": "ben@example.org"}), 503, "unavailable")
