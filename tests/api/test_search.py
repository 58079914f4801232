import pytest

from tests.api.conftest import Callers, problem
from tests.conftest import People


async def test_search(callers: Callers, people: People) -> None:
    ann, ben, cem = await callers("ann"), await callers("ben"), await callers("cem")
    ben_id = (await people("ben")).user.id
    sent = [
        (await ann.post("/api/chat/send", json={"receiver": "ben", "content": f"tea {number}"})).json()["message"]
        for number in range(3)
    ]
    answer = await ben.get("/api/search", params={"q": "TEA", "limit": 2})
    assert answer.status_code == 200
    body = answer.json()
    assert [find["message"] for find in body["finds"]] == [sent[2], sent[1]]
    assert body["finds"][0]["sender"]["username"] == "ann"
    assert body["finds"][0]["excerpt"] == [{"text": "tea", "hit": True}, {"text": " 2", "hit": False}]
    assert body["next"] == sent[1]["_id"]
    rest = (await ben.get("/api/search", params={"q": "TEA", "before": body["next"]})).json()
    assert ([find["message"] for find in rest["finds"]], rest["next"]) == ([sent[0]], None)
    nothing: dict[str, object] = {"finds": [], "next": None}
    assert (await cem.get("/api/search", params={"q": "tea"})).json() == nothing
    for filters in ({"from": "ben"}, {"from": ben_id}, {"has": "file"}, {"until": "2026-01-01T00:00:00Z"}):
        assert (await ann.get("/api/search", params={"q": "tea", **filters})).json() == nothing
    for filters in ({"from": "Ann"}, {"since": "2026-01-31T12:00:00Z"}, {"room": sent[0]["room"]}):
        assert len((await ann.get("/api/search", params={"q": "tea", **filters})).json()["finds"]) == 3
    problem(await cem.get("/api/search", params={"q": "tea", "room": sent[0]["room"]}), 404, "not_found")
    problem(await cem.get("/api/search", params={"q": "tea", "before": sent[0]["_id"]}), 422, "invalid")
    problem(await ann.get("/api/search", params={"q": "tea", "from": "nobody"}), 404, "not_found")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "q"),
        ({"q": ""}, "q"),
        ({"q": " "}, "q"),
        ({"q": 'OR *"', "has": "wings"}, "has"),
        ({"q": "x" * 201}, "q"),
        ({"q": "tea", "since": "yesterday"}, "since"),
        ({"q": "tea", "since": "2026-01-31T12:00:00"}, "since"),
        ({"q": "tea", "limit": 0}, "limit"),
        ({"q": "tea", "color": "red"}, "color"),
    ],
)
async def test_what_is_wrong_is_said(callers: Callers, query: dict[str, str], field: str) -> None:
    body = problem(await (await callers("ann")).get("/api/search", params=query), 422, "invalid")
    assert list(body["fields"]) == [field]


async def test_nobody_finds_nothing(callers: Callers, people: People) -> None:
    client = await callers("ann")
    client.headers.pop("Authorization")
    problem(await client.get("/api/search", params={"q": "tea"}), 401, "unauthenticated")
