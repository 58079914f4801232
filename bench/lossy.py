"""A bad network between a browser and the media worker: a UDP relay that drops packets at random and delays them."""

import asyncio
import random
import re
from collections.abc import Callable
from typing import Any


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, hear: Callable[[bytes, Any], None]) -> None:
        self.datagram_received = hear  # type: ignore[method-assign]


class LossyPath:
    """One path, both ways.

    Args:
        loss: The share of packets that is lost, each way.
        delay: Seconds by which a packet is late, each way.
        seed: Of the chance, so that a run can be had again.
    """

    def __init__(self, *, loss: float, delay: float, seed: int) -> None:
        self._loss = loss
        self._delay = delay
        self._chance = random.Random(seed)
        self._transports: list[asyncio.DatagramTransport] = []
        self.passed = 0
        self.lost = 0
        self._closed = False

    async def through(self, answer: str) -> str:
        """Return an answer whose only candidate leads over this path to the candidate with the highest priority."""
        candidates = re.findall(r"a=candidate:\S+ 1 udp (\d+) (\S+) (\d+) typ host", answer)
        _, host, port = max(candidates, key=lambda each: (":" not in each[1], int(each[0])))
        near = await self._open(host, int(port))
        lines = [line for line in answer.splitlines() if not line.startswith("a=candidate:")]
        place = next(i for i, line in enumerate(lines) if line.startswith("a=ice-ufrag"))
        lines.insert(place, f"a=candidate:1 1 udp 2130706431 127.0.0.1 {near} typ host")
        return "\r\n".join(lines) + "\r\n"

    def close(self) -> None:
        self._closed = True
        for transport in self._transports:
            transport.close()

    def _pass_on(self, send: Any) -> None:
        if self._chance.random() < self._loss:
            self.lost += 1
            return
        self.passed += 1
        asyncio.get_running_loop().call_later(self._delay, lambda: None if self._closed else send())

    async def _open(self, host: str, port: int) -> int:
        loop = asyncio.get_running_loop()
        browser: list[Any] = []

        def from_worker(data: bytes, _: Any) -> None:
            if browser:
                self._pass_on(lambda: near.sendto(data, browser[0]))

        def from_browser(data: bytes, address: Any) -> None:
            browser[:] = [address]
            self._pass_on(lambda: far.sendto(data))

        far, _ = await loop.create_datagram_endpoint(lambda: _Ear(from_worker), remote_addr=(host, port))
        near, _ = await loop.create_datagram_endpoint(lambda: _Ear(from_browser), local_addr=("127.0.0.1", 0))
        self._transports += [far, near]
        return int(near.get_extra_info("sockname")[1])
