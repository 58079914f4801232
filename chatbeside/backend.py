"""Everything behind the page, put together: store, services, REST and Socket.IO as one ASGI application.

``chatbeside/chatbeside.py`` puts it in front of the page; tests and benches serve it alone.
"""

from dataclasses import dataclass

from fastapi import FastAPI
from starlette.types import ASGIApp as Asgi
from starlette.types import Receive, Scope, Send

from chatbeside.api import build_api, lay_routes
from chatbeside.media.supervisor import MediaSupervisor
from chatbeside.proxies import TrustedHops
from chatbeside.realtime import Hub, Pace, build_hub
from chatbeside.services import collecting
from chatbeside.services.bus_redis import make_bus
from chatbeside.services.container import Services
from chatbeside.services.events import Relay
from chatbeside.services.passwords import Passwords
from chatbeside.settings import Settings
from chatbeside.store.factory import make_store
from chatbeside.store.interfaces import Store


@dataclass(frozen=True, slots=True)
class Backend:
    """The parts that answer requests. :meth:`start` before the first one, :meth:`stop` after the last."""

    services: Services
    hub: Hub
    api: FastAPI
    media: MediaSupervisor

    async def start(self) -> None:
        """Open the store and begin to look after sockets."""
        await self.services.start()
        await self.hub.start()

    def settle(self) -> None:
        """Do, once all is started, what would otherwise hold somebody up later."""
        lay_routes(self.api)
        collecting.spare_what_stays()

    async def stop(self) -> None:
        """Close the sockets, finish what was accepted, end the media worker and close the store."""
        await self.hub.stop()
        await self.services.stop()
        await self.media.stop()

    @property
    def asgi(self) -> Asgi:
        """The application without a page. It starts and stops with the server (ASGI lifespan)."""

        async def alone(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "lifespan":
                await self._lifespan(receive, send)
            else:
                await self.api(scope, receive, send)

        return self.around(alone)

    def around(self, page: Asgi) -> Asgi:
        """Return an application that serves ``/api`` and ``/socket.io`` itself and leaves the rest to ``page``.

        The server's lifespan goes to ``page`` too: whoever owns it calls :meth:`start` and :meth:`stop`.
        """

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope.get("path", "")
            if scope["type"] == "http" and (path == "/api" or path.startswith("/api/")):
                await self.api(scope, receive, send)
            elif scope["type"] in {"http", "websocket"} and (path == "/socket.io" or path.startswith("/socket.io/")):
                await self.hub.asgi(scope, receive, send)
            else:
                await page(scope, receive, send)

        return TrustedHops(serve, self.services.settings.trusted_hops)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.start()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})


def build_backend(
    settings: Settings,
    *,
    store: Store | None = None,
    passwords: Passwords | None = None,
    pace: Pace | None = None,
) -> Backend:
    """Put the backend together; nothing is opened yet.

    Args:
        settings: The settings of this process.
        store: In place of the one that the settings name.
        passwords: How passwords are hashed; tests pass a cheap way.
        pace: How often the hub looks after things; for tests.
    """
    media = MediaSupervisor()
    services = Services.build(
        store or make_store(settings), settings, Relay(), passwords=passwords, media=media, bus=make_bus(settings)
    )
    return Backend(services, build_hub(services, settings, pace=pace), build_api(services), media)
