"""A real server on loopback and real Socket.IO clients."""

import asyncio
import contextlib
import itertools
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import socketio
import uvicorn

from chatbeside.backend import Backend
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Member, Role, Room, RoomKind
from chatbeside.realtime.frames import Frames
from chatbeside.services.principal import Principal
from tests.conftest import People

PATIENCE = 30.0
"""Seconds for what is told; machines that run tests may be slow."""
ANSWER = 10.0
"""Seconds for an acknowledgement, as clients wait."""
Json = dict[str, Any]


def listener() -> socket.socket:
    """Return a listening socket on a free port of loopback."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)  # or the kernel keeps megabytes back
    listening.bind(("127.0.0.1", 0))
    listening.listen(2048)
    return listening


@contextlib.asynccontextmanager
async def serve(app: Any, **options: Any) -> AsyncIterator[str]:
    """Serve ``app`` with uvicorn in this loop and yield its address."""
    listening = listener()
    config = uvicorn.Config(
        app,
        log_level="warning",
        ws=Frames,
        ws_per_message_deflate=False,
        lifespan="on",
        timeout_graceful_shutdown=1,
        **options,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        if task.done():
            await task
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listening.close()


class Plain(socketio.packet.Packet):  # type: ignore[misc] # untyped there
    """A packet with Python's own JSON: a server made with another one changes that of the whole process."""

    json = json


class Http:
    """An HTTP session that leaves nothing open.

    The client forgets a websocket that opened but never said so, and does not read the answers to what it posts, whose
    connections then stay taken.
    """

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession()
        self._opened: list[aiohttp.ClientWebSocketResponse] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    async def get(self, *args: Any, **options: Any) -> aiohttp.ClientResponse:
        """Get, and read the whole answer."""
        return await self._whole(self._session.get(*args, **options))

    async def post(self, *args: Any, **options: Any) -> aiohttp.ClientResponse:
        """Post, and read the whole answer."""
        return await self._whole(self._session.post(*args, **options))

    async def ws_connect(self, *args: Any, **options: Any) -> aiohttp.ClientWebSocketResponse:
        """Open a websocket."""
        opened: aiohttp.ClientWebSocketResponse = await self._session.ws_connect(*args, **options)
        self._opened.append(opened)
        return opened

    async def close(self) -> None:
        """Close the session and everything it opened."""
        for opened in self._opened:
            await opened.close()
        await self._session.close()

    @staticmethod
    async def _whole(asked: Awaitable[aiohttp.ClientResponse]) -> aiohttp.ClientResponse:
        answer = await asked
        await answer.read()
        return answer


class Client:
    """A Socket.IO client that keeps what it hears."""

    def __init__(self, url: str, name: str = "") -> None:
        self._url = url
        self._numbers = itertools.count(1)
        self.name = name
        self.heard: list[tuple[str, Any]] = []
        self.ready: Json = {}
        self.closed = asyncio.Event()
        self.refused: Any = None
        self._news = asyncio.Condition()
        self._http = Http()
        self.io = socketio.AsyncClient(
            reconnection=False,
            http_session=self._http,
            serializer=Plain,
            websocket_extra_options={"max_msg_size": 0},
        )
        self.io.on("*", self._hear)
        self.io.on("disconnect", self._disconnected)
        self.io.on("connect_error", self._refused)

    async def connect(
        self, auth: Any = None, headers: Mapping[str, str] | None = None, *, transports: list[str] | None = None
    ) -> Json:
        """Connect and return what ``ready`` said. Raises ``socketio.exceptions.ConnectionError``."""
        await self.io.connect(
            self._url,
            auth=auth,
            headers=dict(headers or {}),
            transports=transports or ["websocket"],
            wait_timeout=PATIENCE,
        )
        self.ready = await self.expect("ready")
        return self.ready

    async def ask(self, event: str, *arguments: Any) -> Json:
        """Emit and return the acknowledgement."""
        data = arguments[0] if len(arguments) == 1 else arguments
        answer: Json = await self.io.call(event, data, timeout=ANSWER)
        return answer

    async def send(self, room: str, content: str, client_id: str | None = None) -> Json:
        """Send a message and return the acknowledgement."""
        client_id = client_id or f"{self.name}-{next(self._numbers)}"
        return await self.ask("chat message", {"room": room, "content": content, "clientId": client_id})

    async def expect(self, event: str, accept: Callable[[Any], bool] = lambda data: True) -> Any:
        """Wait for an event and take it; what came before it of the same name and does not fit is passed over."""
        async with asyncio.timeout(PATIENCE), self._news:
            while True:
                for place, (name, data) in enumerate(self.heard):
                    if name == event and accept(data):
                        del self.heard[place]
                        return data
                await self._news.wait()

    async def settle(self) -> None:
        """Return when everything that the server had for this client before now was heard."""
        await self.ask("presence", {"state": "online"})

    def all(self, event: str) -> list[Any]:
        """Return everything heard under a name and not taken."""
        return [data for name, data in self.heard if name == event]

    @property
    def transport(self) -> Any:
        """What carries its WebSocket."""
        return self.io.eio.ws._response.connection.transport

    async def close(self) -> None:
        """Disconnect."""
        if self.io.connected and self.io.transport() == "polling":
            await self.io.eio.queue.join()  # it would not say that it goes while it still posts something else
        await self.io.shutdown()
        await self.io.eio.disconnect()
        # A client that was cut off is disconnected already and has left its socket open.
        await self._http.close()

    async def _hear(self, event: str, data: Any = None) -> None:
        async with self._news:
            self.heard.append((event, data))
            self._news.notify_all()

    async def _disconnected(self, *_: Any) -> None:
        self.closed.set()

    async def _refused(self, data: Any) -> None:
        self.refused = data


@dataclass(slots=True)
class World:
    """A running server and its people."""

    backend: Backend
    url: str
    people: People
    clients: list[Client]

    def client(self, name: str = "") -> Client:
        """Return a client that is not connected yet; it is closed after the test."""
        client = Client(self.url, name)
        self.clients.append(client)
        return client

    async def join(self, name: str, **options: Any) -> Client:
        """Return a connected client of the person ``name``."""
        client = self.client(name)
        await client.connect({"token": await self.people.token(name)}, **options)
        return client

    async def direct(self, one: str, other: str) -> str:
        """Return the id of the conversation of two people."""
        room = await self.backend.services.rooms.open_direct(await self.people(one), (await self.people(other)).user.id)
        return room.id

    async def group(self, *names: str) -> str:
        """Return the id of a new group room with these people in it, made in the store."""
        store = self.backend.services.store
        principals: list[Principal] = [await self.people(name) for name in names]
        room = Room(new_id(), RoomKind.GROUP, principals[0].user.created_at, principals[0].user.id, name="Garden")
        await store.rooms.add(room)
        for principal in principals:
            await store.members.add(Member(room.id, principal.user.id, Role.MEMBER, principal.user.created_at))
        return room.id


async def until(holds: Callable[[], bool]) -> None:
    """Wait until ``holds()`` is true."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - states of the server have no events
            await asyncio.sleep(0.01)
