import asyncio

import pytest

from chatbeside.api import build_api
from chatbeside.media.supervisor import MediaSupervisor
from chatbeside.services.container import Services
from chatbeside.services.passwords import Passwords
from chatbeside.settings import Settings
from chatbeside.store.sqlite import SqliteStore
from tests.api.conftest import Callers, problem
from tests.conftest import ManualClock, People, Recorder
from tests.media.conftest import Caller


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


async def test_an_echo_call_with_the_media_worker(settings: Settings, clock: ManualClock) -> None:
    media = MediaSupervisor()
    cheap = Passwords(1, time_cost=1, memory_cost=64)
    services = Services.build(SqliteStore(settings.data / "s.db"), settings, Recorder(), clock, cheap, media=media)
    await services.start()
    callers = Callers(build_api(services), People(services))
    try:
        ann, ben = await callers("ann"), await callers("ben")
        peer = Caller()
        begun = await ann.post("/api/calls/echo", json={"offer": await peer.offer()})
        assert begun.status_code == 201
        echo = begun.json()["echo"]
        await peer.take(echo["answer"])
        async with asyncio.timeout(15):
            assert max(await peer.loudness(120)) > 2000
        problem(await ben.delete(f"/api/calls/echo/{echo['leg']}"), 404, "not_found")
        assert (await ann.delete(f"/api/calls/echo/{echo['leg']}")).status_code == 204
        problem(await ann.delete(f"/api/calls/echo/{echo['leg']}"), 404, "not_found")
        for offer in ("", "v=0", "nonsense", "v=0\r\nm=audio 9 X 0\r\n", "a" * 65_537):
            problem(await ann.post("/api/calls/echo", json={"offer": offer}), 422, "invalid")
        problem(await ben.post("/api/calls/echo", json={"offer": "a" * 2**20}), 413, "too_large")
        problem(await ben.post("/api/calls/echo", json={}), 422, "invalid")
        await peer.peer.close()
    finally:
        for each in callers.opened:
            await each.aclose()
        await services.stop()
        await media.stop()


async def test_what_is_not_a_call_or_not_ones_own(callers: Callers, people: People, services: Services) -> None:
    ann, ben, eve = await callers("ann"), await callers("ben"), await callers("eve")
    call = (await ann.post("/api/calls/audio", json={"receiver": "ben"})).json()["call"]
    is_json = {"Content-Type": "application/json"}
    for path in ("/api/calls/audio", "/api/calls/video", "/api/calls/echo"):
        problem(await eve.post(path, content=b"x" * 2**20, headers=is_json), 413, "too_large")
        problem(await eve.post(path, content=b"{", headers=is_json), 400, "bad_request")
    for name in (call["_id"], "nonsense", "0" * 24, "..%2f"):
        problem(await eve.get(f"/api/calls/{name}"), 404, "not_found")
    problem(await eve.post("/api/calls/audio", json={"room": call["room"]}), 404, "not_found")
    assert (await ben.get(f"/api/calls/{call['_id']}")).json()["call"] == call, "nothing of it changed the call"
    refused = [await ann.post("/api/calls/audio", json={"receiver": "eve"}) for _ in range(40)]
    assert {answer.status_code for answer in refused} == {409, 429}
