"""A network that cuts, delays, doubles and reorders lies between people and the server."""

import asyncio
from pathlib import Path

import pytest

from tests.faults.process import ServerProcess
from tests.faults.proxy import Network
from tests.faults.test_kill import Conversation, people_and_room, server  # noqa: F401 - fixtures
from tests.realtime.harness import Client

ROUNDS = 3


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(3))
async def test_everybody_ends_with_the_same_whole_timeline(
    people_and_room: tuple[Path, dict[str, str], str],  # noqa: F811
    server: ServerProcess,  # noqa: F811
    seed: int,
) -> None:
    _, tokens, room = people_and_room
    async with Network(server.url, seed, cut=0.01, delay=0.05, double=0.05, swap=0.05) as network:
        talk = Conversation(server, tokens, room, through=network.url)
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(device.run()) for device in talk.devices]
            for number in range(ROUNDS):
                network.calm = False
                talk.write(number)
                await talk.acknowledged()
                # The last message of a silent room may have been the one that was held back: so the network is
                # calm while everybody catches up, as it is after any disturbance in the end.
                network.calm = True
                await talk.settled()
                await talk.check()
            for task in running:
                task.cancel()
    assert all(network.done[what] > 0 for what in ("cut", "delay", "double", "swap")), network.done


@pytest.mark.faults
async def test_a_client_that_vanishes_leaves_no_presence_typing_or_socket(
    people_and_room: tuple[Path, dict[str, str], str],  # noqa: F811
    server: ServerProcess,  # noqa: F811
) -> None:
    _, tokens, room = people_and_room
    ben = Client(server.url, "ben")
    await ben.connect({"token": tokens["ben"]})
    async with Network(server.url, 1) as network:
        ann = Client(network.url, "ann")
        await ann.connect({"token": tokens["ann"]})
        me = ann.ready["user"]["_id"]
        online = await ben.expect("presence", lambda news: news["user"] == me)
        assert online["state"] == "online"
        await ann.ask("typing", {"room": room, "on": True})
        typing = await ben.expect("typing", lambda news: news["user"] == me)
        assert 0 < typing["until"] <= 6000, "a lease that runs out by itself"
    # The proxy is gone, and with it both halves of the connection.
    gone = await ben.expect("presence", lambda news: news["user"] == me and news["state"] == "offline")
    assert gone
    await ann.close()
    await ben.close()
