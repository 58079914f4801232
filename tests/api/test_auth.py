import jwt
import pytest
from httpx import AsyncClient

from chatbeside.services.container import Services
from chatbeside.services.web import SESSION_COOKIE
from tests.api.conftest import Callers, problem
from tests.conftest import PASSWORD, ManualClock, People

ANN = {"username": "Ann", "email": "ann@example.org", "password": PASSWORD}


async def test_signing_up(client: AsyncClient) -> None:
    answer = await client.post("/api/auth/signup", json=ANN)
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"token", "user"}
    assert (body["user"]["username"], body["user"]["email"]) == ("Ann", "ann@example.org")
    assert "set-cookie" not in answer.headers
    assert "password" not in answer.text.lower()
    me = await client.get("/api/auth/me", headers={"Authorization": f"Bearer {body['token']}"})
    assert me.json() == {"user": body["user"]}


async def test_every_field_of_a_new_account_is_explained(client: AsyncClient) -> None:
    answer = await client.post("/api/auth/signup", json={"username": "!", "email": "ann@example", "password": "x"})
    assert problem(answer, 422, "invalid")["fields"] == {
        "username": "Use 2 to 32 characters.",
        "email": "This address has no ending, such as .org",
        "password": "Use at least 8 characters.",
    }


async def test_the_same_name_in_another_case_is_taken(client: AsyncClient) -> None:
    await client.post("/api/auth/signup", json=ANN)
    answer = await client.post("/api/auth/signup", json={**ANN, "username": "aNN", "email": "other@example.org"})
    assert set(problem(answer, 409, "conflict")["fields"]) == {"username"}
    answer = await client.post("/api/auth/signup", json={**ANN, "username": "other", "email": "ANN@example.org"})
    assert set(problem(answer, 409, "conflict")["fields"]) == {"email"}


@pytest.mark.parametrize("who", [{"username": "ann"}, {"email": "ANN@example.org"}, {"username": "ann@example.org"}])
async def test_logging_in(client: AsyncClient, people: People, who: dict) -> None:
    await people("ann")
    answer = await client.post("/api/auth/login", json={**who, "password": PASSWORD})
    assert answer.status_code == 200
    assert set(answer.json()) == {"token", "user"}


async def test_what_was_wrong_is_not_told(client: AsyncClient, people: People) -> None:
    await people("ann")
    wrong = await client.post("/api/auth/login", json={"username": "ann", "password": "wrong password"})
    nobody = await client.post("/api/auth/login", json={"username": "nobody", "password": PASSWORD})
    assert problem(wrong, 401, "unauthenticated") == problem(nobody, 401, "unauthenticated")


@pytest.mark.parametrize("who", [{}, {"username": "ann", "email": "ann@example.org"}, {"username": None}])
async def test_logging_in_takes_either_a_name_or_an_address(client: AsyncClient, who: dict) -> None:
    answer = await client.post("/api/auth/login", json={**who, "password": PASSWORD})
    assert "username" in problem(answer, 422, "invalid")["fields"]


async def test_guessing_is_answered_with_the_time_to_wait(client: AsyncClient, people: People) -> None:
    await people("ann")
    guess = {"username": "ann", "password": "wrong password"}
    for _ in range(10):
        problem(await client.post("/api/auth/login", json=guess), 401, "unauthenticated")
    answer = await client.post("/api/auth/login", json={**guess, "password": PASSWORD})
    problem(answer, 429, "too_many")
    assert 0 < int(answer.headers["retry-after"]) <= 330


async def test_logging_out(callers: Callers) -> None:
    ann = await callers("ann")
    assert (await ann.post("/api/auth/logout")).status_code == 204
    answer = await ann.get("/api/auth/me")
    problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


def _forged(token: str, clock: ManualClock) -> dict[str, str]:
    claims = jwt.decode(token, options={"verify_signature": False})
    head, body, signature = token.split(".")
    return {
        "no algorithm": jwt.encode(claims, None, algorithm="none"),
        "another key": jwt.encode(claims, "o" * 64, algorithm="HS256"),
        "no signature": f"{head}.{body}.",
        "another body": f"{head}.{jwt.encode({**claims, 'exp': 2**40}, 'o' * 64).split('.')[1]}.{signature}",
        "nothing": "",
        "no token": "abc",
    }


