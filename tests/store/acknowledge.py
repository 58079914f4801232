"""Appends messages without end and says which are acknowledged: what a test kills in the middle of it.

Usage: acknowledge.py DATABASE ROOM
"""

import asyncio
import sys
from pathlib import Path

from chatbeside.domain.clock import now
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import NewMessage
from chatbeside.store.sqlite import SqliteStore


async def write(store: SqliteStore, room_id: str) -> None:
    while True:
        new = NewMessage(new_id(), room_id, new_id(), new_id(), "text", "x" * 200, now())
        stored, _ = await store.messages.append(new)
        sys.stdout.write(f"{stored.id} {stored.seq}\n")
        sys.stdout.flush()


async def main() -> None:
    store = SqliteStore(Path(sys.argv[1]))
    await store.open()
    await asyncio.gather(*(write(store, sys.argv[2]) for _ in range(20)))


asyncio.run(main())
