import pytest

from tests.api.conftest import Callers, problem
from tests.conftest import People


async def test_rooms_as_each_side_sees_them(callers: Callers, people: People) -> None:
    ann, ben = await callers("ann"), await callers("ben")
    assert (await ann.get("/api/rooms")).json() == {"rooms": []}
    room = (await ann.post("/api/chat/send", json={"receiver": "ben", "content": "hello"})).json()["message"]["room"]
    (of_ann,) = (await ann.get("/api/rooms")).json()["rooms"]
    (of_ben,) = (await ben.get("/api/rooms")).json()["rooms"]
    assert (of_ann["room"], of_ann["peer"]["username"], of_ann["unread"]) == (room, "ben", 0)
    assert (of_ben["room"], of_ben["peer"]["username"], of_ben["unread"]) == (room, "ann", 1)
    assert (await ben.get(f"/api/rooms/{room}")).json() == {"room": of_ben}
    members = (await ben.get(f"/api/rooms/{room}/members")).json()["members"]
    assert {member["user"]["username"] for member in members} == {"ann", "ben"}
    later = (await ben.get(f"/api/rooms/{room}/members", params={"after": members[0]["user"]["_id"]})).json()
    assert later["members"] == members[1:]


async def test_pointers(callers: Callers, people: People) -> None:
    ann, ben = await callers("ann"), await callers("ben")
    room = (await ann.post("/api/chat/send", json={"receiver": "ben", "content": "hello"})).json()["message"]["room"]
    ben_id = (await people("ben")).user.id
    for body, read, delivered in (
        ({"deliveredSeq": 1}, 0, 1),
        ({}, 0, 1),
        ({"readSeq": 99}, 1, 1),
        ({"readSeq": 0, "deliveredSeq": 0}, 1, 1),
    ):
        answer = await ben.post(f"/api/rooms/{room}/read", json=body)
        assert answer.json() == {"receipt": {"user": ben_id, "readSeq": read, "deliveredSeq": delivered}}
    assert (await ben.get(f"/api/rooms/{room}")).json()["room"]["unread"] == 0
    for body in ({"readSeq": -1}, {"readSeq": "1"}, {"readSeq": 1.0}, {"readSeq": True}, {"readSeq": None}, {"seq": 1}):
        problem(await ben.post(f"/api/rooms/{room}/read", json=body), 422, "invalid")


async def test_people_show_their_public_face_only(callers: Callers, people: People) -> None:
    ann, ben = await callers("ann"), (await people("Ben")).user
    face = {"_id": ben.id, "username": "Ben", "displayName": "Ben", "avatar": None, "bot": False}
    assert (await ann.get("/api/users", params={"query": "b"})).json() == {"users": [face]}
    assert (await ann.get(f"/api/users/{ben.id}")).json() == {"user": face}
    everybody = (await ann.get("/api/users")).json()["users"]
    assert [user["username"] for user in everybody] == ["ann", "Ben"]
    assert (await ann.get("/api/users", params={"limit": 1, "after": "ann"})).json()["users"] == [face]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "51"}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"query": "x" * 65}, "query"),
        ({"email": "ann@example.org"}, "email"),
    ],
)
async def test_searches_that_make_no_sense(callers: Callers, params: dict, field: str) -> None:
    ann = await callers("ann")
    assert list(problem(await ann.get("/api/users", params=params), 422, "invalid")["fields"]) == [field]


@pytest.mark.parametrize("query", ["%00", "%ed%a0%80", "%ff", "%25", "_"])
async def test_odd_searches_find_nobody(callers: Callers, query: str) -> None:
    ann = await callers("ann")
    assert (await ann.get(f"/api/users?query={query}")).json() == {"users": []}


@pytest.mark.parametrize("user", ["0" * 24, "ann", "%00", "%ff", "x" * 2000])
async def test_nobody_by_that_id(callers: Callers, user: str) -> None:
    ann = await callers("ann")
    problem(await ann.get(f"/api/users/{user}"), 404, "not_found")
