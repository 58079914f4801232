"""Group rooms over REST. Who may do what is in ``tests/access``."""

import pytest

from tests.api.conftest import Callers, problem
from tests.conftest import People


async def test_a_room_from_beginning_to_end(callers: Callers, people: People) -> None:
    ann, ben, eve = await callers("ann"), await callers("ben"), await callers("eve")
    ben_id, eve_id = (await people("ben")).user.id, (await people("eve")).user.id
    made = await ann.post("/api/rooms", json={"name": "garden", "public": True, "members": [ben_id]})
    assert made.status_code == 201
    room = made.json()["room"]
    assert (room["kind"], room["name"], room["role"], room["memberCount"]) == ("group", "garden", "owner", 2)
    path = f"/api/rooms/{room['room']}"
    (found,) = (await eve.get("/api/rooms/public", params={"query": "gar"})).json()["rooms"]
    assert found == {
        "room": room["room"],
        "name": "garden",
        "topic": "",
        "memberCount": 2,
        "joined": False,
        "avatar": None,
    }
    assert (await eve.post(f"{path}/join")).json()["room"]["role"] == "member"
    assert (await ann.patch(f"{path}/members/{ben_id}", json={"role": "admin"})).status_code == 204
    renamed = await ben.patch(path, json={"name": "Garden", "topic": "plants"})
    assert (renamed.json()["room"]["name"], renamed.json()["room"]["topic"]) == ("Garden", "plants")
    own = await eve.patch(f"{path}/settings", json={"muted": True, "notify": "none"})
    assert (own.json()["room"]["muted"], own.json()["room"]["notify"]) == (True, "none")
    assert (await ben.delete(f"{path}/members/{eve_id}")).status_code == 204
    problem(await eve.get(path), 404, "not_found")
    assert (await ben.post(f"{path}/members", json={"user": eve_id})).status_code == 204
    problem(await ann.post(f"{path}/leave"), 409, "conflict")
    assert (await ann.patch(f"{path}/members/{ben_id}", json={"role": "owner"})).status_code == 204
    assert (await ann.post(f"{path}/leave")).status_code == 204
    assert (await ben.patch(path, json={"archived": True})).json()["room"]["archivedAt"]
    problem(await ben.post("/api/chat/send", json={"room": room["room"], "content": "x"}), 403, "forbidden")
    lines = (await ben.get("/api/chat/messages", params={"room": room["room"]})).json()["messages"]
    assert {line["messageType"] for line in lines} == {"system"}
    assert [line["content"] for line in lines][-3:] == [
        "ann made ben the owner",
        "ann left",
        "ben archived this room",
    ]


async def test_invites(callers: Callers) -> None:
    ann, eve = await callers("ann"), await callers("eve")
    room = (await ann.post("/api/rooms", json={"name": "garden"})).json()["room"]["room"]
    made = await ann.post(f"/api/rooms/{room}/invites", json={"uses": 1})
    assert made.status_code == 201
    invite = made.json()["invite"]
    assert (invite["room"], invite["usesLeft"], invite["expiresAt"]) == (room, 1, "2026-02-07T12:00:00.000Z")
    assert (await ann.get(f"/api/rooms/{room}/invites")).json() == {"invites": [invite]}
    seen = (await eve.get(f"/api/invites/{invite['code']}")).json()["room"]
    assert (seen["name"], seen["memberCount"], seen["joined"]) == ("garden", 1, False)
    assert (await eve.post(f"/api/invites/{invite['code']}")).json()["room"]["room"] == room
    lasting = (await ann.post(f"/api/rooms/{room}/invites", json={"days": None})).json()["invite"]
    assert (lasting["expiresAt"], lasting["usesLeft"]) == (None, None)
    assert (await ann.delete(f"/api/rooms/{room}/invites/{lasting['code']}")).status_code == 204
    dan = await callers("dan")
    for code in (invite["code"], lasting["code"], "nothing"):
        problem(await dan.get(f"/api/invites/{code}"), 404, "not_found")
        problem(await dan.post(f"/api/invites/{code}"), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "", {"name": ""}, "name"),
        ("POST", "", {"name": 5}, "name"),
        ("POST", "", {"name": "x", "public": "yes"}, "public"),
        ("POST", "", {"name": "x", "members": "ben"}, "members"),
        ("POST", "", {"name": "x", "owner": "ben"}, "owner"),
        ("PATCH", "/ROOM", {"name": ""}, "name"),
        ("PATCH", "/ROOM", {"kind": "direct"}, "kind"),
        ("PATCH", "/ROOM/settings", {"notify": "sometimes"}, "notify"),
        ("PATCH", "/ROOM/settings", {"role": "owner"}, "role"),
        ("POST", "/ROOM/members", {"user": "nobody"}, "user"),
        ("POST", "/ROOM/members", {"user": "nobody", "role": "king"}, "role"),
        ("POST", "/ROOM/invites", {"days": 0}, "days"),
        ("POST", "/ROOM/invites", {"uses": 10**9}, "uses"),
        ("POST", "/ROOM/invites", {"uses": 1.5}, "uses"),
        ("GET", "/public?limit=0", None, "limit"),
        ("GET", "/public?archived=1", None, "archived"),
    ],
)
async def test_what_makes_no_sense(callers: Callers, method: str, path: str, body: dict | None, field: str) -> None:
    ann = await callers("ann")
    room = (await ann.post("/api/rooms", json={"name": "garden"})).json()["room"]["room"]
    answer = await ann.request(method, f"/api/rooms{path.replace('ROOM', room)}", json=body)
    assert list(problem(answer, 422, "invalid")["fields"]) == [field]
