"""``python -m bench.visit``: a visit on a slow telephone: processor four times slower, "fast 3G", an empty cache.

Prints a table and writes its section of ``bench/results.md``. Build the page first (``python3 -m chatbeside prepare``).
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright

from bench.page import product
from bench.results import write_section
from bench.seed import Seed, seed
from chatbeside.domain.clock import iso, now
from chatbeside.launch.testing import browser_path
from chatbeside.services.web import SESSION_COOKIE

SLOWER = 4
"""How many times slower the processor is."""
FAST_3G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
"""Chromium's profile of this name: 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back."""
BYTES_BAR, SECONDS_BAR = 300_000, 3.0
_USABLE = """() => new Promise((found) => {
  const look = () => {
    const field = document.querySelector("textarea[data-live-composer]");
    field && !field.disabled && document.querySelector(".msg") ? found(performance.now()) : requestAnimationFrame(look);
  };
  look();
})"""
_SEEN = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
_FILES = """() => performance.getEntriesByType("resource")
  .filter(({ name }) => /\\.(js|css)$/.test(new URL(name).pathname))
  .map(({ name, encodedBodySize }) => [name, encodedBodySize])"""


@dataclass(frozen=True, slots=True)
class Visit:
    """Milliseconds from the navigation to the first paint and until one can write; scripts and styles with bytes."""

    painted: float
    usable: float
    files: dict[str, int]


def visit(browser: Browser, url: str, made: Seed, *, slow: bool, again: bool = False) -> Visit:
    """Open a conversation in a fresh profile; ``again`` measures the second visit of the same one."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    try:
        context.add_cookies([{"name": SESSION_COOKIE, "value": made.tokens[0], "url": url}])
        page = context.new_page()
        for _ in range(2 if again else 1):
            page.goto("about:blank")
            session = context.new_cdp_session(page)
            if slow:
                session.send("Network.enable")
                session.send("Network.emulateNetworkConditions", FAST_3G)
                session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            page.goto(f"{url}/?room={made.long_room}", wait_until="commit")
            usable = float(page.evaluate(_USABLE))
            measured = Visit(float(page.evaluate(_SEEN)), usable, dict(page.evaluate(_FILES)))
        return measured
    finally:
        context.close()


def packed(address: str) -> int:
    """Return the bytes of a file as sent to who reads gzip alone."""
    with httpx.stream("GET", address, headers={"Accept-Encoding": "gzip"}) as answer:
        return sum(map(len, answer.iter_raw()))


def _row(name: str, visits: list[Visit], *, bar: bool = False) -> str:
    usable = statistics.median(each.usable for each in visits) / 1e3
    painted = statistics.median(each.painted for each in visits) / 1e3
    held = ("met" if usable <= SECONDS_BAR else "missed") if bar else ""
    return f"| {name} | {painted:.2f} s | {usable:.2f} s | {held} |"


def main() -> None:
    """Measure, show and write it down."""
    parser = argparse.ArgumentParser(prog="python -m bench.visit")
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        made = asyncio.run(seed(data, people=2, pairs=1, messages=200))
        with product(data) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
            quick = [visit(browser, url, made, slow=False) for _ in range(rounds)]
            slow = [visit(browser, url, made, slow=True) for _ in range(rounds)]
            second = [visit(browser, url, made, slow=True, again=True) for _ in range(rounds)]
            browser.close()
            size = sum(map(packed, slow[0].files))
    text = "\n".join(
        [
            f"Made by `python -m bench.visit` on {iso(now())[:16].replace('T', ' ')} UTC: a conversation opened by its "
            f"address on a screen of 390 by 844, medians of {rounds}. Slow is Chromium's fast 3G with the processor "
            f"{SLOWER} times slower. Usable means that the conversation is there and one can write.",
            "",
            f"Scripts and styles of the chat page: **{size:,} bytes** by gzip (bar {BYTES_BAR:,}: "
            f"{'met' if size <= BYTES_BAR else 'missed'}), {sum(slow[0].files.values()):,} by brotli, as sent here. "
            "One font, fetched after them; text shows before it is there.",
            "",
            "| visit | first paint | usable | bar 3 s |",
            "|---|---:|---:|---|",
            _row("this machine, nothing kept", quick),
            _row("slow, nothing kept", slow, bar=True),
            _row("slow, second visit", second),
        ]
    )
    write_section("A visit", text)
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
