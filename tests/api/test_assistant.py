"""The administrator's routes."""

import httpx

from tests.api.conftest import Callers


async def test_only_administrators(callers: Callers) -> None:
    await callers("ann")
    ben = await callers("ben")
    for method, path in (("GET", ""), ("PATCH", ""), ("POST", "/test"), ("GET", "/usage")):
        answer = await ben.request(method, f"/api/assistant{path}", json={} if method == "PATCH" else None)
        assert answer.status_code == 403


async def test_settings(callers: Callers) -> None:
    ann = await callers("ann")
    before = (await ann.get("/api/assistant")).json()
    assert before == {
        "name": "Beside",
        "provider": "builtin",
        "baseUrl": "",
        "model": "",
        "hasKey": False,
        "monthlyTokens": 0,
        "transcriptionModel": "",
        "speechModel": "",
        "voice": "alloy",
        "saved": False,
    }
    wrong: httpx.Response = await ann.patch("/api/assistant", json={"provider": "openai", "baseUrl": "nowhere"})
    assert wrong.status_code == 422
    assert set(wrong.json()["fields"]) == {"baseUrl", "model"}
    chosen = {"provider": "openai", "baseUrl": "http://127.0.0.1:9/v1", "model": "tiny", "key": "sk-1"}
    saved = await ann.patch("/api/assistant", json={**chosen, "monthlyTokens": 5})
    assert saved.status_code == 200
    assert "sk-1" not in saved.text
    now = (await ann.get("/api/assistant")).json()
    assert now["hasKey"]
    assert now["saved"]
    assert (now["monthlyTokens"], now["model"]) == (5, "tiny")
    assert not (await ann.patch("/api/assistant", json={"key": ""})).json()["hasKey"]
    wrong = await ann.patch("/api/assistant", json={"transcriptionModel": "ears"})
    assert set(wrong.json()["fields"]) == {"speechModel"}
    both = {"transcriptionModel": "ears", "speechModel": "mouth", "voice": "nova"}
    assert (await ann.patch("/api/assistant", json=both)).json() | both == (await ann.get("/api/assistant")).json()
    assert (await ann.get("/api/assistant/usage")).json() == {"usage": [], "hasMore": False}


async def test_its_name(callers: Callers) -> None:
    ann = await callers("ann")
    wrong = await ann.patch("/api/assistant", json={"name": "x"})
    assert wrong.status_code == 422
    assert set(wrong.json()["fields"]) == {"name"}
    off = await ann.patch("/api/assistant", json={"name": "Robo"})
    assert off.status_code == 503  # no assistant is at work in these tests


async def test_a_test_says_why_not(callers: Callers) -> None:
    ann = await callers("ann")
    assert "built-in" in (await ann.post("/api/assistant/test")).json()["message"]
    chosen = {"provider": "openai", "baseUrl": "http://127.0.0.1:9/v1", "model": "tiny"}
    await ann.patch("/api/assistant", json=chosen)
    answer = await ann.post("/api/assistant/test")
    assert answer.status_code == 503
    assert "cannot be reached" in answer.json()["detail"]
