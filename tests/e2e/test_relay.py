"""Calls through a TURN server and by no other way, as from behind strict firewalls."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Meet
from tests.e2e.product import Product
from tests.e2e.test_calls import Caller
from tests.e2e.test_devices import begin, finding
from tests.servers.coturn import SECRET, coturn

_ONLY_RELAY = """
  const Real = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Real {
    constructor(configuration) { super({ ...configuration, iceTransportPolicy: "relay" }); }
  };
"""


@pytest.fixture
def turn(tmp_path: Path) -> Iterator[int]:
    """A TURN server on loopback; yields its port."""
    with coturn(tmp_path) as port:
        yield port


@pytest.fixture
def secret() -> str:
    """What the product believes the TURN server's secret to be."""
    return SECRET


@pytest.fixture
def product(built: None, tmp_path: Path, turn: int, secret: str) -> Iterator[Product]:
    """A product that knows the TURN server."""
    settings = {"TURN_URL": f"turn:127.0.0.1:{turn}", "TURN_SECRET": secret, "CHATBESIDE_ASSISTANT": "false"}
    with Product(tmp_path / "data", **settings) as product:
        yield product
        assert product.troubles() == []


@pytest.fixture
def pair(meet: Meet) -> tuple[Caller, Caller]:
    people = [meet(name, permissions=["camera", "microphone"]) for name in ("ann", "ben")]
    for person in people:
        person.page.add_init_script(_ONLY_RELAY)
        person.sign_up()
    ann, ben = people
    ann.find("ben")
    ann.send("Can you hear me?")
    ben.open("ann")
    return Caller(ann), Caller(ben)


def test_a_call_through_the_relay(pair: tuple[Caller, Caller]) -> None:
    ann, ben = pair
    ann.call(picture=True)
    ben.answer("With picture")
    for caller in pair:
        caller.expect_talking()
    for caller in pair:
        caller.expect_flow(picture=True)
        expect(caller.stage).to_contain_text("Relayed and encrypted")
    ben.control("Leave").click()
    expect(ann.stage).to_be_hidden()


def test_a_network_that_is_gone_for_five_seconds(pair: tuple[Caller, Caller], tmp_path: Path) -> None:
    """Neither media nor the server can be reached; then both are there again, and the call goes on."""
    ann, ben = pair
    ann.call(picture=True)
    ben.answer("With picture")
    for caller in pair:
        caller.expect_talking()
    for caller in pair:
        caller.expect_flow(picture=True)
    turnserver = int((tmp_path / "turn.pid").read_text())
    os.kill(turnserver, signal.SIGSTOP)
    try:
        for caller in pair:
            caller.person.wire.cut()
        for caller in pair:
            caller.wait_until_still("frames")
        before = [caller.read() for caller in pair]
        ann.page.wait_for_timeout(3000)
        after = [caller.read() for caller in pair]
    finally:
        os.kill(turnserver, signal.SIGCONT)
    assert [reading["frames"] for reading in after] == [reading["frames"] for reading in before], "nothing came through"
    for caller in pair:
        caller.person.wire.mend()
    for caller in pair:
        caller.expect_flow(picture=True)
        caller.expect_talking()
    ann.control("Leave").click()
    expect(ben.stage).to_be_hidden()


@pytest.mark.parametrize("secret", ["another secret"])
def test_wrong_credentials_are_refused_and_said(pair: tuple[Caller, Caller], secret: str) -> None:
    ann, ben = pair
    ann.call(picture=False)
    ben.answer("Sound only")
    for caller in pair:
        expect(caller.page.get_by_text("The call could not be connected")).to_be_visible(timeout=60_000)
        expect(caller.person.log).to_contain_text("not connected")


@pytest.mark.parametrize(
    ("secret", "words"),
    [(SECRET, "Works. Calls get through"), ("another secret", "No answer from the relay")],
    ids=["works", "wrong credentials"],
)
def test_the_test_of_the_connection_tries_the_relay(meet: Meet, secret: str, words: str) -> None:
    ann = meet("ann", permissions=["camera", "microphone"])
    begin(ann)
    expect(finding(ann, "Relay")).to_contain_text(words, timeout=30_000)
    expect(finding(ann, "Direct way")).to_contain_text("Works")
