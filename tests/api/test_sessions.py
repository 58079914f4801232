from httpx import AsyncClient

from chatbeside.services.container import Services
from tests.api.conftest import Callers, problem
from tests.conftest import PASSWORD

PHONE = {"User-Agent": "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"}


async def test_a_device_is_seen_and_logged_out(callers: Callers, client: AsyncClient, services: Services) -> None:
    ann = await callers("ann")
    body = {"username": "ann", "password": PASSWORD}
    token = (await client.post("/api/auth/login", json=body, headers=PHONE)).json()["token"]
    phone = {"Authorization": f"Bearer {token}"}
    first, second = (await ann.get("/api/auth/sessions")).json()["sessions"]
    assert first["current"]
    assert (second["device"], second["kind"], second["current"]) == ("Chrome on Android", "phone", False)
    assert (await ann.delete(f"/api/auth/sessions/{second['_id']}")).status_code == 204
    problem(await client.get("/api/auth/me", headers=phone), 401, "unauthenticated")
    problem(await ann.delete(f"/api/auth/sessions/{second['_id']}"), 404, "not_found")


async def test_all_others_at_once(callers: Callers, services: Services) -> None:
    ann, ben = await callers("ann"), await callers("ben")
    for _ in range(2):
        await services.accounts.log_in("ann", PASSWORD)
    assert (await ann.delete("/api/auth/sessions")).json() == {"ended": 2}
    assert len((await ann.get("/api/auth/sessions")).json()["sessions"]) == 1
    assert (await ben.get("/api/auth/me")).status_code == 200
