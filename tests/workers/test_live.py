"""Two people, rooms, presence, typing and sessions across two workers."""

import asyncio

from chatbeside.domain.clock import now
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import NewMessage, Role
from tests.faults.device import Device
from tests.faults.test_kill import reached
from tests.realtime.harness import until
from tests.servers.redis import RedisServer
from tests.workers.cluster import Cluster


async def test_messages_reach_the_other_worker_once_and_in_order(two: Cluster) -> None:
    room = await two.group("ann", "ben", "cleo")
    ann, ben, cleo = await two.join("ann", 0), await two.join("ben", 1), await two.join("cleo", 1)
    sent = 40

    async def write(client: object, count: int) -> None:
        await asyncio.gather(*(client.send(room, f"{number}") for number in range(count)))  # type: ignore[attr-defined]

    await asyncio.gather(write(ann, sent), write(ben, sent))
    for client in (ann, ben, cleo):
        await until(lambda client=client: len(client.all("chat message")) == 2 * sent)
        assert [message["seq"] for message in client.all("chat message")] == list(range(1, 2 * sent + 1))
    assert ann.all("chat message") == ben.all("chat message") == cleo.all("chat message")


async def test_what_the_other_worker_never_told_is_read_from_the_store_in_its_place(two: Cluster) -> None:
    room = await two.group("ann", "ben")
    ann, ben = await two.join("ann", 0), await two.join("ben", 1)
    await ann.send(room, "1")
    # As if the second worker died, or its news was held up for long, between storing and telling.
    ben_id = (await two.people("ben")).user.id
    untold = NewMessage(new_id(), room, ben_id, "untold", "text", "2", now())
    await two.backend(1).services.store.messages.append(untold)
    await ann.send(room, "3")
    for client in (ann, ben):
        await until(lambda client=client: len(client.all("chat message")) == 3)
        assert [message["content"] for message in client.all("chat message")] == ["1", "2", "3"]


async def test_a_first_message_opens_the_conversation_at_the_other_worker(two: Cluster) -> None:
    ann, ben = await two.join("ann", 0), await two.join("ben", 1)
    room = await two.direct("ann", "ben")
    await ann.send(room, "hello")
    assert (await ben.expect("room changed"))["room"]["room"] == room
    assert (await ben.expect("chat message"))["content"] == "hello"
    names = [name for name, _ in ben.heard]
    assert "chat message" not in names
    message = (await ann.expect("chat message"))["_id"]
    await two.backend(1).services.changes.react(await two.people("ben"), message, "👍", on=True)
    changed = await ann.expect("message changed")
    assert list(changed["reactions"]) and changed["rev"] == 2


async def test_presence_and_typing_are_seen_at_the_other_worker(two: Cluster) -> None:
    room = await two.direct("ann", "ben")
    await (await two.join("ann", 0)).send(room, "hello")
    ann = two.worlds[0].clients[0]
    ann_id = ann.ready["user"]["_id"]
    await until(lambda: two.backend(1).hub.presence.state(ann_id) == "online")
    ben = await two.join("ben", 1)
    ben_id = ben.ready["user"]["_id"]
    await ann.expect("presence", lambda news: news == {"user": ben_id, "state": "online"})
    assert ben.ready["presence"][ann_id] == "online"
    await ben.ask("presence", {"state": "away"})
    await ann.expect("presence", lambda news: news == {"user": ben_id, "state": "away"})
    await ben.ask("typing", {"room": room, "on": True})
    assert (await ann.expect("typing"))["user"] == ben_id
    await ben.settle()
    assert ben.all("typing") == [], "not to whoever types"
    # A second device of the same person at the first worker: here until both are gone.
    again = await two.join("ben", 0)
    await ben.close()
    await again.ask("presence", {"state": "away"})
    assert (await two.join("ann", 1)).ready["presence"][ben_id] in {"online", "away"}
    await again.close()
    await ann.expect("presence", lambda news: news == {"user": ben_id, "state": "offline"})


async def test_coming_and_going_from_rooms_holds_at_the_other_worker(two: Cluster) -> None:
    room = await two.group("ann")
    ann, ben = await two.join("ann", 0), await two.join("ben", 1)
    services = two.backend(0).services
    principal = await two.people("ann")
    await services.store.members.update(room, principal.user.id, {"role": Role.OWNER})
    ben_id = ben.ready["user"]["_id"]
    await services.groups.add_member(principal, room, ben_id)
    assert (await ben.expect("room changed"))["room"]["room"] == room
    await ann.send(room, "welcome")
    await ben.expect("chat message", lambda message: message["content"] == "welcome")
    await services.groups.remove_member(principal, room, ben_id)
    assert (await ben.expect("room changed", lambda news: news["room"].get("gone")))["room"]["room"] == room
    cleo = await two.join("cleo", 1)
    await services.groups.add_member(principal, room, cleo.ready["user"]["_id"])
    await cleo.expect("room changed")
    await ann.send(room, "secret")
    await cleo.expect("chat message", lambda message: message["content"] == "secret")  # so it came to this worker
    await ben.settle()
    assert "secret" not in [message["content"] for message in ben.all("chat message")]


async def test_a_session_that_ends_closes_its_sockets_at_the_other_worker(two: Cluster) -> None:
    ben = await two.join("ben", 1)
    await two.backend(0).services.accounts.log_out(await two.people("ben"))
    await ben.expect("session ended")
    await asyncio.wait_for(ben.closed.wait(), 10)


async def test_a_ticket_is_good_once_on_any_worker(two: Cluster) -> None:
    await two.people("ann")
    ticket = await two.backend(0).services.accounts.make_ticket(two.people.signed_in["ann"])
    tried = await asyncio.gather(
        *(two.backend(number).services.accounts.redeem_ticket(ticket) for number in (0, 1, 0, 1)),
        return_exceptions=True,
    )
    assert len([each for each in tried if isinstance(each, str)]) == 1


async def test_only_the_first_account_of_all_is_an_administrator(two: Cluster) -> None:
    made = await asyncio.gather(
        *(
            two.backend(number % 2).services.accounts.sign_up(
                f"person{number}", f"person{number}@example.org", "correct horse battery"
            )
            for number in range(6)
        )
    )
    assert len([each for each in made if each.user.administrator]) == 1


async def test_when_redis_was_away_everybody_comes_back_and_misses_nothing(two: Cluster, redis: RedisServer) -> None:
    room = await two.direct("ann", "ben")
    devices = [
        Device(two.worlds[number].url, await two.people.token(name), room, f"{name}{number}")
        for name in ("ann", "ben")
        for number in (0, 1)
    ]
    ann, _, _, ben = devices
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(device.run()) for device in devices]
        ann.outbox.put_nowait("before")
        for device in devices:
            await reached(device, lambda device=device: device.view.rev == 1)
        redis.stop()
        await until(lambda: not any(two.backend(number).services.bus._listening.is_set() for number in (0, 1)))
        ann.outbox.put_nowait("meanwhile")
        await reached(devices[2], lambda: devices[2].view.rev == 2)
        assert ben.view.rev == 1
        redis.start()
        for device in devices:
            await reached(device, lambda device=device: device.comings > 1 and device.view.rev == 2)
        ben.outbox.put_nowait("after")
        for device in devices:
            await reached(device, lambda device=device: device.view.rev == 3)
        for task in running:
            task.cancel()
    timelines = [[held.wire for held in device.view.timeline()] for device in devices]  # type: ignore[attr-defined]
    assert timelines == [timelines[0]] * 4
    assert [wire["content"] for wire in timelines[0]] == ["before", "meanwhile", "after"]
