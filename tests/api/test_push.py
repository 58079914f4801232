import httpx

from chatbeside.services.container import Services
from tests.api.conftest import Callers, problem
from tests.conftest import People
from tests.services.test_push import Browser


async def test_a_browser_subscribes_and_goes(callers: Callers, people: People, services: Services) -> None:
    ann, browser = await callers("ann"), Browser("a")
    assert (await ann.get("/api/push/key")).json() == {"key": services.push.key}
    body = {"endpoint": browser.endpoint, "keys": browser.keys}
    assert (await ann.post("/api/push", json=body)).status_code == 204
    (stored,) = await services.store.push.of_users([(await people("ann")).user.id])
    assert stored.endpoint == browser.endpoint
    answer = await ann.request("DELETE", "/api/push", json={"endpoint": browser.endpoint})
    assert answer.status_code == 204
    assert await services.store.push.get(browser.endpoint) is None


async def test_what_is_malformed_and_who_is_nobody(callers: Callers, client: httpx.AsyncClient) -> None:
    ann, keys = await callers("ann"), Browser("a").keys
    for body in ({}, {"endpoint": "http://a.org", "keys": keys}, {"endpoint": "https://a.org", "keys": {}}):
        problem(await ann.post("/api/push", json=body), 422, "invalid")
    problem(await client.get("/api/push/key"), 401, "unauthenticated")
    problem(await client.post("/api/push", json={}), 401, "unauthenticated")
