"""``python -m bench.load``: a thousand people talk for ten minutes; some do not read, and one floods.

The server has one core for itself; clients, in this process, and who floods, in another, share a second one.
Linux only: memory and files are what the kernel says.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench import clients
from bench.clients import Person, Tally
from bench.process import Server, running
from bench.results import write_section
from bench.seed import TEXT, lay_rooms, seed
from chatbeside.domain.clock import iso, now

PEOPLE = 1000
ROOM_SIZE = 20
RATE = 50
SLOW = 20
WINDOW = 15.0
"""Seconds without the flood, with it, and with the same flood to a sink, in turns."""
FLOOD_RATE = 20_000
"""Events a second that the flood would send if nothing held it back."""
SERVER_CORE, CLIENTS_CORE = 0, 1
_ESTABLISHED = "01"


@dataclass(slots=True)
class Talk:
    """Everybody connected, in rooms of :data:`ROOM_SIZE`, and what was measured of them."""

    server: Server
    people: list[Person]
    rooms: list[str]
    tally: Tally
    acks: list[float] = field(default_factory=list)
    refused: int = 0
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def say(self, number: int) -> None:
        """Let somebody say something in the next room, and note how long the acknowledgement took."""
        place = number % len(self.rooms)
        person = self.people[place * ROOM_SIZE + number // len(self.rooms) % ROOM_SIZE]
        key = f"load-{next(self.numbers)}"
        began = self.tally.began[key.encode()] = time.perf_counter()
        try:
            await person.ask("chat message", {"room": self.rooms[place], "content": TEXT, "clientId": key})
        except RuntimeError:
            self.refused += 1
        self.acks.append(time.perf_counter() - began)

    async def go_on(self, seconds: float) -> None:
        """Let people talk at :data:`RATE` for so long, by the clock, and return when all is acknowledged."""
        saying: set[asyncio.Task[None]] = set()

        def say(number: int) -> None:
            task = asyncio.create_task(self.say(number))
            saying.add(task)
            task.add_done_callback(saying.discard)

        await clients.paced(say, int(seconds * RATE), 1 / RATE)
        await asyncio.gather(*saying)


def _files(server: Server) -> int:
    return sum(1 for _ in Path(f"/proc/{server.pid}/fd").iterdir())


def _high(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


async def _watch(server: Server, samples: list[tuple[float, float]]) -> None:
    """Note the server's memory every few seconds, until cancelled."""
    while True:
        samples.append((time.perf_counter(), server.memory() / 1024**2))
        await asyncio.sleep(5)


