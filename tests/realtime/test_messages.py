"""Sending, joining, resuming, receipts: over real sockets."""

import asyncio

from tests.realtime.harness import World


async def test_ready_says_who_and_where_one_is(world: World) -> None:
    room = await world.direct("ann", "ben")
    ben = await world.join("ben")
    await (await world.join("ann")).send(room, "hello")
    ann = await world.join("ann")
    me, them = ann.ready["user"], ben.ready["user"]
    assert me["username"] == "ann" and me["email"] == "ann@example.org"
    listed = {listed["room"]: listed for listed in ann.ready["rooms"]}
    assert listed[room]["lastMessage"]["content"] == "hello" and listed[room]["peer"]["username"] == "ben"
    assert {person["username"] for person in ann.ready["people"]} >= {"ann", "ben"}
    assert all("email" not in person for person in ann.ready["people"])
    assert ann.ready["presence"] == {me["_id"]: "online", them["_id"]: "online"}
    assert ann.ready["server"] == {"version": "0.1.0", "maxContent": 12_000, "maxUpload": 50 * 1024 * 1024}


async def test_a_message_is_acknowledged_and_reaches_every_device_of_both(world: World) -> None:
    room = await world.direct("ann", "ben")
    phone, desk, ben = await world.join("ann"), await world.join("ann"), await world.join("ben")
    answer = await phone.send(room, "hello", "one")
    message = answer["message"]
    assert message["content"] == "hello" and message["seq"] == message["rev"] == 1
    assert message["receiver"] == [ben.ready["user"]["_id"]]
    for client in (phone, desk, ben):
        assert await client.expect("chat message") == message


async def test_the_same_client_id_is_one_message(world: World) -> None:
    room = await world.direct("ann", "ben")
    ann, ben = await world.join("ann"), await world.join("ben")
    first = await ann.send(room, "hello", "one")
    again = await ann.send(room, "hello", "one")
    await ann.send(room, "next", "two")
    assert again == first
    await ben.expect("chat message", lambda message: message["clientId"] == "two")
    assert [message["clientId"] for message in ben.all("chat message")] == ["one"]


async def test_a_new_conversation_is_introduced_before_its_first_message(world: World) -> None:
    ben = await world.join("ben")
    ann = await world.join("ann")
    room = await world.direct("ann", "ben")
    assert (await ann.expect("room changed"))["room"]["peer"]["username"] == "ben"
    await ann.send(room, "hello")
    message = await ben.expect("chat message")
    assert message["room"] == room
    names = [name for name, _ in ben.heard]
    assert "room changed" in names and "people" in names
    changed = next(data for name, data in ben.heard if name == "room changed")
    assert changed["room"]["room"] == room and changed["room"]["peer"]["username"] == "ann"
    assert changed["room"]["unread"] == 1


async def test_join_gives_the_newest_page_and_then_only_what_changed(world: World) -> None:
    room = await world.direct("ann", "ben")
    ann, ben = await world.join("ann"), await world.join("ben")
    for number in range(3):
        await ann.send(room, f"{number}")
    joined = await ben.ask("join room", {"room": room})
    assert [message["content"] for message in joined["messages"]] == ["0", "1", "2"]
    assert joined["rev"] == 3 and joined["hasMore"] is False and joined["complete"] is False
    assert joined["room"]["room"] == room and {person["username"] for person in joined["people"]} == {"ann"}
    await ben.close()
    for number in range(3, 6):
        await ann.send(room, f"{number}")
    ben = await world.join("ben")
    resumed = await ben.ask("join room", {"room": room, "after": joined["rev"]})
    assert [message["content"] for message in resumed["messages"]] == ["3", "4", "5"]
    assert resumed["rev"] == 6 and resumed["complete"] is True


async def test_a_gap_too_large_starts_afresh(world: World) -> None:
    room = await world.direct("ann", "ben")
    ann = await world.join("ann")
    limit = world.backend.services.settings.page_limit
    await asyncio.gather(*(ann.send(room, f"{number}") for number in range(limit + 2)))
    joined = await ann.ask("join room", {"room": room, "after": 1})
    assert joined["complete"] is False and joined["hasMore"] is True and joined["rev"] == limit + 2


async def test_history_pages_backwards(world: World) -> None:
    room = await world.direct("ann", "ben")
    ann = await world.join("ann")
    for number in range(5):
        await ann.send(room, f"{number}")
    page = await ann.ask("history", {"room": room, "before": 4, "limit": 2})
    assert [message["seq"] for message in page["messages"]] == [2, 3] and page["hasMore"] is True
    page = await ann.ask("history", {"room": room, "before": 2})
    assert [message["seq"] for message in page["messages"]] == [1] and page["hasMore"] is False


async def test_receipts_reach_the_other_person(world: World) -> None:
    room = await world.direct("ann", "ben")
    ann, ben = await world.join("ann"), await world.join("ben")
    await ann.send(room, "hello")
    them = ben.ready["user"]["_id"]
    answer = await ben.ask("delivered", {"room": room, "seq": 1})
    assert answer == {"receipt": {"user": them, "readSeq": 0, "deliveredSeq": 1}}
    told = await ann.expect("read", lambda data: data["user"] == them)
    assert told == {"room": room, "user": them, "readSeq": 0, "deliveredSeq": 1}
    await ben.ask("read", {"room": room, "seq": 1})
    assert (await ann.expect("read", lambda data: data["user"] == them))["readSeq"] == 1


async def test_nobody_is_told_what_they_know(world: World) -> None:
    room = await world.direct("ann", "ben")
    ann, pad, ben = await world.join("ann"), await world.join("ann"), await world.join("ben")
    await ann.send(room, "hello")
    # That the sender has read it follows from the message; the sender's other devices may have counted what was before.
    assert (await pad.expect("read"))["readSeq"] == 1
    desk = await world.join("ben")
    await ben.ask("read", {"room": room, "seq": 1})
    assert (await desk.expect("read"))["readSeq"] == 1
    await ben.settle()
    assert ben.all("read") == []


async def test_live_events_of_a_room_come_in_order(world: World) -> None:
    names = [f"person{number}" for number in range(6)]
    room = await world.group(*names)
    senders = [await world.join(name) for name in names]
    watcher = senders[0]
    await asyncio.gather(*(sender.send(room, f"{number}") for sender in senders for number in range(20)))
    await watcher.expect("chat message", lambda message: message["rev"] == 120)
    assert [message["rev"] for message in watcher.all("chat message")] == list(range(1, 120))


async def test_polling_clients_are_served_too(world: World) -> None:
    room = await world.direct("ann", "ben")
    ann = await world.join("ann", transports=["polling"])
    ben = await world.join("ben", transports=["polling", "websocket"])
    await ann.send(room, "hello")
    assert (await ben.expect("chat message"))["content"] == "hello"
    assert (await ben.send(room, "hello yourself"))["message"]["seq"] == 2
    assert (await ann.expect("chat message", lambda message: message["seq"] == 2))["content"] == "hello yourself"
