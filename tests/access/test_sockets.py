"""Every event against everybody, over real sockets: answers and deliveries."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from socketio.exceptions import ConnectionError as Refused

from tests.access.scene import ASKERS, CANARIES, OUTSIDE, Place, Scene, Stage, leaked
from tests.access.socket_rows import ROWS, Row
from tests.realtime.harness import Client, Json, serve

SOCKETS = {letter: name for letter, name in ASKERS.items() if letter != "N"}


@asynccontextmanager
async def open_place(stage: Stage, letters: str) -> AsyncIterator[tuple[Place, dict[str, Client]]]:
    """Serve a copy of the scene and connect these askers."""
    place, _ = stage.copy()
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serve(place.backend.asgi))
        clients = {}
        for letter in letters:
            client = Client(url, letter)
            stack.push_async_callback(client.close)
            await client.connect({"token": place.tokens[letter]} if letter in place.tokens else None)
            clients[letter] = client
        yield place, clients


def test_every_event_has_a_row(place: Place) -> None:
    events, rows = set(place.backend.hub.handlers.entries), {row.event for row in ROWS}
    assert events - rows == set(), "say in tests/access/socket_rows.py who gets through with these events"
    assert rows - events == set(), "these events are gone: take their rows out of tests/access/socket_rows.py"


async def test_nobody_has_a_socket(stage: Stage) -> None:
    with pytest.raises(Refused):
        async with open_place(stage, "N"):
            pass


async def ask(client: Client, row: Row, scene: Scene) -> Json:
    return await client.ask(row.event, scene.fill(row.data))


def told(*things: object) -> list[str]:
    return [json.dumps(thing, ensure_ascii=False) for thing in things]


def expected(row: Row, letter: str) -> str:
    return row.refused.get(letter, "not_found" if letter in OUTSIDE else "forbidden")


@pytest.mark.parametrize("letter", SOCKETS, ids=SOCKETS.values())
async def test_who_is_kept_out_changes_nothing_and_learns_nothing(stage: Stage, letter: str) -> None:
    refused = [row for row in ROWS if letter not in row.through]
    async with open_place(stage, letter) as (place, clients):
        client = clients[letter]
        if letter in OUTSIDE:
            assert leaked(told(client.ready), place.scene) == [], "the first answer tells"
        for row in refused:
            if row.before:
                await row.before(place)
            await place.settle()
            before = await place.everything()
            answer = await ask(client, row, place.scene)
            assert answer.get("error", {}).get("code") == expected(row, letter), f"{row}: {answer}"
            assert leaked(told(answer), place.scene) == [], f"{row} tells {ASKERS[letter]}"
            await place.settle()
            assert await place.everything() == before, f"{row} changed something"
            if letter in OUTSIDE:
                # What is there looks exactly like what is not.
                nowhere = place.scene.nowhere()
                place.services.assistant.desk.jobs.clear()
                assert answer == await ask(client, row, nowhere), row
            await put_back(place)
        await client.settle()
        if letter in OUTSIDE:
            assert leaked(told(*client.heard), place.scene) == []
    assert len(refused) >= 5


async def put_back(place: Place) -> None:
    """End what a row began."""
    place.services.assistant.desk.jobs.clear()
    for letter in "MA":
        principal = await place.principal(letter)
        call = await place.services.calls.current(principal)
        if call:
            await place.services.calls.end(principal, call.id, device="d")


@pytest.mark.parametrize("letter", SOCKETS, ids=SOCKETS.values())
async def test_who_gets_through(stage: Stage, letter: str) -> None:
    async with open_place(stage, letter) as (place, clients):
        client = clients[letter]
        for row in ROWS:
            if letter not in row.through:
                continue
            if row.before:
                await row.before(place)
            answer = await ask(client, row, place.scene)
            assert "error" not in answer, f"{row}: {answer}"
            (text,) = told(answer)
            if letter in OUTSIDE:
                assert leaked([text], place.scene) == [], f"{row} tells {ASKERS[letter]}"
            else:
                assert [word for word in row.holds if word not in text] == [], row
            await place.settle()
            await put_back(place)
            for mine in await all_calls(place, letter):
                await place.services.calls.end(await place.principal(letter), mine, device="d")


async def all_calls(place: Place, letter: str) -> list[str]:
    call = await place.services.calls.current(await place.principal(letter))
    return [call.id] if call else []


async def test_what_happens_in_a_room_is_heard_inside_and_nowhere_else(stage: Stage) -> None:
    async with open_place(stage, "XRSMAO") as (place, clients):
        services, scene = place.services, place.scene
        for client in clients.values():
            await client.settle()
            client.heard.clear()
        owner, admin, member = [await place.principal(letter) for letter in "OAM"]
        await services.messages.send(owner, scene.room, CANARIES[2], client_id="new")
        await services.changes.edit(member, scene.own, f"{CANARIES[2]} edited")
        await services.changes.react(admin, scene.message, CANARIES[5], on=False)
        await services.changes.pin(admin, scene.message, on=True)
        await services.receipts.advance(member, scene.room, read=1_000)
        await services.groups.update(owner, scene.room, name=f"{CANARIES[0]} again", topic=f"{CANARIES[1]} again")
        await services.groups.set_own(member, scene.room, pinned=True)
        await services.groups.add_member(owner, scene.room, scene.outside)
        await services.groups.remove_member(owner, scene.room, scene.other)
        await clients["M"].ask("typing", {"room": scene.room})
        await services.messages.send(member, scene.direct, CANARIES[2], client_id="new")
        call = await clients["M"].ask("audio call", {"room": scene.direct, "device": "m"})
        await clients["A"].ask("call accept", {"call": call["call"]["_id"], "device": "a"})
        await clients["A"].ask("call signal", {"call": call["call"]["_id"], "n": 1, "data": {"c": "x"}, "device": "a"})
        await clients["M"].expect("call signal")
        await clients["A"].ask("call end", {"call": call["call"]["_id"], "device": "a"})
        await clients["M"].ask("assistant command", {"room": scene.room, "text": "/poll A? b, c", "clientId": "p"})
        await services.groups.update(owner, scene.room, archived=True)
        await clients["M"].expect("room changed", lambda data: data["room"].get("archivedAt"))
        for client in clients.values():
            await client.settle()
        heard = {letter: {name for name, _ in client.heard} for letter, client in clients.items()}
        for letter in OUTSIDE[1:]:
            outsider = clients[letter].heard
            # Presence of people who share a conversation is theirs to know, and nothing else is.
            assert heard[letter] <= {"presence"}, outsider
            assert leaked(told(*outsider), scene) == []
        everything = {"chat message", "message changed", "read", "room changed", "typing", "people", "audio call"}
        assert everything <= heard["A"]
        assert "call end" not in heard["O"] and "audio call" not in heard["O"]
        assert scene.direct not in "".join(told(*clients["O"].heard))
