"""Group rooms over REST, and who may do what: every kind of asker against every door."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import product

import httpx
import pytest

from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Role
from chatbeside.services.container import Services
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
    assert found == {"room": room["room"], "name": "garden", "topic": "", "memberCount": 2, "joined": False}
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


@dataclass(frozen=True)
class Scene:
    """A room with one member for every role, a message of the plain member, and an invite."""

    room: str
    message: str
    invite: str
    other: str
    """A further plain member, to whom things are done."""
    outside: str
    """Somebody to bring in."""


ASKERS = ("stranger", "ex-member", "member", "admin", "owner")
Door = Callable[[httpx.AsyncClient, Scene], Awaitable[httpx.Response]]

# Door, how it is tried, and which askers get through (S stranger, X ex-member, M member, A admin, O owner).
DOORS: dict[str, tuple[Door, str]] = {
    "see": (lambda who, s: who.get(f"/api/rooms/{s.room}"), "MAO"),
    "members": (lambda who, s: who.get(f"/api/rooms/{s.room}/members"), "MAO"),
    "read pointer": (lambda who, s: who.post(f"/api/rooms/{s.room}/read", json={"readSeq": 1}), "MAO"),
    "history": (lambda who, s: who.get("/api/chat/messages", params={"room": s.room}), "MAO"),
    "one message": (lambda who, s: who.get(f"/api/chat/messages/{s.message}"), "MAO"),
    "send": (lambda who, s: who.post("/api/chat/send", json={"room": s.room, "content": "x"}), "MAO"),
    "react": (lambda who, s: who.put(f"/api/chat/messages/{s.message}/reactions/%F0%9F%91%8D"), "MAO"),
    "take back": (lambda who, s: who.delete(f"/api/chat/messages/{s.message}/reactions/%F0%9F%91%8D"), "MAO"),
    "edit another's": (lambda who, s: who.patch(f"/api/chat/messages/{s.message}", json={"content": "x"}), ""),
    "delete another's": (lambda who, s: who.delete(f"/api/chat/messages/{s.message}"), "AO"),
    "pin": (lambda who, s: who.put(f"/api/chat/messages/{s.message}/pin"), "AO"),
    "unpin": (lambda who, s: who.delete(f"/api/chat/messages/{s.message}/pin"), "AO"),
    "pins": (lambda who, s: who.get(f"/api/rooms/{s.room}/pins"), "MAO"),
    "own settings": (lambda who, s: who.patch(f"/api/rooms/{s.room}/settings", json={"muted": True}), "MAO"),
    "rename": (lambda who, s: who.patch(f"/api/rooms/{s.room}", json={"name": "other"}), "AO"),
    "topic": (lambda who, s: who.patch(f"/api/rooms/{s.room}", json={"topic": "other"}), "AO"),
    "publish": (lambda who, s: who.patch(f"/api/rooms/{s.room}", json={"public": True}), "O"),
    "archive": (lambda who, s: who.patch(f"/api/rooms/{s.room}", json={"archived": True}), "O"),
    "add": (lambda who, s: who.post(f"/api/rooms/{s.room}/members", json={"user": s.outside}), "AO"),
    "remove": (lambda who, s: who.delete(f"/api/rooms/{s.room}/members/{s.other}"), "AO"),
    "promote": (lambda who, s: who.patch(f"/api/rooms/{s.room}/members/{s.other}", json={"role": "admin"}), "O"),
    "hand over": (lambda who, s: who.patch(f"/api/rooms/{s.room}/members/{s.other}", json={"role": "owner"}), "O"),
    "invite": (lambda who, s: who.post(f"/api/rooms/{s.room}/invites", json={}), "AO"),
    "see invites": (lambda who, s: who.get(f"/api/rooms/{s.room}/invites"), "AO"),
    "revoke": (lambda who, s: who.delete(f"/api/rooms/{s.room}/invites/{s.invite}"), "AO"),
    "join": (lambda who, s: who.post(f"/api/rooms/{s.room}/join"), "MAO"),
    "leave": (lambda who, s: who.post(f"/api/rooms/{s.room}/leave"), "MA"),
    "accept the invite": (lambda who, s: who.post(f"/api/invites/{s.invite}"), "SXMAO"),
}
LETTER = dict(zip(ASKERS, "SXMAO", strict=True))


@pytest.fixture
async def scene(services: Services, people: People) -> Scene:
    owner, author, gone = await people("owner"), await people("author"), await people("ex-member")
    ids = {name: (await people(name)).user.id for name in ("member", "admin", "other", "outside")}
    members = [ids["member"], ids["admin"], ids["other"], author.user.id, gone.user.id]
    room = await services.groups.create(owner, "garden", members=members)
    await services.groups.set_role(owner, room.id, ids["admin"], Role.ADMIN)
    await services.groups.leave(gone, room.id)
    message, _, _ = await services.messages.send(author, room.id, "hello", client_id="c1")
    invite = await services.invites.create(owner, room.id)
    return Scene(room.id, message.id, invite.id, ids["other"], ids["outside"])


@pytest.mark.parametrize(("asker", "door"), list(product(ASKERS, DOORS)))
async def test_who_gets_through(callers: Callers, scene: Scene, asker: str, door: str) -> None:
    knock, through = DOORS[door]
    answer = await knock(await callers(asker), scene)
    if LETTER[asker] in through:
        assert answer.is_success, answer.text
    elif LETTER[asker] in "SX":
        problem(answer, 404, "not_found")
    elif door == "leave":
        problem(answer, 409, "conflict")
    else:
        problem(answer, 403, "forbidden")


@pytest.mark.parametrize("door", [door for door in DOORS if door not in ("join", "accept the invite")])
async def test_a_room_of_others_looks_like_none(callers: Callers, scene: Scene, door: str) -> None:
    stranger = await callers("stranger")
    theirs = await DOORS[door][0](stranger, scene)
    nowhere = Scene(new_id(), new_id(), "nothing", scene.other, scene.outside)
    nothing = await DOORS[door][0](stranger, nowhere)
    assert (theirs.status_code, theirs.json()) == (nothing.status_code, nothing.json())
