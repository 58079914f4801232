import pytest

from chatbeside.services.container import Services
from tests.api.conftest import Callers, problem
from tests.conftest import People


async def test_a_call_over_rest(callers: Callers, people: People, services: Services) -> None:
    ann, ben, eve = await callers("ann"), await callers("ben"), await callers("eve")
    begun = await ann.post("/api/calls/video", json={"receiver": "ben"})
    assert begun.status_code == 201
    call = begun.json()["call"]
    principal = await people("ann")
    assert call == call | {
        "kind": "video",
        "state": "ringing",
        "caller": principal.user.id,
        "callerDevice": f"session-{principal.session.id}",
        "startedAt": "2026-01-31T12:00:00.000Z",
        "ringsUntil": "2026-01-31T12:00:45.000Z",
        "reason": None,
    }
    for asker in (ann, ben):
        assert (await asker.get(f"/api/calls/{call['_id']}")).json() == {"call": call}
    problem(await eve.get(f"/api/calls/{call['_id']}"), 404, "not_found")
    problem(await eve.post("/api/calls/audio", json={"receiver": "ben"}), 409, "busy")
    await services.calls.decline(await people("ben"), call["_id"])
    again = await eve.post("/api/calls/audio", json={"room": (await _room(services, people)), "device": "e-1"})
    assert (again.json()["call"]["kind"], again.json()["call"]["callerDevice"]) == ("audio", "e-1")


async def _room(services: Services, people: People) -> str:
    return (await services.rooms.open_direct(await people("eve"), (await people("ben")).user.id)).id


@pytest.mark.parametrize("body", [{}, {"receiver": "ben", "room": "x"}, {"receiver": 1}, {"receiver": "b", "x": 1}])
async def test_malformed(callers: Callers, body: dict) -> None:
    problem(await (await callers("ann")).post("/api/calls/audio", json=body), 422, "invalid")


async def test_ice_servers_are_for_people(callers: Callers, client) -> None:
    assert (await (await callers("ann")).get("/api/calls/ice")).json() == {"iceServers": []}
    problem(await client.get("/api/calls/ice"), 401, "unauthenticated")
