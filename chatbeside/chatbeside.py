"""The composition root: pages in front, the services and their doors behind, one ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

import reflex as rx
from reflex.utils.prerequisites import get_web_dir

from chatbeside.backend import Asgi, Backend, build_backend
from chatbeside.page_events import failed, guard_events
from chatbeside.page_headers import guard_page
from chatbeside.page_sockets import PageSockets
from chatbeside.services import runtime
from chatbeside.services.events import Relay
from chatbeside.settings import Settings
from chatbeside.ui import icons, theme
from chatbeside.ui.pages import admin, chat, devices, door, join, plain, reset, settings
from chatbeside.ui.states.admin import AdminState
from chatbeside.ui.states.door import DoorState
from chatbeside.ui.states.invites import JOIN_PAGE, JoinState
from chatbeside.ui.states.reset import ResetState


@cache
def _backend() -> Backend:
    """Return the backend of this process, made when the server is: compiling the page needs none."""
    return build_backend(Settings())


@cache
def _page_sockets() -> PageSockets:
    """Return the watch over the page's sockets, which hears when a session ends."""
    services = _backend().services
    sockets = PageSockets(services.accounts, services.bus)
    if isinstance(services.publisher, Relay):
        services.publisher.listen(sockets)
    return sockets


def _whole(page: Asgi) -> Asgi:
    """Return the application that answers everything: the backend's doors, and the page behind its headers."""
    backend = _backend()
    page = _page_sockets().around(page)
    return backend.around(guard_page(page, backend.services.settings, get_web_dir() / "build" / "client"))


@asynccontextmanager
async def _serving() -> AsyncIterator[None]:
    """Open the store and start the hub before the first request; stop both after the last."""
    backend = _backend()
    await backend.start()
    await _page_sockets().start()
    runtime.install(backend.services)
    backend.settle()
    try:
        yield
    finally:
        runtime.install(None)
        await _page_sockets().stop()
        await backend.stop()


app = rx.App(
    stylesheets=theme.STYLESHEETS,
    reset_style=False,
    head_components=theme.head(),
    html_lang="en",
    toaster=None,
    # Reflex's own signs of a lost connection would stand beside ours: leave them out.
    app_wraps={(55, "ErrorBoundary"): plain.boundary, (50, "Icons"): icons.sprite},
    api_transformer=_whole,
    backend_exception_handler=failed,
)
app.register_lifespan_task(_serving)
app.add_page(chat.chat, route="/", title="chatbeside", description="A chat for the people beside you.")
app.add_page(door.sign_up, route="/signup", title="Sign up, chatbeside", on_load=DoorState.arrive)
app.add_page(door.log_in, route="/login", title="Log in, chatbeside", on_load=DoorState.arrive)
app.add_page(join.join, route=JOIN_PAGE, title="An invite, chatbeside", on_load=JoinState.arrive)
app.add_page(settings.settings, route="/settings", title="Settings, chatbeside")
app.add_page(devices.devices, route=devices.DEVICES_PAGE, title=f"{devices.LINK_WORDS}, chatbeside")
app.add_page(admin.admin, route=admin.ADMIN_PAGE, title="Administration, chatbeside", on_load=AdminState.arrive)
app.add_page(reset.forgot, route=reset.FORGOT_PAGE, title="Forgot your password, chatbeside", on_load=ResetState.arrive)
app.add_page(reset.reset, route="/reset", title="A new password, chatbeside", on_load=ResetState.look)
app.add_page(plain.not_found, route="404", title="Nothing here, chatbeside")
guard_events(app)
