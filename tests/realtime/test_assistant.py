"""The assistant over real sockets, with a language model on loopback and without."""

import threading
from collections.abc import AsyncIterator, Iterator

import pytest

from chatbeside.backend import build_backend
from chatbeside.domain.models import Member, Role
from chatbeside.realtime import Pace
from chatbeside.services.passwords import Passwords
from chatbeside.settings import Settings
from tests.conftest import People
from tests.realtime.harness import Client, Json, World, serve
from tests.servers.openai_server import OpenAIServer


@pytest.fixture
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
async def world(settings: Settings, pace: Pace, model: OpenAIServer) -> AsyncIterator[World]:
    options = settings.model_copy(update={"assistant": True, "openai_base_url": model.url, "openai_model": "tiny"})
    backend = build_backend(options, passwords=Passwords(1, time_cost=1, memory_cost=64), pace=pace)
    async with serve(backend.asgi) as url:
        world = World(backend, url, People(backend.services), [])
        try:
            yield world
        finally:
            for client in world.clients:
                await client.close()


async def arrive(world: World, name: str) -> Client:
    client = world.client(name)
    await client.connect({"token": await world.people.token(name)})
    return client


def own_room(client: Client) -> Json:
    (room,) = [room for room in client.ready["rooms"] if room["peer"] and room["peer"]["username"] == "beside"]
    return room


async def test_the_first_conversation_is_there_at_once(world: World) -> None:
    ann = await arrive(world, "ann")
    room = own_room(ann)
    assert room["unread"] == 1
    assert "“tiny” answers" in room["lastMessage"]["content"]
    assert any(person["username"] == "beside" and person["bot"] for person in ann.ready["people"])


async def test_a_page_that_opens_a_conversation_names_the_time_zone_for_its_times(
    world: World, model: OpenAIServer
) -> None:
    model.reply("Soup.")
    ann = await arrive(world, "ann")
    room = own_room(ann)["room"]
    beside = own_room(ann)["peer"]["_id"]
    for zone in ("Asia/Tokyo", "Nowhere/At-All"):
        assert "growing" in await ann.ask("assistant state", {"room": room, "zone": zone})
    await ann.send(room, "what is for lunch?")
    await ann.expect("chat message", lambda data: data["sender"] == beside)
    assert "in the time zone Asia/Tokyo (UTC+09:00)" in model.requests[-1]["messages"][0]["content"]


async def test_it_types_grows_and_ends_in_a_message(world: World, model: OpenAIServer) -> None:
    gate = threading.Semaphore(0)
    model.reply("Soup", " 🥣 and", " bread.", gate=gate)
    ann = await arrive(world, "ann")
    room = own_room(ann)["room"]
    asked = await ann.send(room, "what is for lunch?")
    beside = own_room(ann)["peer"]["_id"]
    typing = await ann.expect("typing")
    assert (typing["user"], typing["on"], typing["room"]) == (beside, True, room)
    gate.release()
    first = await ann.expect("assistant stream")
    assert (first["text"], first["at"], first["n"], first["done"]) == ("Soup", 0, 1, False)
    assert first["replyTo"] == asked["message"]["_id"]
    assert not (await ann.expect("typing"))["on"]
    # Another device that comes now gets what there is.
    late = await arrive(world, "ann")
    state = await late.ask("assistant state", {"room": room})
    assert state["growing"] == [
        {"id": first["id"], "replyTo": first["replyTo"], "asker": first["asker"], "text": "Soup", "n": 1}
    ]
    assert (state["provider"], state["model"], state["outside"], state["member"]) == ("openai", "tiny", False, True)
    gate.release(2)
    message = await ann.expect("chat message", lambda data: data["sender"] == beside)
    assert (message["content"], message["clientId"]) == ("Soup 🥣 and bread.", first["id"])
    done = await ann.expect("assistant stream", lambda data: data["done"])
    assert done["id"] == first["id"]
    assert (await ann.ask("assistant state", {"room": room}))["growing"] == []


async def test_stop_and_again(world: World, model: OpenAIServer) -> None:
    model.reply("One ", "two", hang_after=1)
    ann, ben = await arrive(world, "ann"), await arrive(world, "ben")
    room = own_room(ann)["room"]
    await ann.send(room, "count")
    piece = await ann.expect("assistant stream")
    assert (await ben.ask("assistant stop", {"id": piece["id"]}))["error"]["code"] == "not_found"
    assert await ann.ask("assistant stop", {"id": piece["id"]}) == {}
    message = await ann.expect("chat message", lambda data: data["clientId"] == piece["id"])
    assert (message["content"], message["data"]["assistant"]["cut"]) == ("One", "stopped")
    model.reply("One two three")
    assert (await ben.ask("assistant again", {"message": message["_id"]}))["error"]["code"] == "not_found"
    assert await ann.ask("assistant again", {"message": message["_id"]}) == {"id": piece["id"]}
    changed = await ann.expect("message changed")
    assert (changed["_id"], changed["content"]) == (message["_id"], "One two three")
    assert changed["data"]["assistant"]["cut"] is None


async def test_others_of_the_room_see_it_and_strangers_do_not(world: World, model: OpenAIServer) -> None:
    model.reply("Hello ", "all")
    room_id = await world.group("ann", "ben")
    services = world.backend.services
    beside, owner = services.assistant.user, (await world.people("ann")).user
    await services.store.members.add(Member(room_id, beside.id, Role.MEMBER, beside.created_at))
    await services.store.members.update(room_id, owner.id, {"role": Role.OWNER})
    ann, ben, eve = [await arrive(world, name) for name in ("ann", "ben", "eve")]
    await ann.send(room_id, "@beside say hello")
    assert (await ben.expect("assistant stream"))["room"] == room_id
    answer = await ben.expect("chat message", lambda data: data["sender"] == beside.id)
    assert answer["content"] == "Hello all"
    await eve.settle()
    assert eve.all("assistant stream") == eve.all("chat message") == []
    assert (await eve.ask("assistant state", {"room": room_id}))["error"]["code"] == "not_found"
    assert (await ben.ask("assistant switch", {"room": room_id, "on": False}))["error"]["code"] == "forbidden"
    assert (await ann.ask("assistant switch", {"room": room_id, "on": False})) == {"on": False}
    assert not (await ben.ask("assistant state", {"room": room_id}))["on"]


async def test_commands(world: World) -> None:
    ann = await arrive(world, "ann")
    room = own_room(ann)["room"]
    asked = {"room": room, "text": "/remind in 2 hours tea", "clientId": "k1", "zone": "Europe/Berlin"}
    assert (await ann.ask("assistant command", asked))["message"]["content"] == "/remind in 2 hours tea"
    answer = await ann.expect("chat message", lambda data: data["content"].startswith("I will remind you"))
    assert "(Europe/Berlin)" in answer["content"]
    for wrong in ({"text": "no command"}, {"clientId": "!"}, {"room": "0" * 24}, {"zone": 5}, {"more": 1}):
        assert "error" in await ann.ask("assistant command", {**asked, **wrong})


async def test_a_cut_connection_in_the_middle_ends_in_words(world: World, model: OpenAIServer) -> None:
    model.reply("Half ", "whole", cut_after=1)
    ann = await arrive(world, "ann")
    await ann.send(own_room(ann)["room"], "go")
    message = await ann.expect("chat message", lambda data: data["content"] == "Half")
    assert "in the middle" in message["data"]["assistant"]["note"]
