"""``python -m bench.assistant``: what the assistant adds to a language model, and what its own digest costs.

Prints a table and writes it into ``bench/results.md``. The model is ``tests/servers/openai_server.py`` on loopback, so
all that is measured is the product's own.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from picows import WSFrame, WSTransport, ws_connect

from bench.clients import Person, Tally
from bench.process import running
from bench.results import write_section
from bench.seed import Seed, seed
from chatbeside.assistant.interfaces import Source
from chatbeside.assistant.summary import digest
from chatbeside.domain.clock import iso, now
from chatbeside.domain.models import Member, Role
from chatbeside.services.assistant.account import ensure_account
from chatbeside.settings import Settings
from chatbeside.store.factory import make_store
from tests.servers.openai_server import OpenAIServer

SOCKETS = 200
PIECES = 60
WORDS = (
    "release",
    "invoice",
    "customer",
    "server",
    "meeting",
    "friday",
    "decided",
    "broken",
    "layout",
    "total",
    "check",
)


class Reader(Person):
    """A client that notes when pieces of answers come."""

    def __init__(self, token: str, tally: Tally) -> None:
        super().__init__(token, tally)
        self.first: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.pieces = 0

    def again(self) -> None:
        """Wait for the next answer."""
        loop = asyncio.get_running_loop()
        self.first, self.done = loop.create_future(), loop.create_future()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        payload = frame.get_payload_as_bytes()
        if not payload.startswith(b'42["assistant stream"'):
            if not payload.startswith(b'42["chat message"'):
                super().on_ws_frame(transport, frame)
            return
        self.pieces += 1
        if not self.first.done():
            self.first.set_result(time.perf_counter())
        if b'"done":true' in payload and not self.done.done():
            self.done.set_result(None)


async def connect(url: str, tokens: list[str]) -> list[Reader]:
    """Return one reader per token, all of them ready."""
    address = url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
    readers = []
    for token in tokens:
        _, reader = await ws_connect(lambda token=token: Reader(token, Tally()), address)
        await reader.ready
        readers.append(reader)
    return readers


async def prepare(folder: Path, people: int) -> Seed:
    """Lay people into a store, with the assistant in their room."""
    seeded = await seed(folder, people=people, pairs=0, messages=0)
    store = make_store(Settings(data=folder))
    await store.open()
    beside = await ensure_account(store, now)
    await store.members.add(Member(seeded.room, beside.id, Role.MEMBER, now()))
    await store.close()
    return seeded


async def first_words(reader: Reader, model: OpenAIServer, room: str, count: int) -> tuple[list[float], list[float]]:
    """Return per question the seconds to the first words, and those of them that were the model's own."""
    whole, own = [], []
    for number in range(count):
        reader.again()
        asked: list[float] = []
        said: list[float] = []

        def answer(request: dict[str, object], asked: list[float] = asked, said: list[float] = said) -> Iterator[str]:
            asked.append(time.perf_counter())
            time.sleep(0.02)  # a model takes its time to the first word
            said.append(time.perf_counter())
            yield "word "

        model.reply(answer=answer)
        began = time.perf_counter()
        await reader.ask("chat message", {"room": room, "content": "@beside say a word", "clientId": f"q{number}"})
        whole.append(await reader.first - began)
        own.append(said[0] - asked[0])
        await reader.done
    return whole, own


async def over_sockets(sockets: int, questions: int) -> list[tuple[str, str]]:
    """Measure the first words, and what a growing answer costs with many readers."""
    with tempfile.TemporaryDirectory() as folder, OpenAIServer() as model:
        seeded = await prepare(Path(folder) / "data", sockets)
        with (
            environment(OPENAI_BASE_URL=model.url, OPENAI_MODEL="tiny", OPENAI_API_KEY="k"),
            running("bench.server", str(Path(folder) / "data")) as server,
        ):
            readers = await connect(server.url, seeded.tokens)
            whole, own = await first_words(readers[0], model, seeded.room, questions)
            added = sorted(a - b for a, b in zip(whole, own, strict=True))
            for reader in readers:
                reader.again()
                reader.pieces = 0
            model.reply(*(["word "] * PIECES), pause=1 / 20)
            cpu = server.cpu()
            question = {"room": seeded.room, "content": "@beside tell me much", "clientId": "long"}
            await readers[0].ask("chat message", question)
            await asyncio.gather(*(reader.done for reader in readers))
            cpu = server.cpu() - cpu
            pieces = sum(reader.pieces for reader in readers)
            for reader in readers:
                reader.transport.disconnect()
    return [
        ("first words, added to the model's own, p50", f"{statistics.median(added) * 1e3:.1f} ms"),
        ("first words, added to the model's own, p95", f"{added[int(len(added) * 0.95)] * 1e3:.1f} ms"),
        (f"pieces of one answer that each of {sockets} readers got", f"{pieces / sockets:.0f}"),
        ("CPU of one piece for one reader, the answer's making included", f"{cpu / pieces * 1e6:.1f} µs"),
        (f"CPU of that answer for all {sockets}", f"{cpu * 1e3:.0f} ms"),
    ]


def catch_up(count: int) -> tuple[str, str]:
    """Measure the built-in digest."""
    talk = [
        Source(
            n,
            f"m{n}",
            "r",
            n,
            f"person{n % 9}",
            now() + timedelta(seconds=n),
            " ".join(WORDS[(n * k + k * k) % len(WORDS)] for k in range(1, 14)) + ". Shall we meet?",
        )
        for n in range(1, count + 1)
    ]
    times = []
    for _ in range(5):
        began = time.perf_counter()
        digest(talk, most=8, name="person1")
        times.append(time.perf_counter() - began)
    return f"built-in catch-up over {count:,} messages", f"{statistics.median(times) * 1e3:.0f} ms"


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Set variables for the servers that are started inside."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def report(rows: list[tuple[str, str]], sockets: int) -> str:
    """Return the section of the results."""
    lines = "\n".join(f"| {what} | {value} |" for what, value in rows)
    made = iso(now())[:16].replace("T", " ")
    return f"""Made by `python -m bench.assistant` on {made} UTC. One room of {sockets} people and the assistant; the
model is a server on loopback that takes 20 ms to its first word, and says the long answer with 20 words a second.

| what | |
|---|---:|
{lines}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=SOCKETS)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--messages", type=int, default=1_000)
    arguments = parser.parse_args()
    rows = [*asyncio.run(over_sockets(arguments.sockets, arguments.questions)), catch_up(arguments.messages)]
    text = report(rows, arguments.sockets)
    print(text)
    write_section("The assistant", text)


if __name__ == "__main__":
    main()
