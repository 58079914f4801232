"""``python -m bench.sizes``: how long large things take, and how long they hold up everybody else.

The services over the embedded store, asked in this process: somebody with thousands of rooms, a room of thousands of
members, thousands of files. Beside each a task wakes up all the time; the longest it was late is the hold.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.results import write_section
from chatbeside.backend import build_backend
from chatbeside.domain.clock import now
from chatbeside.domain.files import StoredFile
from chatbeside.domain.ids import new_id, pair_key
from chatbeside.domain.models import Attachment, Member, Message, NewMessage, Role, Room, RoomKind, Session, User
from chatbeside.realtime import packets
from chatbeside.services import collecting
from chatbeside.services.container import Services
from chatbeside.services.principal import Principal
from chatbeside.services.search import Asked
from chatbeside.settings import Settings
from chatbeside.store.records import PLAIN, Codec

ROOMS, MEMBERS, FILES, ROUNDS = 3000, 5000, 10_000, 9


@dataclass(frozen=True, slots=True)
class Row:
    """What was done, the median and the longest time it took, and the longest hold of the loop; in seconds.

    ``own`` is the most processor time that the loop's thread took between two turns: what a hold is without the rest of
    the machine.
    """

    what: str
    median: float
    longest: float
    hold: float
    own: float


async def timed(what: str, do: Callable[[], Awaitable[Any]]) -> Row:
    """Do something a few times and measure it."""
    hold, own, times = 0.0, 0.0, []

    async def wake() -> None:
        nonlocal hold, own
        while True:
            before, processor = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.001)
            hold = max(hold, time.perf_counter() - before - 0.001)
            own = max(own, time.thread_time() - processor)

    watch = asyncio.create_task(wake())
    await asyncio.sleep(0.01)
    hold = own = 0.0
    for _ in range(ROUNDS):
        before = time.perf_counter()
        await do()
        times.append(time.perf_counter() - before)
        await asyncio.sleep(0.005)
    watch.cancel()
    with suppress(asyncio.CancelledError):
        await watch
    return Row(what, statistics.median(times), max(times), hold, own)


async def many(work: list[Awaitable[Any]]) -> None:
    """Wait for all, a thousand at a time."""
    for start in range(0, len(work), 1000):
        await asyncio.gather(*work[start : start + 1000])


def person(name: str) -> User:
    """Return an account."""
    return User(new_id(), name, name, now())


async def fill(services: Services) -> tuple[Principal, Room]:
    """Lay everything into the store; return who is in all of it, and the large room."""
    store = services.store
    ann, others = person("ann"), [person(f"person{number}") for number in range(MEMBERS)]
    await many([store.users.add(user) for user in (ann, *others)])
    large = Room(new_id(), RoomKind.GROUP, now(), ann.id, name="Everybody")
    rooms = [
        Room(new_id(), RoomKind.DIRECT, now(), ann.id, pair=pair_key(ann.id, other.id))
        if number % 2
        else Room(new_id(), RoomKind.GROUP, now(), ann.id, name=f"Room {number}")
        for number, other in enumerate(others[:ROOMS])
    ]
    await many([store.rooms.add(room) for room in (large, *rooms)])
    places = [(room.id, user.id) for room, other in zip(rooms, others, strict=False) for user in (ann, other)]
    places += [(large.id, user.id) for user in (ann, *others)]
    await many([store.members.add(Member(room_id, user_id, Role.MEMBER, now())) for room_id, user_id in places])
    text = "Shall we meet at the garden gate, or rather inside?"
    said = [
        NewMessage(new_id(), room.id, other.id, new_id(), "text", text, now())
        for room, other in zip(rooms, others, strict=False)
    ]
    await many([store.messages.append(message) for message in said])
    await many([store.receipts.advance(room_id, user_id, read_seq=1) for room_id, user_id in places[: 2 * ROOMS : 3]])
    files, messages = Codec(StoredFile, PLAIN), Codec(Message, PLAIN)
    for first in range(1, FILES + 1, 1000):
        batch = [_file(ann.id, rooms[0].id, number) for number in range(first, first + 1000)]
        await store.load("files", [files.encode(file) for file, _ in batch])
        await store.load("messages", [messages.encode(message) for _, message in batch])
    return Principal(ann, Session(new_id(), ann.id, now(), now(), now())), large


def _file(user_id: str, room_id: str, number: int) -> tuple[StoredFile, Message]:
    """Return a file, and the message that has it."""
    name, message_id = f"file{number}.txt", new_id()
    file = StoredFile(new_id(), user_id, name, "text/plain", 100, "0" * 64, now(), message_id=message_id, sent_at=now())
    attachment = Attachment(file_id=file.id, name=name, media_type=file.media_type, size=file.size)
    place = number + 1  # after the one that is there
    said = Message(message_id, room_id, place, place, user_id, new_id(), "text", "", now(), attachments=(attachment,))
    return file, said


async def run(folder: Path) -> list[Row]:
    """Return every row."""
    services = build_backend(Settings(data=folder, limits_text="off")).services
    await services.store.open()
    try:
        ann, large = await fill(services)
        store, rooms = services.store, services.rooms
        wires = await rooms.list(ann)
        collecting.spare_what_stays()  # as a server does when it is ready

        async def in_one_go() -> None:
            packets.event("ready", {"rooms": wires})

        async def send() -> None:
            await services.messages.send(ann, large.id, "good morning @person17 @person4000", client_id=new_id())

        async def members() -> None:
            after = ""
            while page := await rooms.members(ann, large.id, after=after):
                after = page[-1]["user"]["_id"]

        async def files() -> None:
            await services.finder.search(ann, Asked(query="", with_file=True))

        return [
            await timed(f"the list of {ROOMS:,} rooms", lambda: rooms.list(ann)),
            await timed("the same as JSON, in pieces", lambda: packets.long_event("ready", {"rooms": wires})),
            await timed("the same as JSON, in one go, as it was before", in_one_go),
            await timed(f"a room of {MEMBERS:,} for the list", lambda: rooms.one(ann, large.id)),
            await timed("opening it", lambda: services.messages.join(ann, large.id, after_rev=None)),
            await timed("sending to it, with two mentions", send),
            await timed("all its members, 1,000 a page", members),
            await timed("completing a name in it", lambda: services.people.search(ann, "person4")),
            await timed(f"counting {FILES:,} files", store.measure),
            await timed("files in all rooms", files),
        ]
    finally:
        await services.store.close()


def table(rows: list[Row]) -> str:
    """Return the rows as Markdown."""
    lines = [
        f"Somebody in {ROOMS:,} rooms and in one of {MEMBERS:,} members, with {FILES:,} files; the services over the "
        f"embedded store, {ROUNDS} times each.",
        "The hold is the longest that another task of the same process had to wait; 50 ms is the bar. Of it, the last "
        "column is the loop's own: the most processor time that it took between two turns.",
        "",
        "| what | median | longest | hold of the loop | its own |",
        "|---|---:|---:|---:|---:|",
    ]
    for row in rows:
        times = (f"{seconds * 1e3:.1f} ms" for seconds in (row.median, row.longest, row.hold, row.own))
        lines.append(f"| {' | '.join((row.what, *times))} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table and keep it."""
    with tempfile.TemporaryDirectory() as folder:
        text = table(asyncio.run(run(Path(folder))))
    print(text)
    write_section("Large rooms and long lists", text)


if __name__ == "__main__":
    main()
