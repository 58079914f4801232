"""How fast a store is: acknowledged appends, and reading from a long conversation.

Usage: python -m bench.store [ADDRESS] [--messages N]; without an address an SQLite file in a new folder.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable

from chatbeside.domain.clock import now
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import NewMessage
from chatbeside.store.factory import store_at
from chatbeside.store.interfaces import Store

WRITERS = 50
TEXT = "A sentence as people write them to each other, about a hundred characters long, with a question at the end?"


async def append(store: Store, rooms: list[str], count: int) -> tuple[float, list[float]]:
    """Append ``count`` messages by 50 writers; return messages a second and milliseconds of each."""
    taken: list[float] = []

    async def writer(number: int) -> None:
        sender, room = new_id(), rooms[number % len(rooms)]
        for _ in range(count // WRITERS):
            began = time.perf_counter()
            await store.messages.append(NewMessage(new_id(), room, sender, new_id(), "text", TEXT, now()))
            taken.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    await asyncio.gather(*(writer(number) for number in range(WRITERS)))
    return len(taken) / (time.perf_counter() - began), taken


async def read(what: str, call: Callable[[int], Awaitable[object]], times: int = 500) -> None:
    taken = []
    for number in range(times):
        began = time.perf_counter()
        await call(number)
        taken.append((time.perf_counter() - began) * 1000)
    print(f"{what:<44} p50 {statistics.median(taken):7.2f} ms   p99 {statistics.quantiles(taken, n=100)[98]:7.2f} ms")


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("address", nargs="?", default=f"{tempfile.mkdtemp()}/bench.db")
    parser.add_argument("--messages", type=int, default=100_000)
    options = parser.parse_args()
    store = store_at(options.address)
    await store.open()
    long, many = new_id(), [new_id() for _ in range(WRITERS)]
    for what, rooms, count in (("50 rooms", many, options.messages // 10), ("one room", [long], options.messages)):
        rate, taken = await append(store, rooms, count)
        print(
            f"{count} appends by {WRITERS} writers, {what}: {rate:.0f}/s, "
            f"p50 {statistics.median(taken):.1f} ms, p99 {statistics.quantiles(taken, n=100)[98]:.1f} ms"
        )
    step = max(1, (options.messages - 60) // 500)
    await read("50 newest", lambda _: store.messages.page(long, limit=50))
    await read("50 anywhere", lambda number: store.messages.page(long, before=51 + number * step, limit=50))
    await read("100 changes", lambda number: store.messages.changes(long, after_rev=number * step, limit=100))
    await read("heads of 50 rooms", lambda _: store.messages.heads(many), 100)
    await read(
        "unread up to 100",
        lambda number: store.messages.count_unread("x", {long: (number * step, options.messages)}, limit=100),
    )
    await store.close()


if __name__ == "__main__":
    asyncio.run(main())
