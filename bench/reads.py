"""Reading history, logging in, and what an idle client costs."""

import json
import random
import sqlite3
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench import clients
from bench.clients import Tally
from bench.process import Server
from bench.seed import PASSWORD, Seed
from chatbeside.services.passwords import Passwords
from chatbeside.store.factory import FILE

PAGE = 50


@dataclass(frozen=True, slots=True)
class Times:
    """Median and 99th percentile, in seconds."""

    p50: float
    p99: float


def times(taken: list[float]) -> Times:
    """Return the two figures of what was taken."""
    cuts = statistics.quantiles(taken, n=100)
    return Times(cuts[49], cuts[98])


async def history(server: Server, seed: Seed, messages: int, count: int) -> tuple[Times, Times]:
    """Return the times of pages from anywhere in the long room: by socket and by REST."""
    chance = random.Random(1)
    people = await clients.connect_people(server.url, [seed.tokens[0]] * 8, Tally())
    by_socket: list[float] = []
    for number in range(count):
        before = chance.randrange(PAGE + 2, messages)
        began = time.perf_counter()
        answer = await people[number % len(people)].ask(
            "history", {"room": seed.long_room, "before": before, "limit": PAGE}
        )
        by_socket.append(time.perf_counter() - began)
        page = json.loads(answer[answer.index(b"[") :])[0]["messages"]
        assert [message["seq"] for message in page] == list(range(before - PAGE, before))
    clients.close(people)
    by_rest: list[float] = []
    async with aiohttp.ClientSession(server.url, headers={"Authorization": f"Bearer {seed.tokens[0]}"}) as session:
        for _ in range(count):
            query = {"room": seed.long_room, "before": chance.randrange(PAGE + 2, messages), "limit": PAGE}
            began = time.perf_counter()
            async with session.get("/api/chat/messages", params=query) as answer:
                body = await answer.read()
            by_rest.append(time.perf_counter() - began)
            assert answer.status == 200 and body
    return times(by_socket), times(by_rest)


def bare_query(folder: Path, seed: Seed, messages: int, count: int) -> Times:
    """Return the times of the same pages by the bare query in this process, without making anything of the rows."""
    chance = random.Random(1)
    taken = []
    with sqlite3.connect(folder / FILE) as database:
        for _ in range(count):
            before = chance.randrange(PAGE + 2, messages)
            began = time.perf_counter()
            statement = "SELECT * FROM messages WHERE room_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?"
            rows = database.execute(statement, (seed.long_room, before, PAGE)).fetchall()
            taken.append(time.perf_counter() - began)
            assert len(rows) == PAGE
    database.close()
    return times(taken)


async def log_in(server: Server, count: int) -> tuple[Times, Times]:
    """Return the times of log-ins by REST, and of checking the password alone, in turn."""
    passwords = Passwords(1)
    stored = await passwords.hash(PASSWORD)
    whole, alone = [], []
    async with aiohttp.ClientSession(server.url) as session:
        account = {"username": "newcomer", "email": "newcomer@example.org", "password": PASSWORD}
        async with session.post("/api/auth/signup", json=account) as answer:
            assert answer.status == 201, await answer.text()
        for _ in range(count):
            began = time.perf_counter()
            async with session.post("/api/auth/login", json={"username": "newcomer", "password": PASSWORD}) as answer:
                assert answer.status == 200, await answer.text()
                await answer.read()
            whole.append(time.perf_counter() - began)
            began = time.perf_counter()
            right, _ = await passwords.verify(PASSWORD, stored)
            alone.append(time.perf_counter() - began)
            assert right
    passwords.close()
    return times(whole), times(alone)


async def idle_memory(server: Server, seed: Seed) -> float:
    """Return the bytes of memory that each further idle client costs the server."""
    warm = await clients.connect_people(server.url, seed.tokens[:20], Tally())
    before = server.memory()
    idle = await clients.connect_people(server.url, seed.tokens[:100] * 4, Tally())
    cost = (server.memory() - before) / len(idle)
    clients.close([*warm, *idle])
    return cost


async def idle_memory_of_reference(server: Server) -> float:
    """Return the bytes of memory that each further idle client costs the reference server."""
    warm = await clients.connect_plain(server.url, 20, Tally())
    before = server.memory()
    idle = await clients.connect_plain(server.url, 400, Tally())
    cost = (server.memory() - before) / len(idle)
    clients.close([*warm, *idle])
    return cost
