"""How many messages can be sent in a second when every one is committed before it is acknowledged."""

import asyncio
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from bench import clients
from bench.clients import Person, Tally
from bench.process import Server
from bench.seed import TEXT, Seed


@dataclass(frozen=True, slots=True)
class Sends:
    """Acknowledged sends in a second, their median and 99th percentile in seconds, and how many are not stored."""

    per_second: float
    p50: float
    p99: float
    lost: int


async def product(server: Server, seed: Seed, seconds: float) -> Sends:
    """Let two people of every pair send to each other, each with one message outstanding."""
    tally = Tally()
    people = await clients.connect_people(server.url, seed.tokens[: 2 * len(seed.pairs)], tally, "none")
    times: list[float] = []
    sent = [0] * len(seed.pairs)
    end = time.perf_counter() + seconds

    async def keep_sending(person: Person, place: int) -> None:
        number = 0
        while (began := time.perf_counter()) < end:
            number += 1
            key = f"sends-{place}-{number}"
            await person.ask("chat message", {"room": seed.pairs[place // 2], "content": TEXT, "clientId": key})
            times.append(time.perf_counter() - began)
            sent[place // 2] += 1

    began = time.perf_counter()
    await asyncio.gather(*(keep_sending(person, place) for place, person in enumerate(people)))
    took = time.perf_counter() - began
    lost = 0
    for number, room in enumerate(seed.pairs):
        newest = await people[2 * number].ask("history", {"room": room, "limit": 1})
        seq = int(newest.partition(b'"seq":')[2].partition(b",")[0])
        lost += abs(seq - sent[number])
    clients.close(people)
    times.sort()
    return Sends(len(times) / took, times[len(times) // 2], times[len(times) * 99 // 100], lost)


def single_commits(folder: Path, seconds: float) -> float:
    """Return how many commits SQLite does in a second on this disk, one row each, one after the other."""
    with sqlite3.connect(folder / "reference.sqlite3", isolation_level=None) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE messages (number INTEGER PRIMARY KEY, content TEXT)")
        end, count = time.perf_counter() + seconds, 0
        while time.perf_counter() < end:
            database.execute("INSERT INTO messages (content) VALUES (?)", (TEXT,))
            count += 1
    database.close()
    return count / seconds
