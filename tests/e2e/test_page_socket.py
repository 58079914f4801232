"""The page's own socket takes whatever is sent at it: no traceback, no content in the log, and it goes on answering."""

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import socketio
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import PASSWORD
from tests.e2e.product import Product
from tests.fuzzing import TIMES, run, texts, values

SPACE = "/_event"
PEOPLE = "reflex___state____state.chatbeside___ui___states___people____people_state"
MEMBERS = "reflex___state____state.chatbeside___ui___states___members____members_state"
NAMES = [
    f"{PEOPLE}.search",
    f"{PEOPLE}.open",
    f"{PEOPLE}.setvar",
    f"{PEOPLE}._refused",
    f"{PEOPLE}.get_state",
    f"{PEOPLE}.__init__",
    f"{MEMBERS}.look",
    "reflex___state____state.hydrate",
    "reflex___state____state.reflex___state____on_load_internal_state.on_load_internal",
    "reflex___state____state.nothing.search",
    "_redirect",
    "",
]

names = st.sampled_from(NAMES) | texts
payloads = (
    st.dictionaries(st.sampled_from(["query", "user_id", "room_id", "var_name", "value"]) | texts, values) | values
)
routers = st.dictionaries(st.sampled_from(["pathname", "asPath", "query", "headers", "token"]) | texts, texts | values)
events = st.fixed_dictionaries(
    {}, optional={"name": names | values, "payload": payloads, "router_data": routers | values, "token": texts | values}
)


async def attack(product: Product, token: str) -> int:
    """Send everything and return how many times the socket had to be opened again."""
    opened = 0
    client = socketio.AsyncClient(reconnection=False)
    answered = asyncio.Event()
    client.on("event", lambda *_: answered.set(), namespace=SPACE)
    headers = {"Cookie": f"chatbeside_session={token}"}

    async def send(event: str, arguments: list[Any]) -> None:
        nonlocal opened
        if not client.connected:
            opened += 1
            await client.connect(
                f"{product.url}/?token=tab{opened}",
                headers=headers,
                socketio_path="/_event",
                namespaces=[SPACE],
                transports=["websocket"],
            )
        with contextlib.suppress(socketio.exceptions.BadNamespaceError):
            await client.emit(event, tuple(arguments), namespace=SPACE)

    loop = asyncio.get_running_loop()

    @run(150)
    @given(
        st.sampled_from(["event", "event", "event", "ping", "message"]),
        events.map(lambda one: [one]) | st.lists(events | values, max_size=2),
    )
    def throw(event: str, arguments: list[Any]) -> None:
        asyncio.run_coroutine_threadsafe(send(event, arguments), loop).result(15)

    await asyncio.to_thread(throw)
    answered.clear()
    async with asyncio.timeout(15 * TIMES):  # who sends very much is read slowly
        # A proper one is answered by a change of the page.
        while not answered.is_set():
            await send("event", [{"name": f"{PEOPLE}.search", "payload": {"query": "ben"}, "router_data": {}}])
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await answered.wait()
    await client.disconnect()
    return opened


def test_nonsense_on_the_pages_socket(product: Product) -> None:
    for name in ("ann", "ben"):
        account = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        token = httpx.post(f"{product.url}/api/auth/signup", json=account).json()["token"]
    # In a thread of its own: the browser of other tests may keep a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(asyncio.run, attack(product, token)).result() == 1
    assert "Traceback" not in product.log
    # What was refused is counted in the log, not repeated.
    assert "dropped an event of a page's socket: there is no such handler" in product.log
    assert "var_name" not in product.log
