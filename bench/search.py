"""Searching: a store with many messages in many rooms, asked in this process.

``python -m bench.search`` prints a table; the reference is SQLite's own ``LIKE`` over the same messages.
"""

import argparse
import asyncio
import random
import sqlite3
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from bench.results import write_section
from chatbeside.domain.clock import iso, now
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Member, Message, Role, Room, RoomKind, User
from chatbeside.domain.search import parse
from chatbeside.services.access import Access
from chatbeside.services.limits import Limits
from chatbeside.services.principal import Principal
from chatbeside.services.search import Asked, Finder
from chatbeside.settings import Settings
from chatbeside.store.factory import FILE
from chatbeside.store.interfaces import Store
from chatbeside.store.records import PLAIN, Codec
from chatbeside.store.sqlite import SqliteStore

MESSAGES = 100_000
ROOMS = 20
VOCABULARY = 20_000
BAR = 0.030


@dataclass(frozen=True, slots=True)
class Times:
    """Median and 99th percentile, in seconds, and the finds of the last answer."""

    p50: float
    p99: float
    finds: int


def vocabulary(chance: random.Random) -> list[str]:
    """Return made-up words; the first ones are said most often, as people do."""
    letters = "etaoinshrdlucmfwypvbgk"
    return ["".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(VOCABULARY)]


async def fill(store: Store, count: int) -> tuple[User, list[str]]:
    """Store ``count`` messages in rooms of one person; return the person and the words by how often they are said."""
    chance = random.Random(1)
    words = vocabulary(chance)
    weights = list(accumulate(1 / (rank + 1) for rank in range(len(words))))  # Zipf
    person = User(new_id(), "person", "person", now())
    await store.users.add(person)
    codec = Codec(Message, PLAIN)
    began = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(ROOMS):
        room = Room(new_id(), RoomKind.GROUP, now(), person.id, name=f"Room {number}")
        await store.rooms.add(room)
        await store.members.add(Member(room.id, person.id, Role.MEMBER, now()))
        share = count // ROOMS
        for first in range(1, share + 1, 1000):
            batch = [
                Message(
                    id=new_id(),
                    room_id=room.id,
                    seq=seq,
                    rev=seq,
                    sender_id=person.id,
                    client_id=f"seed-{seq}",
                    kind="text",
                    content=" ".join(chance.choices(words, cum_weights=weights, k=chance.randint(3, 25))),
                    created_at=began + timedelta(seconds=seq * ROOMS + number),
                )
                for seq in range(first, min(first + 1000, share + 1))
            ]
            await store.load("messages", [codec.encode(message) for message in batch])
    return person, words


async def ask(finder: Finder, person: User, queries: list[str]) -> Times:
    """Return how long the answers took, each a page of finds with their excerpts."""
    principal = Principal(person, None)  # type: ignore[arg-type] - nobody looks at the session
    taken, finds = [], 0
    for query in queries:
        began = time.perf_counter()
        answer = await finder.search(principal, Asked(query))
        taken.append(time.perf_counter() - began)
        finds = len(answer.finds)
    cuts = statistics.quantiles(taken, n=100)
    return Times(cuts[49], cuts[98], finds)


def like(path: Path, queries: list[str]) -> float:
    """Return the median of the same questions by ``LIKE``, without anything made of the rows."""
    taken = []
    with sqlite3.connect(path) as database:
        for query in queries:
            began = time.perf_counter()
            where = " AND ".join("content LIKE ?" for _ in parse(query))
            statement = f"SELECT * FROM messages WHERE {where} ORDER BY created_at DESC LIMIT 20"
            database.execute(statement, [f"%{word.text}%" for word in parse(query)]).fetchall()
            taken.append(time.perf_counter() - began)
    database.close()
    return statistics.median(taken)


async def run(count: int, queries: int) -> tuple[bool, str]:
    """Return whether the bar is met, and the table."""
    with tempfile.TemporaryDirectory(prefix="chatbeside-bench-") as folder:
        path = Path(folder) / FILE
        store = SqliteStore(path)
        await store.open()
        began = time.perf_counter()
        person, words = await fill(store, count)
        filled = time.perf_counter() - began
        finder = Finder(store, Access(store), Limits(Settings(data=Path(folder), limits_text="off")))
        chance = random.Random(2)
        kinds = {
            "a word that nearly every message has": [words[0] for _ in range(queries)],
            "an everyday word": [words[chance.randint(20, 200)] for _ in range(queries)],
            "a rare word": [words[chance.randint(2000, 19_999)] for _ in range(queries)],
            "two everyday words": [
                f"{words[chance.randint(5, 80)]} {words[chance.randint(5, 80)]}" for _ in range(queries)
            ],
            "the first letter of a word": [words[chance.randint(20, 200)][0] for _ in range(queries)],
            "a word nobody said": [f"zzz{chance.random()}"[:8] for _ in range(queries)],
        }
        met = True
        megabytes = path.stat().st_size / 1e6
        lines = [
            f"Made by `python -m bench.search` on {iso(now())[:16].replace('T', ' ')} UTC: {count:,} messages in "
            f"{ROOMS} rooms, filled in {filled:.0f} s, {megabytes:.0f} MB.",
            "",
            "| what | p50 | p99 | LIKE, p50 | finds |",
            "|---|---:|---:|---:|---:|",
        ]
        for what, asked in kinds.items():
            ours = await ask(finder, person, asked)
            reference = like(path, asked[: max(3, queries // 10)])
            met = met and ours.p50 < BAR
            lines.append(
                f"| {what} | {ours.p50 * 1e3:.1f} ms | {ours.p99 * 1e3:.1f} ms "
                f"| {reference * 1e3:.1f} ms | {ours.finds} |"
            )
        await store.close()
    lines += ["", f"p50 below {BAR * 1e3:.0f} ms: {'met' if met else 'MISSED'}"]
    return met, "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument("--messages", type=int, default=MESSAGES, help="messages in the store")
    parser.add_argument("--queries", type=int, default=100, help="questions of each kind")
    options = parser.parse_args()
    met, text = asyncio.run(run(options.messages, options.queries))
    print(text)
    write_section("Search", text)
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
