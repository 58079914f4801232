"""Every public method of every state says who may call it, and holds to that."""

import importlib
import pkgutil
from http.cookies import SimpleCookie
from typing import Any

import pytest
import reflex as rx
from reflex.event import EventHandler
from reflex.istate.data import RouterData

from chatbeside.domain.errors import Conflict
from chatbeside.services import guard, runtime
from chatbeside.services.container import Services
from chatbeside.services.guard import Unguarded
from chatbeside.services.principal import Principal
from chatbeside.services.source import Source, current
from chatbeside.services.web import SESSION_COOKIE
from chatbeside.ui import states
from chatbeside.ui.states.base import LOGIN_PAGE, handler
from chatbeside.ui.states.people import PeopleState
from tests.conftest import People

# Reflex gives every state this one: it sets the caller's own vars on the caller's own page.
FRAMEWORK = {"setvar"}

for module in pkgutil.iter_modules(states.__path__):
    importlib.import_module(f"{states.__name__}.{module.name}")


def all_states() -> list[type[rx.State]]:
    found, queue = [], [rx.State]
    while queue:
        for state in queue.pop().__subclasses__():
            queue.append(state)
            if state.__module__.startswith("chatbeside."):
                found.append(state)
    return found


def entry_points() -> list[tuple[str, EventHandler]]:
    return [
        (f"{state.__name__}.{name}", entry)
        for state in all_states()
        for name, entry in state.event_handlers.items()
        if name not in FRAMEWORK
    ]


def test_the_states_are_found() -> None:
    assert {"DoorState", "PeopleState"} <= {state.__name__ for state in all_states()}
    assert len(entry_points()) >= 6


@pytest.mark.parametrize(("name", "entry"), entry_points())
def test_every_entry_point_has_a_mark_and_goes_through_the_choke_point(name: str, entry: EventHandler) -> None:
    mark = guard.of(entry.fn)
    assert mark.needs_session or mark.why
    assert getattr(entry.fn, "__wrapped__", None) is not None, f"{name} is not made by base.handler"


def test_an_entry_point_without_a_mark_is_refused() -> None:
    async def nobody_said(self: Any) -> None: ...

    with pytest.raises(Unguarded):
        handler(nobody_said)


class Door:
    """As much of a state as a handler looks at."""

    def __init__(self, token: str = "") -> None:
        cookie: SimpleCookie = SimpleCookie()
        if token:
            cookie[SESSION_COOKIE] = token
        headers = {"cookie": cookie.output(header="", attrs=[]).strip(), "user-agent": "curl/8"}
        self.router = RouterData.from_router_data({"headers": headers, "ip": "192.0.2.7"})
        self.told: list[str] = []

    def _refused(self, error: Exception) -> None:
        self.told.append(str(error))


@pytest.fixture
def installed(services: Services) -> Any:
    runtime.install(services)
    yield services
    runtime.install(None)


@handler
@guard.signed_in
async def whoami(self: Any, principal: Principal, greeting: str) -> str:
    return f"{greeting} {principal.user.username}"


@handler
@guard.public("a test")
async def fails(self: Any, how: str) -> None:
    raise Conflict("taken") if how == "politely" else RuntimeError("secret detail")


async def test_a_handler_knows_where_it_is_called_from(installed: Services, people: People) -> None:
    @handler
    @guard.public("for this test")
    async def where(self: Any) -> Source:
        return current()

    assert await where(Door()) == Source("192.0.2.7", "curl/8")


async def test_a_handler_gets_its_principal_from_the_cookie(installed: Services, people: People) -> None:
    assert await whoami(Door(await people.token("ann")), "hello") == "hello ann"


@pytest.mark.parametrize("token", ["", "forged"])
async def test_without_a_session_it_leads_to_the_door(installed: Services, token: str) -> None:
    event = await whoami(Door(token), "hello")
    assert f'"{LOGIN_PAGE}"' in str([str(value) for pair in event.args for value in pair])


async def test_an_ended_session_counts_no_more(installed: Services, people: People) -> None:
    token = await people.token("ann")
    await installed.accounts.log_out(await people("ann"))
    assert not isinstance(await whoami(Door(token), "hello"), str)


@pytest.mark.parametrize("arguments", [(7,), (None,), (["hello"],), (), ("a", "b"), ({"principal": "ann"},)])
async def test_wrong_arguments_do_nothing(installed: Services, people: People, arguments: tuple[Any, ...]) -> None:
    assert await whoami(Door(await people.token("ann")), *arguments) is None


async def test_a_client_cannot_pass_a_principal(installed: Services, people: People) -> None:
    ann = await people("ann")
    assert await whoami(Door(), greeting="hello", principal=ann) is None


async def test_an_argument_longer_than_allowed_does_nothing(installed: Services, people: People) -> None:
    state = Door(await people.token("ann"))
    await PeopleState.event_handlers["search"].fn(state, "a" * 201)
    assert not hasattr(state, "asked")


async def test_errors_are_told_and_details_are_not(installed: Services) -> None:
    state = Door()
    await fails(state, "politely")
    await fails(state, "badly")
    assert state.told[0] == "taken"
    assert "secret" not in state.told[1]