@pytest.mark.parametrize("way", ["bearer", "cookie"])
async def test_forged_tokens(client: AsyncClient, people: People, clock: ManualClock, way: str) -> None:
    token = await people.token("ann")
    for name, forged in _forged(token, clock).items():
        sent = {"Authorization": f"Bearer {forged}"} if way == "bearer" else {"Cookie": f"{SESSION_COOKIE}={forged}"}
        answer = await client.get("/api/auth/me", headers=sent)
        assert answer.status_code == 401, name


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "", "bearer  ", "Token x"])
async def test_other_ways_to_authenticate(client: AsyncClient, header: str) -> None:
    problem(await client.get("/api/auth/me", headers={"Authorization": header}), 401, "unauthenticated")


async def test_expired_and_ended_sessions(
    client: AsyncClient, services: Services, people: People, clock: ManualClock
) -> None:
    sent = {"Authorization": f"Bearer {await people.token('ann')}"}
    assert (await client.get("/api/auth/me", headers=sent)).status_code == 200
    await services.accounts.log_out(await people("ann"))
    problem(await client.get("/api/auth/me", headers=sent), 401, "unauthenticated")
    sent = {"Authorization": f"Bearer {await people.token('ben')}"}
    clock.advance(31 * 24 * 3600)
    problem(await client.get("/api/auth/me", headers=sent), 401, "unauthenticated")


OWN_PAGE = {"X-Chatbeside": "1", "Origin": "http://chat.local"}


async def test_a_ticket_becomes_a_cookie_that_scripts_cannot_read(
    client: AsyncClient, services: Services, people: People
) -> None:
    await people("ann")
    ticket = await services.accounts.make_ticket(people.signed_in["ann"])
    answer = await client.post("/api/auth/session", json={"ticket": ticket}, headers=OWN_PAGE)
    assert answer.status_code == 204
    cookie = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=lax", "Path=/", f"Max-Age={30 * 24 * 3600}"):
        assert part in cookie
    assert "Secure" not in cookie
    assert (await client.get("/api/auth/me")).json()["user"]["username"] == "ann"
    again = await client.post("/api/auth/session", json={"ticket": ticket}, headers=OWN_PAGE)
    problem(again, 401, "unauthenticated")
    out = await client.post("/api/auth/logout", headers=OWN_PAGE)
    assert out.status_code == 204
    assert "Max-Age=0" in out.headers["set-cookie"]
    problem(await client.get("/api/auth/me"), 401, "unauthenticated")


FOREIGN = [
    {},
    {"X-Chatbeside": "0"},
    {"Origin": "http://chat.local"},
    {"X-Chatbeside": "1", "Origin": "https://evil.example"},
    {"X-Chatbeside": "1", "Origin": "null"},
]


@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_page_of_another_site_can_neither_change_nor_begin_anything(
    client: AsyncClient, services: Services, people: People, headers: dict
) -> None:
    client.cookies.set(SESSION_COOKIE, await people.token("ann"))
    problem(await client.post("/api/auth/logout", headers=headers), 403, "forbidden")
    await people("ben")
    send = {"receiver": "ben", "content": "hello"}
    problem(await client.post("/api/chat/send", headers=headers, json=send), 403, "forbidden")
    ticket = await services.accounts.make_ticket(people.signed_in["ben"])
    problem(await client.post("/api/auth/session", headers=headers, json={"ticket": ticket}), 403, "forbidden")
    assert (await client.get("/api/auth/me", headers=headers)).json()["user"]["username"] == "ann"


async def test_the_own_page_may_use_the_cookie(client: AsyncClient, people: People) -> None:
    client.cookies.set(SESSION_COOKIE, await people.token("ann"))
    await people("ben")
    for headers in (OWN_PAGE, {"X-Chatbeside": "1"}):
        answer = await client.post("/api/chat/send", headers=headers, json={"receiver": "ben", "content": "hello"})
        assert answer.status_code == 201


async def test_the_token_in_the_header_counts_before_the_cookie(client: AsyncClient, people: People) -> None:
    client.cookies.set(SESSION_COOKIE, await people.token("ann"))
    ben = {"Authorization": f"Bearer {await people.token('ben')}"}
    assert (await client.get("/api/auth/me", headers=ben)).json()["user"]["username"] == "ben"
    assert (await client.post("/api/auth/logout", headers=ben)).status_code == 204
    problem(await client.get("/api/auth/me", headers=ben), 401, "unauthenticated")


@pytest.mark.parametrize("ticket", ["", "x", "a.b.c"])
async def test_forged_tickets(client: AsyncClient, ticket: str) -> None:
    problem(await client.post("/api/auth/session", json={"ticket": ticket}, headers=OWN_PAGE), 401, "unauthenticated")


async def test_a_session_token_is_no_ticket(client: AsyncClient, people: People) -> None:
    token = await people.token("ann")
    problem(await client.post("/api/auth/session", json={"ticket": token}, headers=OWN_PAGE), 401, "unauthenticated")
