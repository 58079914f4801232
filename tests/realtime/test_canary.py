"""What the hub takes for granted about python-socketio and python-engineio without their promise.

When one of these fails after an update, read ``manager.py``, ``sockets.py`` and ``server.py`` of
``chatbeside/realtime`` against the new version before moving the pin.
"""

import inspect
from importlib.metadata import version

import engineio.async_server
import pytest
import socketio
from engineio.async_socket import AsyncSocket
from socketio.async_pubsub_manager import AsyncPubSubManager

from chatbeside.realtime.manager import LocalEmit
from chatbeside.realtime.packets import Packet
from chatbeside.realtime.sockets import Socket
from tests.realtime.harness import World


def parameters(function: object) -> list[str]:
    return list(inspect.signature(function).parameters)  # type: ignore[arg-type]


def test_the_versions_are_those_that_were_read() -> None:
    assert (version("python-socketio"), version("python-engineio")) == ("5.18.1", "4.15.1")


def test_the_methods_that_are_replaced_are_called_as_ever() -> None:
    server = socketio.AsyncServer
    assert parameters(server._handle_eio_connect) == ["self", "eio_sid", "environ"]
    assert parameters(server._handle_eio_message) == ["self", "eio_sid", "data"]
    assert parameters(server._handle_connect) == ["self", "eio_sid", "namespace", "data"]
    assert parameters(server._handle_disconnect) == ["self", "eio_sid", "namespace", "reason"]
    assert parameters(server._handle_event) == ["self", "eio_sid", "namespace", "id", "data"]
    assert parameters(server._send_packet) == ["self", "eio_sid", "pkt"]
    assert parameters(socketio.AsyncManager.emit) == parameters(LocalEmit.emit)
    assert parameters(AsyncSocket.poll) == ["self"]
    assert parameters(AsyncSocket.close) == parameters(Socket.close)


def test_the_plain_socket_uses_nothing_of_its_queue_that_ours_has_not() -> None:
    source = inspect.getsource(AsyncSocket) + inspect.getsource(engineio.async_server)
    used = {word.split("(")[0].split(".")[0] for word in source.split("queue.")[1:]}
    assert used <= {"get", "get_nowait", "put", "put_nowait", "task_done", "join"} | {"Queue", "QueueEmpty\n"}, used


def test_a_shared_manager_would_end_in_the_same_local_part() -> None:
    class SharedManager(socketio.AsyncRedisManager, LocalEmit):
        pass

    order = SharedManager.__mro__
    assert order.index(socketio.AsyncRedisManager) < order.index(LocalEmit) < order.index(socketio.AsyncManager)
    assert "super().emit" in inspect.getsource(AsyncPubSubManager.emit)


async def test_a_living_socket_is_ours(world: World) -> None:
    ann = await world.join("ann")
    server = world.backend.hub._server
    (socket,) = server.eio.sockets.values()
    assert type(socket) is Socket and not socket.closed
    (room,) = [name for name in world.backend.hub.manager.rooms["/"] if str(name).startswith("user:")]
    assert list(world.backend.hub.manager.rooms["/"][room].items()) == [(ann.io.get_sid(), socket.sid)]
    assert server.packet_class is Packet
    protocol = socket._environ["asgi.send"].__self__
    assert hasattr(protocol.transport, "abort"), "a client that does not read cannot be cut off"
    assert socket.queue.direct is not None, "every delivery goes the long way"


@pytest.mark.parametrize("direct", [True, False])
async def test_both_ways_to_the_wire_say_the_same(world: World, direct: bool) -> None:
    room = await world.direct("ann", "ben")
    ann = await world.join("ann")
    for socket in world.backend.hub._server.eio.sockets.values():
        assert socket.queue.direct is not None
        socket.queue.direct = socket.queue.direct if direct else None
    texts = ["a", "x" * 125, "é" * 200, "🌱" * 5_000]
    sent = [(await ann.send(room, text))["message"] for text in texts]
    assert [message["content"] for message in sent] == texts
    await ann.settle()
    assert ann.all("chat message") == sent
