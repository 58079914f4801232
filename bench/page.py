"""``python -m bench.page``: a long room in Chromium, and files on their way in.

Opens a room of 100,000 messages, hears messages with 300 rows in the page, and uploads large files. It prints a table
and writes its section of ``bench/results.md``. The page must be built (``python3 -m chatbeside prepare``).
"""

import argparse
import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import CDPSession, Page, sync_playwright

from bench.process import running
from bench.results import write_section
from bench.seed import Seed, seed
from chatbeside.domain.clock import iso, now
from chatbeside.launch.testing import browser_path
from chatbeside.services.web import SESSION_COOKIE

ROOT = Path(__file__).resolve().parents[1]
ROWS = 300
HEARD = 100
PAUSE = 0.1
BAR = 8.0
ROW = "[role=log] .msg"  # placeholders look like rows, but do not stand in the log
_FIRST_ROW = f"""() => new Promise((found) => {{
  const look = () => document.querySelector("{ROW}") ? found(performance.now()) : requestAnimationFrame(look);
  look();
}})"""


@contextmanager
def product(data: Path) -> Iterator[str]:
    """The product over a data folder; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        port = chosen.getsockname()[1]
    changes = {
        "PORT": str(port),
        "CHATBESIDE_DATA": str(data),
        "CHATBESIDE_ASSISTANT": "false",
        "CHATBESIDE_LIMITS": "off",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "chatbeside"], cwd=ROOT, env={**os.environ, **changes}, stdout=subprocess.PIPE, text=True
    ) as process:
        guard = threading.Timer(600, process.kill)
        guard.start()
        try:
            assert process.stdout
            if not any(" is ready:" in line for line in process.stdout):
                sys.exit("chatbeside did not start.")
            threading.Thread(target=process.stdout.read, daemon=True).start()
            yield f"http://127.0.0.1:{port}"
        finally:
            guard.cancel()
            process.terminate()


def send(url: str, made: Seed, count: int, pause: float = 0.0) -> None:
    """Let the second person say something in the long room."""
    headers = {"Authorization": f"Bearer {made.tokens[1]}"}
    with httpx.Client(base_url=url, headers=headers) as client:
        for number in range(count):
            text = f"{number}: **bold** and `code`, a link https://example.org/{number}, and some more words after it."
            client.post("/api/chat/send", json={"room": made.long_room, "content": text}).raise_for_status()
            time.sleep(pause)


def busy(session: CDPSession) -> dict[str, float]:
    """Return what the page's main thread has done so far, in seconds."""
    found = session.send("Performance.getMetrics")["metrics"]
    return {metric["name"]: metric["value"] for metric in found}


def opening(page: Page, url: str, room: str, rounds: int) -> tuple[float, float]:
    """Return the medians, in milliseconds since navigation: the first byte of the page, and the first row seen."""
    first, seen = [], []
    for _ in range(rounds):
        page.goto("about:blank")
        page.goto(f"{url}/?room={room}", wait_until="commit")
        seen.append(page.evaluate(_FIRST_ROW))
        first.append(page.evaluate("performance.getEntriesByType('navigation')[0].responseStart"))
    return statistics.median(first), statistics.median(seen)


def asked(url: str, made: Seed, rounds: int) -> float:
    """Return the median time of the room's newest page, in milliseconds, as the server answers it."""
    headers = {"Authorization": f"Bearer {made.tokens[0]}"}
    taken = []
    with httpx.Client(base_url=url, headers=headers) as client:
        for _ in range(rounds):
            began = time.perf_counter()
            client.get("/api/chat/messages", params={"room": made.long_room, "limit": 60}).raise_for_status()
            taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1e3


def hearing(page: Page, url: str, made: Seed) -> tuple[float, int]:
    """Return the main thread's milliseconds a message, and the rows in the page meanwhile."""
    send(url, made, ROWS)
    page.wait_for_function(f"() => document.querySelectorAll('{ROW}').length >= {ROWS - 20}", timeout=60_000)
    page.wait_for_timeout(2_000)
    session = page.context.new_cdp_session(page)
    # Processor time of the thread: what else runs on this machine does not count.
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = busy(session)
    page.wait_for_timeout(HEARD * PAUSE * 1e3)
    idle = busy(session)["TaskDuration"] - before["TaskDuration"]
    rows = page.locator(ROW).count()
    before, began = busy(session), time.perf_counter()
    sender = threading.Thread(target=send, args=(url, made, HEARD, PAUSE))
    sender.start()
    while sender.is_alive():
        page.wait_for_timeout(200)
    page.wait_for_timeout(500)
    took = time.perf_counter() - began
    worked = busy(session)["TaskDuration"] - before["TaskDuration"] - idle * took / (HEARD * PAUSE)
    return worked / HEARD * 1e3, rows


def uploading(url: str, path: str, size: int, rounds: int, token: str = "") -> float:
    """Return the median seconds of an upload of ``size`` bytes."""
    content = os.urandom(size)
    taken = []
    with httpx.Client(base_url=url, timeout=120) as client:
        for _ in range(rounds):
            began = time.perf_counter()
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            answer = client.post(path, files={"file": ("noise.bin", content)}, headers=headers)
            answer.raise_for_status()
            taken.append(time.perf_counter() - began)
            if token:
                client.delete(f"{path}/{answer.json()['file']['_id']}", headers=headers).raise_for_status()
    return statistics.median(taken)


def measure(folder: Path, messages: int) -> list[tuple[str, str, str, str]]:
    """Measure everything; rows of what, value, reference and bar."""
    data = folder / "data"
    made = asyncio.run(seed(data, people=2, pairs=1, messages=messages))
    rows: list[tuple[str, str, str, str]] = []
    size = 40 * 1024 * 1024
    with product(data) as url:
        server = asked(url, made, 30)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            cookie: Any = {"name": SESSION_COOKIE, "value": made.tokens[0], "url": url}
            context.add_cookies([cookie])
            page = context.new_page()
            opening(page, url, made.long_room, 1)
            first, seen = opening(page, url, made.long_room, 7)
            cost, count = hearing(page, url, made)
            browser.close()
        ours = uploading(url, "/api/files", size, 5, made.tokens[0])
    with running("bench.sink", str(folder)) as bare:
        reference = uploading(bare.url, "/", size, 5)
    rows.append((f"newest 60 of {messages:,} messages, asked over REST, p50", f"{server:.1f} ms", "", ""))
    rows.append(("from navigation to the first row of that room, p50", f"{seen:.0f} ms", f"{first:.0f} ms", ""))
    verdict = f"at most {BAR:.0f} ms, {'met' if cost <= BAR else 'MISSED'}"
    rows.append((f"main thread, a message heard with {count} rows in the page", f"{cost:.1f} ms", "", verdict))
    ratio = f"ratio {ours / reference:.1f}"
    speed = size / 1024 / 1024 / ours
    bare_speed = size / 1024 / 1024 / reference
    rows.append(("upload of 40 MB", f"{speed:.0f} MB/s", f"{bare_speed:.0f} MB/s", ratio))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.page", description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000, help="messages in the room")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chatbeside-bench-") as folder:
        rows = measure(Path(folder), options.messages)
    lines = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    made = iso(now())[:16].replace("T", " ")
    text = f"""Made by `python -m bench.page` on {made} UTC, in Chromium without a head, other work beside it. The
reference of the first row is the first byte of the page; that of an upload is a server that only writes the body to the
disk.

| what | | reference | |
|---|---:|---:|---|
{lines}"""
    print(text)
    write_section("The page and files", text)


if __name__ == "__main__":
    main()
