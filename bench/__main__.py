"""``python -m bench``: measures the running product, prints a table and writes ``bench/results.md``.

Servers run in processes of their own, clients in this one. Every figure stands beside a reference from the
same run: machines differ, ratios hardly. Linux only: CPU and memory are what the kernel says.
"""

import argparse
import asyncio
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import uvloop

from bench import fanout, reads, sends, start
from bench.process import running
from bench.results import write_head
from bench.seed import Seed, seed
from chatbeside.domain.clock import iso, now

SOCKETS = 200
MESSAGES = 100_000


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. ``good`` is ``None`` where there is no bar."""

    what: str
    value: str
    reference: str
    ratio: str
    bar: str = ""
    good: bool | None = None


def micro(seconds: float) -> str:
    return f"{seconds * 1e6:.1f} µs"


def milli(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms"


def kilobytes(size: float) -> str:
    return f"{size / 1024:.0f} KB"


def times(ratio: float) -> str:
    return f"{ratio:.1f}"


def fanout_rows(name: str, ours: fanout.Cost, bare: fanout.Cost, bar: float) -> list[Row]:
    ratio = ours.cpu / bare.cpu
    wrong = ours.wrong + bare.wrong
    return [
        Row(
            f"CPU of a delivery, {name}",
            micro(ours.cpu),
            micro(bare.cpu),
            times(ratio),
            f"at most {bar:.0f}",
            ratio <= bar,
        ),
        Row(f"p50 from send to delivery, {name}", milli(ours.p50), milli(bare.p50), times(ours.p50 / bare.p50)),
        Row(f"p99 from send to delivery, {name}", milli(ours.p99), milli(bare.p99), times(ours.p99 / bare.p99)),
        Row(
            f"deliveries in a second, {name}",
            f"{ours.per_second:,.0f}",
            f"{bare.per_second:,.0f}",
            times(ours.per_second / bare.per_second),
        ),
        Row(f"lost, doubled or out of order, {name}", str(ours.wrong), str(bare.wrong), "", "0", wrong == 0),
    ]


async def fan_out(folder: Path, seeded: Seed, count: int) -> list[Row]:
    with running("bench.reference") as server:
        bare_slow, bare_fast = await fanout.reference(server, SOCKETS, count)
        bare_memory = await reads.idle_memory_of_reference(server)
    with running("bench.server", str(folder)) as server:
        slow, fast = await fanout.product(server, seeded, count)
    with running("bench.server", str(folder)) as server:
        memory = await reads.idle_memory(server, seeded)
    return [
        *fanout_rows("20 messages/s", slow, bare_slow, 5),
        *fanout_rows("burst", fast, bare_fast, 4),
        Row("memory of an idle client", kilobytes(memory), kilobytes(bare_memory), times(memory / bare_memory)),
    ]


async def storage(folder: Path, seeded: Seed, seconds: float, count: int) -> list[Row]:
    with running("bench.server", str(folder)) as server:
        sent = await sends.product(server, seeded, seconds)
        by_socket, by_rest = await reads.history(server, seeded, MESSAGES, count)
        whole, alone = await reads.log_in(server, 15)
    commits = sends.single_commits(folder, seconds / 2)
    bare = reads.bare_query(folder, seeded, MESSAGES, count)
    return [
        Row(
            f"acknowledged sends in a second, {2 * len(seeded.pairs)} senders (reference: SQLite commits, one by one)",
            f"{sent.per_second:,.0f}",
            f"{commits:,.0f}",
            times(sent.per_second / commits),
        ),
        Row("acknowledged and not stored", str(sent.lost), "", "", "0", sent.lost == 0),
        Row("p50 of such a send", milli(sent.p50), milli(1 / commits), times(sent.p50 * commits)),
        Row("p99 of such a send", milli(sent.p99), "", ""),
        Row(
            f"p50 of a page of {reads.PAGE} from {MESSAGES:,}, socket (reference: the bare query)",
            milli(by_socket.p50),
            milli(bare.p50),
            times(by_socket.p50 / bare.p50),
            "below 10 ms",
            by_socket.p50 < 0.010,
        ),
        Row("p99, socket", milli(by_socket.p99), milli(bare.p99), times(by_socket.p99 / bare.p99)),
        Row(
            "p50, REST",
            milli(by_rest.p50),
            milli(bare.p50),
            times(by_rest.p50 / bare.p50),
            "below 10 ms",
            by_rest.p50 < 0.010,
        ),
        Row("p99, REST", milli(by_rest.p99), milli(bare.p99), times(by_rest.p99 / bare.p99)),
        Row(
            "p50 of a log-in (reference: checking the password alone)",
            milli(whole.p50),
            milli(alone.p50),
            times(whole.p50 / alone.p50),
        ),
        Row("p99 of a log-in", milli(whole.p99), milli(alone.p99), times(whole.p99 / alone.p99)),
    ]


def starts() -> list[Row]:
    measured = start.measure(sys._base_executable, 3)  # type: ignore[attr-defined]
    bars = {"cold": 180, "warm": 20}
    names = {"cold": "venv and pip install alone", "warm": "importing Reflex"}
    return [
        Row(
            f"{kind} start until the page answers (reference: {names[kind]})",
            f"{row['seconds']:.1f} s",
            f"{row['reference']:.1f} s",
            times(row["ratio"]),
            f"below {bars[kind]} s",
            row["seconds"] < bars[kind],
        )
        for kind, row in measured.items()
    ]


def table(rows: list[Row]) -> str:
    lines = ["| what | chatbeside | reference | ratio | bar | |", "|---|---:|---:|---:|---|---|"]
    for row in rows:
        verdict = {None: "", True: "met", False: "**missed**"}[row.good]
        lines.append(f"| {row.what} | {row.value} | {row.reference} | {row.ratio} | {row.bar} | {verdict} |")
    return "\n".join(lines)


def report(rows: list[Row]) -> str:
    return f"""# Bench

Made by `python -m bench` on {iso(now())[:16].replace("T", " ")} UTC: Python {platform.python_version()}, \
{os.cpu_count()} cores, {platform.system()} {platform.machine()}, embedded SQLite store (`synchronous=FULL`).

- Fan-out: one group room of {SOCKETS} people, one socket each; senders are {fanout.OUTSTANDING} of them. Every
  message is committed before its acknowledgement. CPU is that of the whole server process, all threads, divided by
  the deliveries. The burst keeps {fanout.OUTSTANDING} messages outstanding.
- Its reference is a picows server on uvloop that sends one frame, built once, to everybody and does nothing else.
- Ratios are to the reference of the same run. Absolute figures are of this machine, and other work ran beside.

{table(rows)}
"""


async def run(count: int, seconds: float) -> list[Row]:
    folder = Path(tempfile.mkdtemp(prefix="chatbeside-bench-"))
    try:
        data = folder / "data"
        seeded = await seed(data, people=SOCKETS, pairs=25, messages=MESSAGES)
        return [*await fan_out(data, seeded, count), *await storage(data, seeded, seconds, count)]
    finally:
        shutil.rmtree(folder)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--messages", type=int, default=300, help="messages in each fan-out measurement, pages read")
    parser.add_argument("--seconds", type=float, default=5, help="how long to send for")
    options = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        rows = runner.run(run(options.messages, options.seconds))
    rows += starts()
    write_head(report(rows))
    print(table(rows))
    return 1 if any(row.good is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