async def _steady(talk: Talk, seconds: float) -> dict[str, str]:
    """Talk for so long and measure."""
    samples: list[tuple[float, float]] = []
    files, cpu = _files(talk.server), talk.server.cpu()
    watching = asyncio.create_task(_watch(talk.server, samples))
    await talk.go_on(seconds)
    watching.cancel()
    settled = samples[len(samples) // 4 :]  # caches fill at first
    slope = statistics.linear_regression(*zip(*settled, strict=True)).slope * 60
    wanted = len(talk.acks) * ROOM_SIZE
    return {
        "messages sent": f"{len(talk.acks):,}",
        "acknowledgement, p50": f"{_high(talk.acks, 0.5) * 1e3:.1f} ms",
        "acknowledgement, p99": f"{_high(talk.acks, 0.99) * 1e3:.1f} ms",
        "delivery, p50": f"{_high(talk.tally.latencies, 0.5) * 1e3:.1f} ms",
        "delivery, p99": f"{_high(talk.tally.latencies, 0.99) * 1e3:.1f} ms",
        "deliveries that did not come": f"{wanted - talk.tally.delivered}",
        "lost, doubled or out of order": f"{talk.tally.out_of_line}",
        "server's CPU (100 % is one core)": f"{(talk.server.cpu() - cpu) / seconds * 100:.0f} %",
        "server's memory at the end": f"{samples[-1][1]:.0f} MB",
        "memory's slope after the first quarter": f"{slope:+.2f} MB a minute",
        "open files, before and after": f"{files} and {_files(talk.server)}",
    }


class _Flooding:
    """The process that floods; see :mod:`bench.flood`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._cpu = Server(process.pid, "")

    async def during(self, talk: Talk, url: str, token: str, room: str, rate: float) -> dict[str, float]:
        """Flood while people talk. Returns what was sent and answered, and the seconds of processor time it took."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        before = self._cpu.cpu()
        self._process.stdin.write(f"{url} {token} {room} {rate}\n".encode())
        await talk.go_on(WINDOW)
        self._process.stdin.write(b"\n")
        done: dict[str, float] = json.loads(await self._process.stdout.readline())
        return {**done, "cpu": self._cpu.cpu() - before}


async def _flooded(talk: Talk, tokens: list[str], rooms: list[str]) -> dict[str, str]:
    """Measure the others' acknowledgements without a flood, with one, and with the same flood to somewhere else."""
    acks: dict[str, list[float]] = {"quiet": [], "flood": [], "elsewhere": []}
    floods, server = [], {"quiet": 0.0, "flood": 0.0}
    with running("bench.flood", "sink", core=CLIENTS_CORE) as sink:
        command = (sys.executable, "-m", "bench.flood")
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
        flooding = _Flooding(process)
        try:
            for token, room in zip(tokens, rooms, strict=True):
                talk.acks, before = acks["quiet"], talk.server.cpu()
                await talk.go_on(WINDOW)
                server["quiet"] += talk.server.cpu() - before
                talk.acks, before = acks["flood"], talk.server.cpu()
                done = await flooding.during(talk, talk.server.url, token, room, FLOOD_RATE)
                server["flood"] += talk.server.cpu() - before
                floods.append(done)
                talk.acks = acks["elsewhere"]
                # As many as the server took: where nobody holds it back, it would take the clients' core for itself.
                await flooding.during(talk, sink.url, token, room, max(1.0, done["sent"] / WINDOW))
        finally:
            process.terminate()
            await process.wait()
    spent = len(tokens) * WINDOW / 100
    sums = {key: sum(flood[key] for flood in floods) for key in floods[0]}
    rows = {
        "events that the flood sent, and had answered": f"{sums['sent']:,} and {sums['answered']:,}",
        "its connections, and refusals of one": f"{sums['connected']} and {sums['refused']}",
        "processor time of the flooding process (100 % is one core)": f"{sums['cpu'] / spent:.0f} %",
        "the server's, without the flood": f"{server['quiet'] / spent:.0f} %",
        "the server's, with the flood": f"{server['flood'] / spent:.0f} %",
    }
    for part, name in ((0.5, "p50"), (0.99, "p99")):
        quiet, flood, elsewhere = (_high(acks[kind], part) for kind in ("quiet", "flood", "elsewhere"))
        times = f"{flood * 1e3:.1f}, {quiet * 1e3:.1f}, {elsewhere * 1e3:.1f} ms"
        rows |= {
            f"the others' acknowledgement beside the flood, without one, with one that goes elsewhere, {name}": times,
            f"ratio to none, and to elsewhere, {name}": f"{flood / quiet:.2f} and {flood / elsewhere:.2f}",
        }
    return rows


async def _slow(talk: Talk, tokens: list[str], seconds: float) -> dict[str, str]:
    """Have people stop reading while their rooms go on, and come back when the server has let them go."""
    place = len(talk.rooms) - 1
    people = await clients.connect_people(talk.server.url, tokens, Tally(), "none")
    before = most = talk.server.memory()
    for person in people:
        person.transport.underlying_transport.pause_reading()
    # Long messages, so that the kernel's buffers fill: the bound is on what the server keeps.
    long = "x" * 11_000
    end = time.perf_counter() + seconds
    sent, dropped = 0, 0
    newest = ""
    while time.perf_counter() < end and dropped < len(people):
        sent += 1
        speaker, key = talk.people[place * ROOM_SIZE + sent % ROOM_SIZE], f"slow-{sent}"
        talk.tally.began[key.encode()] = time.perf_counter()
        with contextlib.suppress(RuntimeError):  # one who says much is told to wait, like everybody
            await speaker.ask("chat message", {"room": talk.rooms[place], "content": long, "clientId": key})
            newest = key
        most = max(most, talk.server.memory())  # with each one let go less is held
        if sent % 50 == 0:
            dropped = len(people) - sum(_is_open(talk.server, person) for person in people)
    clients.close(people)
    again = await clients.connect_people(talk.server.url, tokens, Tally(), "none")
    whole = 0
    for person in again:
        raw = await person.ask("history", {"room": talk.rooms[place], "limit": 1})
        whole += f'"clientId":"{newest}"'.encode() in raw
    clients.close(again)
    return {
        "people who did not read": f"{len(people)}",
        "of them let go by the server": f"{dropped}",
        "messages of 11 kB until then": f"{sent:,}",
        "memory that the server held for them at most": f"{(most - before) / 1024**2:.0f} MB",
        "of them back, with the newest message": f"{whole}",
    }


def _is_open(server: Server, person: Person) -> bool:
    """Return whether the server still has its end of the connection, by the kernel's table (proc(5), net/tcp)."""
    own = int(server.url.rpartition(":")[2])
    other = person.transport.underlying_transport.get_extra_info("sockname")[1]
    for line in Path(f"/proc/{server.pid}/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, state, *_ = line.split()
        if (local[-4:], remote[-4:], state) == (f"{own:04X}", f"{other:04X}", _ESTABLISHED):
            return True
    return False


async def _measure(minutes: float, rounds: int) -> list[tuple[str, dict[str, str]]]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        laid = await seed(data, people=PEOPLE + SLOW + rounds, pairs=0, messages=0)
        everybody = laid.users[:PEOPLE]
        groups = [everybody[start : start + ROOM_SIZE] for start in range(0, PEOPLE, ROOM_SIZE)]
        groups[-1] = [*groups[-1], *laid.users[PEOPLE : PEOPLE + SLOW]]
        groups += [[flooder] for flooder in laid.users[PEOPLE + SLOW :]]
        laid_rooms = await lay_rooms(data, groups)
        rooms, flood_rooms = laid_rooms[:-rounds], laid_rooms[-rounds:]
        with running("bench.server", str(data), "limited", core=SERVER_CORE) as server:
            tally = Tally()
            people = []
            for number, room in enumerate(rooms):
                tokens = laid.tokens[number * ROOM_SIZE : (number + 1) * ROOM_SIZE]
                people += await clients.connect_people(server.url, tokens, tally, room)
            talk = Talk(server, people, rooms, tally)
            return [
                ("steady", await _steady(talk, minutes * 60)),
                ("flood", await _flooded(talk, laid.tokens[PEOPLE + SLOW :], flood_rooms)),
                ("slow readers", await _slow(talk, laid.tokens[PEOPLE : PEOPLE + SLOW], 120)),
                ("refused", {"sends of the thousand that were refused": f"{talk.refused}"}),
            ]


def main() -> None:
    """Measure, show and write it down."""
    parser = argparse.ArgumentParser(prog="python -m bench.load")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=4, help="of a flood; three quarters of a minute each")
    options = parser.parse_args()
    os.sched_setaffinity(0, {CLIENTS_CORE})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        parts = runner.run(_measure(options.minutes, options.rounds))
    text = (
        f"Made by `python -m bench.load` on {iso(now())[:16].replace('T', ' ')} UTC: {PEOPLE:,} sockets in rooms of "
        f"{ROOM_SIZE}, {RATE} messages a second for {options.minutes:g} minutes, each committed before its "
        "acknowledgement. The server has one core of the machine, clients and flood have the other.\n\n"
        "| what | |\n|---|---:|\n"
    )
    text += "\n".join(f"| {what} | {value} |" for _, rows in parts for what, value in rows.items())
    write_section("Load", text)
    print(text)
    print(json.dumps(dict(parts), indent=1))


if __name__ == "__main__":
    main()
