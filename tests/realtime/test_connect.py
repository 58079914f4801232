"""Who is let in."""

import asyncio

import aiohttp
import jwt
import pytest
from socketio.exceptions import ConnectionError as Refused

from chatbeside.services.principal import Principal
from tests.realtime.harness import Client, World, until


async def refused(client: Client, auth: object = None, headers: dict[str, str] | None = None) -> str:
    """Return the code with which the server refused."""
    with pytest.raises(Refused):
        await client.connect(auth, headers)
    return str(client.refused["data"]["code"])


@pytest.mark.parametrize("auth", [None, {}, {"token": ""}, {"token": 5}, {"token": "x.y.z"}, "text", ["list"], 7])
async def test_nobody_comes_in_without_a_token(world: World, auth: object) -> None:
    assert await refused(world.client(), auth) == "unauthenticated"


async def test_a_forged_token_is_refused(world: World) -> None:
    principal = await world.people("ann")
    claims = jwt.decode(await world.people.token("ann"), options={"verify_signature": False})
    assert claims["sub"] == principal.user.id
    for forged in (jwt.encode(claims, "k" * 32, algorithm="HS256"), jwt.encode(claims, None, algorithm="none")):
        assert await refused(world.client(), {"token": forged}) == "unauthenticated"


async def test_a_token_of_a_session_that_ended_is_refused(world: World) -> None:
    principal, token = await world.people("ann"), await world.people.token("ann")
    await world.backend.services.accounts.log_out(principal)
    assert await refused(world.client(), {"token": token}) == "unauthenticated"


async def test_the_cookie_lets_in_from_the_own_page(world: World) -> None:
    cookie = f"other=1; chatbeside_session={await world.people.token('ann')}"
    ready = await world.client().connect(headers={"Cookie": cookie, "Origin": world.url})
    assert ready["user"]["username"] == "ann"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "file://", "http://[", "x"])
async def test_a_strange_page_cannot_use_the_cookie(world: World, origin: str) -> None:
    headers = {"Cookie": f"chatbeside_session={await world.people.token('ann')}", "Origin": origin}
    address = f"{world.url}/socket.io/?EIO=4&transport="
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.get(address + "polling") as answer:
            assert answer.status == 400
            assert "Access-Control-Allow-Origin" not in answer.headers
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(address + "websocket")
    assert world.backend.hub.roster.all() == []


async def test_a_socket_that_says_nothing_is_closed(world: World) -> None:
    async with (
        asyncio.timeout(30),
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{world.url}/socket.io/?EIO=4&transport=websocket") as websocket,
    ):
        assert (await websocket.receive_str()).startswith("0{")
        received = [message.data async for message in websocket]
    assert received == ["1"]


async def test_other_namespaces_are_not_served(world: World) -> None:
    client = world.client()
    with pytest.raises(Refused):
        await client.io.connect(
            world.url, auth={"token": await world.people.token("ann")}, namespaces=["/admin"], transports=["websocket"]
        )


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_a_socket_that_is_closed_while_it_is_looked_at_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, transport: str
) -> None:
    accounts, hub = world.backend.services.accounts, world.backend.hub
    authenticate, looked, go = accounts.authenticate, asyncio.Event(), asyncio.Event()

    async def slowly(token: str) -> Principal:
        looked.set()
        await go.wait()
        return await authenticate(token)

    ann, token = await world.people("ann"), await world.people.token("ann")
    monkeypatch.setattr(accounts, "authenticate", slowly)
    client = world.client("ann")
    connecting = asyncio.create_task(client.connect({"token": token}, transports=[transport]))
    await looked.wait()
    (socket,) = hub._server.eio.sockets.values()
    await socket.close(wait=False)
    go.set()
    await until(lambda: not (hub._server.eio.sockets or hub.manager.rooms or hub._arriving or hub.roster.all()))
    assert hub.presence.state(ann.user.id) == "offline"
    connecting.cancel()  # it would wait for the answer
    await asyncio.gather(connecting, return_exceptions=True)
