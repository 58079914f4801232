"""Legs of the media worker behind a TURN server: what a container or NAT hides is reached through the relay."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiortc import RTCConfiguration, RTCIceTransportPolicy

from chatbeside.domain.clock import now
from chatbeside.media import echo
from chatbeside.media.kinds import KINDS
from chatbeside.media.legs import Data, Leg, Place, ice_configuration
from chatbeside.services.ice import IceServer, ice_servers
from chatbeside.settings import Settings
from tests.media.conftest import Caller
from tests.servers.coturn import SECRET, coturn

RELAYED = re.compile(r"^a=candidate:.* typ relay", re.M)
MORE: dict[str, dict[str, Any]] = {"echo": {}, "voice": {}, "forward": {"room": "garden", "peer": "ann"}}


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[list[IceServer]]:
    """What the server hands to a leg for ann, with a TURN server on loopback."""
    with coturn(tmp_path) as port:
        settings = Settings(turn_url=f"turn:127.0.0.1:{port}", turn_secret=SECRET)
        yield ice_servers(settings, "ann", now())


@pytest.mark.parametrize("kind", MORE)
async def test_a_leg_has_an_address_at_the_relay(kind: str, servers: list[IceServer]) -> None:
    leg: Leg = KINDS[kind](Place())
    ann = Caller()
    try:
        opened = await leg.open({"offer": await ann.offer(), "iceServers": servers, **MORE[kind]})
        assert RELAYED.search(opened["answer"]), opened["answer"]
    finally:
        await leg.close()
        await ann.peer.close()


async def test_a_leg_that_can_be_reached_through_the_relay_alone(
    servers: list[IceServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker's own addresses lead nowhere, as from a container: sound goes there and back all the same."""

    def hidden(data: Data) -> RTCConfiguration:
        configuration = ice_configuration(data)
        configuration.iceTransportPolicy = RTCIceTransportPolicy.RELAY
        return configuration

    monkeypatch.setattr(echo, "ice_configuration", hidden)
    leg, ann = echo.Echo(Place()), Caller()
    try:
        answer = (await leg.open({"offer": await ann.offer(), "iceServers": servers}))["answer"]
        assert re.findall(r" typ (\w+)", answer) == ["relay"]
        await ann.take(answer)
        async with asyncio.timeout(15):
            assert max(await ann.loudness(100)) > 2000
    finally:
        await leg.close()
        await ann.peer.close()


async def test_without_a_relay_there_is_none(caller: Any) -> None:
    leg, ann = echo.Echo(Place()), caller()
    opened = await leg.open({"offer": await ann.offer(), "iceServers": []})
    assert not RELAYED.search(opened["answer"])
    await leg.close()
