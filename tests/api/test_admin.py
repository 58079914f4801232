"""The administrators' interface, blocks and reports over REST."""

from chatbeside.services.container import Services
from tests.api.conftest import Callers, problem
from tests.conftest import People


async def test_an_overview(callers: Callers) -> None:
    ann, ben = await callers("ann"), await callers("ben")
    body = (await ann.get("/api/admin/overview")).json()
    assert (body["users"], body["rooms"], body["parts"]["store"]) == (2, 0, "SQLite")
    assert {"name": "calls", "words": "calls begun by one person", "amount": 12, "seconds": 120} in body["limits"]
    problem(await ben.get("/api/admin/overview"), 403, "forbidden")


async def test_accounts(callers: Callers, people: People) -> None:
    ann, ben = await callers("ann"), await callers("ben")
    who = (await people("ben")).user.id
    (row,) = (await ann.get("/api/admin/users", params={"query": "be"})).json()["users"]
    assert (row["username"], row["email"], row["administrator"]) == ("ben", "ben@example.org", False)
    changed = (await ann.patch(f"/api/admin/users/{who}", json={"administrator": True})).json()["user"]
    assert changed["administrator"] is True
    assert (await ben.get("/api/admin/users")).status_code == 200
    assert (await ann.delete(f"/api/admin/users/{who}/sessions")).status_code == 204
    problem(await ben.get("/api/admin/users"), 401, "unauthenticated")
    changed = (await ann.patch(f"/api/admin/users/{who}", json={"active": False})).json()["user"]
    assert changed["deactivatedAt"]
    me = (await people("ann")).user.id
    problem(await ann.patch(f"/api/admin/users/{me}", json={"administrator": False}), 409, "conflict")
    problem(await ann.patch(f"/api/admin/users/{who}", json={}), 422, "invalid")


async def test_rooms_and_the_audit_log(callers: Callers, people: People) -> None:
    ann, ben = await callers("ann"), await callers("ben")
    await ben.post("/api/rooms", json={"name": "Garden"})
    (row,) = (await ann.get("/api/admin/rooms")).json()["rooms"]
    assert (row["name"], row["memberCount"], row["messageCount"]) == ("Garden", 1, 1)
    who = (await people("ben")).user.id
    await ann.patch(f"/api/admin/users/{who}", json={"administrator": True}, headers={"User-Agent": "curl/8"})
    asked = {"kind": "made administrator", "person": who}
    (entry,) = (await ann.get("/api/admin/audit", params=asked)).json()["entries"]
    assert (entry["actor"], entry["subject"]) == ((await people("ann")).user.id, who)
    assert (entry["address"], entry["agent"]) == ("127.0.0.1", "curl")
    assert (await ann.get("/api/admin/audit", params={"before": entry["id"], **asked})).json() == {"entries": []}
    problem(await ann.get("/api/admin/audit", params={"kind": "anything"}), 422, "invalid")


async def test_blocking(callers: Callers, people: People, services: Services) -> None:
    ann, ben = await callers("ann"), await callers("ben")
    who = (await people("ben")).user.id
    assert (await ann.put(f"/api/blocks/{who}")).status_code == 204
    assert [user["username"] for user in (await ann.get("/api/blocks")).json()["users"]] == ["ben"]
    body = problem(await ben.post("/api/chat/send", json={"receiver": "ann", "content": "x"}), 403, "forbidden")
    assert body["detail"] == "This person does not take messages or calls from you."
    assert (await ann.delete(f"/api/blocks/{who}")).status_code == 204
    assert (await ben.post("/api/chat/send", json={"receiver": "ann", "content": "x"})).status_code == 201


async def test_reporting(callers: Callers, people: People) -> None:
    ann, ben, cleo = await callers("ann"), await callers("ben"), await callers("cleo")
    sent = await cleo.post("/api/chat/send", json={"receiver": "ben", "content": "something bad"})
    asked = {"message": sent.json()["message"]["_id"], "reason": "threat", "words": "look"}
    made = (await ben.post("/api/reports", json=asked)).json()["report"]
    (row,) = (await ann.get("/api/admin/reports")).json()["reports"]
    assert (row["id"], row["copy"], row["words"], row["reason"]) == (made, "something bad", "look", "threat")
    closed = (await ann.post(f"/api/admin/reports/{made}", json={"action": "remove"})).json()["report"]
    assert (closed["action"], closed["closedBy"]) == ("remove", (await people("ann")).user.id)
    problem(await ann.post(f"/api/admin/reports/{made}", json={"action": "dismiss"}), 409, "conflict")
    problem(await ann.post(f"/api/admin/reports/{made}", json={"action": "x"}), 422, "invalid")
    problem(await ben.post("/api/reports", json={**asked, "reason": "x"}), 422, "invalid")
    assert (await ann.get("/api/admin/reports", params={"open": "false"})).json()["reports"] == [closed]
