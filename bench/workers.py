"""``python -m bench.workers``: what a delivery costs with two workers that talk over Redis, beside one process.

Both in the same run: one room of 200 people, half of them at each worker. Every message is committed to one SQLite
file.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop

from bench import fanout
from bench.process import Group, Server, running
from bench.results import write_section
from bench.seed import seed

SOCKETS = 200
COUNT = 300


@contextmanager
def redis_server(folder: Path) -> Iterator[Server]:
    """Start a Redis on a free port and end it afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        port = int(chosen.getsockname()[1])
    program = shutil.which("redis-server") or "/usr/sbin/redis-server"
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with subprocess.Popen([program, *options], stdout=subprocess.DEVNULL) as process:
        try:
            for _ in range(200):
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.02)
            yield Server(process.pid, f"redis://127.0.0.1:{port}/0")
        finally:
            process.terminate()
            process.wait(10)


async def compare(folder: Path) -> list[tuple[str, fanout.Cost, fanout.Cost]]:
    """Return the costs of one process and of two workers, paced and in a burst."""
    costs = []
    alone = await seed(folder / "one", people=SOCKETS, pairs=1, messages=100)
    with running("bench.server", str(folder / "one")) as server:
        costs.append(("one process", *await fanout.product(server, alone, COUNT)))
    together = await seed(folder / "two", people=SOCKETS, pairs=1, messages=100)
    with redis_server(folder) as redis:
        os.environ["REDIS_URL"] = redis.url
        try:
            with running("bench.server", str(folder / "two")) as a, running("bench.server", str(folder / "two")) as b:
                group = Group((a, b), (redis,))
                costs.append(("two workers and Redis", *await fanout.product(group, together, COUNT)))
        finally:
            del os.environ["REDIS_URL"]
    return costs


def table(costs: list[tuple[str, fanout.Cost, fanout.Cost]]) -> str:
    """Return the table in Markdown."""
    lines = [
        f"One room of {SOCKETS}, half of its sockets at each worker; CPU of servers and Redis together.",
        "One run on a busy machine: read the CPU columns, not the latencies. Redis is in the figure.",
        "",
        "| | CPU of a delivery, 20/s | p50 / p99, 20/s | CPU of a delivery, burst | deliveries/s, burst | wrong |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, slow, fast in costs:
        lines.append(
            f"| {name} | {slow.cpu * 1e6:.1f} µs | {slow.p50 * 1e3:.1f} / {slow.p99 * 1e3:.1f} ms "
            f"| {fast.cpu * 1e6:.1f} µs | {fast.per_second:,.0f} | {slow.wrong + fast.wrong} |"
        )
    return "\n".join(lines)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        text = table(runner.run(compare(Path(folder))))
    print(text)
    write_section("Two workers over Redis", text)


if __name__ == "__main__":
    main()
