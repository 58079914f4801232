"""One room, 200 sockets, everybody hears everything: what a delivery costs."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from picows import WSMsgType

from bench import clients
from bench.clients import Person, Plain, Tally
from bench.process import Group, Server
from bench.seed import TEXT, Seed

PAUSE = 0.05
OUTSTANDING = 16
REFERENCE_SIZE = 560
"""Bytes of the reference's frames: about those of the product's event with the same text."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one way of sending cost. Times in seconds, ``cpu`` of the server process per delivery."""

    cpu: float
    p50: float
    p99: float
    per_second: float
    wrong: int
    """Deliveries that were lost, doubled or out of order."""


async def measure(
    server: Server | Group, tally: Tally, count: int, sockets: int, run: Callable[[], Awaitable[None]]
) -> Cost:
    """Run ``run``, which sends ``count`` messages, and wait until all have arrived everywhere."""
    tally.wanted, tally.delivered, tally.out_of_line = count * sockets, 0, 0
    tally.latencies.clear()
    tally.done.clear()
    cpu, began = server.cpu(), time.perf_counter()
    await run()
    try:
        await asyncio.wait_for(tally.done.wait(), 20)
    except TimeoutError:
        print("not everything arrived")
    seconds, cpu = time.perf_counter() - began, server.cpu() - cpu
    await asyncio.sleep(0.2)  # Anything that comes now came twice.
    wrong = abs(tally.wanted - tally.delivered) + tally.out_of_line
    cuts = statistics.quantiles(tally.latencies, n=100)
    return Cost(cpu / tally.wanted, cuts[49], cuts[98], tally.wanted / seconds, wrong)


async def product(server: Server | Group, seed: Seed, count: int) -> tuple[Cost, Cost]:
    """Return what the product costs, paced and in a burst. Every message is committed before its acknowledgement."""
    tally = Tally()
    urls = server.urls if isinstance(server, Group) else [server.url]
    shares = [
        await clients.connect_people(url, seed.tokens[place :: len(urls)], tally, seed.room)
        for place, url in enumerate(urls)
    ]
    people = [person for group in zip(*shares, strict=True) for person in group]
    tasks: list[asyncio.Task[bytes]] = []

    def post(person: Person, key: str) -> Awaitable[bytes]:
        tally.began[key.encode()] = time.perf_counter()
        return person.ask("chat message", {"room": seed.room, "content": TEXT, "clientId": key})

    async def one(person: Person, key: str) -> bytes:
        return await post(person, key)

    async def at_pace() -> None:
        await clients.paced(
            lambda number: tasks.append(asyncio.create_task(one(people[number % OUTSTANDING], f"paced-{number}"))),
            count,
            PAUSE,
        )
        await asyncio.gather(*tasks)

    async def in_a_burst() -> None:
        numbers = iter(range(count))

        async def keep_sending(person: Person) -> None:
            for number in numbers:
                await post(person, f"burst-{number}")

        await asyncio.gather(*(keep_sending(person) for person in people[:OUTSTANDING]))

    slow = await measure(server, tally, count, len(people), at_pace)
    fast = await measure(server, tally, count, len(people), in_a_burst)
    clients.close(people)
    return slow, fast


async def reference(server: Server, sockets: int, count: int) -> tuple[Cost, Cost]:
    """Return what the reference costs, paced and in a burst; a message is done when its sender hears it."""
    tally = Tally()
    listeners = await clients.connect_plain(server.url, sockets, tally)
    sent = 0

    def post(client: Plain) -> bytes:
        nonlocal sent
        sent += 1
        key = str(sent).encode()
        tally.began[key] = time.perf_counter()
        client.transport.send(WSMsgType.TEXT, (key + b"|").ljust(REFERENCE_SIZE, b"x"))
        return key

    async def at_pace() -> None:
        await clients.paced(lambda number: post(listeners[0]) and None, count, PAUSE)

    async def in_a_burst() -> None:
        # Heard by everybody stands in for acknowledged.
        for number in range(count):
            while number - tally.delivered // sockets >= OUTSTANDING:  # noqa: ASYNC110 - an event would cost more
                await asyncio.sleep(0)
            post(listeners[0])

    slow = await measure(server, tally, count, sockets, at_pace)
    fast = await measure(server, tally, count, sockets, in_a_burst)
    clients.close(listeners)
    return slow, fast
