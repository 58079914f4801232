"""What is known of the clients of this process: the same as python-socketio's own manager knows, found faster."""

from inspect import isawaitable
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
import socketio

from chatbeside.realtime.manager import LocalEmit


def made(kind: type[Any]) -> Any:
    """A manager whose server numbers its clients."""
    manager, numbers = kind(), count(1)
    manager.server = SimpleNamespace(eio=SimpleNamespace(generate_id=lambda: f"client{next(numbers)}"))
    return manager


def known(manager: Any) -> Any:
    rooms = {name: {room: dict(each) for room, each in rooms.items()} for name, rooms in manager.rooms.items()}
    return rooms, manager.pending_connect, manager.pending_disconnect, set(manager.callbacks)


async def done(answer: Any) -> Any:
    return await answer if isawaitable(answer) else answer


async def test_clients_come_and_go_as_ever() -> None:
    ours, plain = made(LocalEmit), made(socketio.AsyncManager)
    for step in (
        lambda each: each.connect("socket1", "/"),
        lambda each: each.pre_connect("socket2", "/"),
        lambda each: each.basic_enter_room("client1", "/", "garden"),
        lambda each: each.basic_enter_room("client2", "/", "garden"),
        lambda each: each.basic_enter_room("client1", "/", "kitchen"),
        lambda each: each.basic_leave_room("client1", "/", "kitchen"),
        lambda each: each.basic_leave_room("client1", "/", "cellar"),
        lambda each: each._generate_ack_id("client1", print),
        lambda each: each.pre_disconnect("client1", "/"),
        lambda each: each.basic_disconnect("client1", "/"),
        lambda each: each.basic_disconnect("client1", "/"),
        lambda each: each.basic_disconnect("client2", "/"),
        lambda each: each.basic_disconnect("client2", "/nowhere"),
        lambda each: each.connect("socket3", "/"),
    ):
        assert await done(step(ours)) == await done(step(plain))
        assert known(ours) == known(plain)
    ours.basic_disconnect("client3", "/")
    assert ours._entered == {}


async def test_a_client_that_goes_leaves_only_what_it_was_in() -> None:
    class Other(dict[str, str]):
        def __contains__(self, key: object) -> bool:
            pytest.fail("It was looked for where it has never been.")

    manager = made(LocalEmit)
    await manager.connect("socket1", "/")
    manager.rooms["/"]["elsewhere"] = Other()
    manager.basic_disconnect("client1", "/")
    assert list(manager.rooms["/"]) == ["elsewhere"]
