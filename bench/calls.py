"""``python -m bench.calls``: what calls cost the server and how they hold on a bad network; a section of the results.

Peers are pages of a real Chromium with its fake devices (640 x 480, 20 pictures a second). A bad network is a UDP
relay between browser and server that drops packets at random, both ways on both hops, and delays each by 30 ms
(bench/lossy.py); so a loss of 5 % is one of nearly 10 % from speaker to listener.
"""

import argparse
import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import async_playwright

from bench.crowd import crowd
from bench.forwarding import FLAGS, Held, cpu_seconds, measured
from bench.results import write_section
from chatbeside.domain.clock import iso, now
from chatbeside.media.supervisor import MediaSupervisor

Row = tuple[str, str]
DELAY = 0.03


def share(part: float) -> str:
    return f"{100 * part:.1f} %"


def held_rows(name: str, held: Held) -> list[Row]:
    return [
        (f"{name}: pictures decoded a second", f"{held.frames:.1f}"),
        (f"{name}: time in which a picture stood still", share(held.frozen)),
        (f"{name}: freezes a minute and picture", f"{held.freezes:.1f}"),
        (f"{name}: sound that had to be made up", share(held.concealed)),
        (f"{name}: key frames asked for, a minute and sender", f"{held.key_frames:.1f}"),
        (f"{name}: CPU of the media worker", share(held.cpu)),
    ]


async def forwarding(seconds: float, people: Sequence[int]) -> list[Row]:
    rows = []
    for name, senders, receivers in (("1 to 1", 1, 1), ("1 to 3", 1, 3), ("4 to 4", 4, 0)):
        held = await measured(senders, receivers, seconds=seconds)
        rows.append((f"CPU of forwarding {name} ({held.frames:.0f} pictures a second)", share(held.cpu)))
    for count, loss in itertools.product(people, (0.0, 0.02, 0.05)):
        held = await measured(count, 0, loss=loss, delay=DELAY, seconds=seconds)
        rows += held_rows(f"{count} people, {loss:.0%} loss".replace("%", " %"), held)
    return rows


async def full(seconds: float) -> list[Row]:
    """Measure a call with twelve people and six pictures."""
    rows = []
    for talking, name in ((3, "three talk"), (12, "all talk")):
        crowded = await crowd(talking, seconds)
        rows += [
            (f"12 people, 6 pictures, {name}: CPU of the media worker", share(crowded.cpu)),
            (f"12 people, 6 pictures, {name}: pictures a second", f"{crowded.frames:.1f}"),
            (f"12 people, 6 pictures, {name}: pictures that came, of those sent", share(crowded.came)),
            (f"12 people, 6 pictures, {name}: packets of sound that came, of those sent", share(crowded.heard)),
        ]
    return rows


_ECHO = """async (video) => {
  const pc = new RTCPeerConnection();
  const stream = await navigator.mediaDevices.getUserMedia({audio: true, video});
  for (const track of stream.getTracks()) pc.addTrack(track, stream);
  await pc.setLocalDescription();
  await new Promise((done) => {
    if (pc.iceGatheringState === "complete") done();
    pc.onicegatheringstatechange = () => pc.iceGatheringState === "complete" && done();
  });
  await pc.setRemoteDescription({type: "answer", sdp: await ask(pc.localDescription.sdp)});
}"""


async def echo(seconds: float, *, video: bool) -> float:
    """Return the CPU of the media worker for one echo call."""
    media = MediaSupervisor()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        page = await browser.new_page()
        await page.route("http://localhost/echo", lambda route: route.fulfill(content_type="text/html", body=""))
        await page.goto("http://localhost/echo")

        async def ask(offer: str) -> str:
            return str((await media.open("echo", offer=offer)).opened["answer"])

        await page.expose_function("ask", ask)
        await page.evaluate(_ECHO, video)
        await asyncio.sleep(3)
        pid = media.pid
        assert pid is not None
        cpu, began = cpu_seconds(pid), time.monotonic()
        await asyncio.sleep(seconds)
        spent = (cpu_seconds(pid) - cpu) / (time.monotonic() - began)
        await browser.close()
        await media.stop()
        return spent


def direct(calls: int) -> list[Row]:
    """Measure calls of two in the real product: accept click to first picture, and the server's CPU."""
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415 - the two kinds do not share a process early

    from tests.e2e.person import Person  # noqa: PLC0415
    from tests.e2e.product import Product  # noqa: PLC0415
    from tests.e2e.test_calls import Caller  # noqa: PLC0415

    expect.set_options(timeout=15_000)
    times, cpu = [], 0.0
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        Product(Path(folder) / "data", CHATBESIDE_ASSISTANT="false") as product,
    ):
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        pair = []
        for name in ("ann", "ben"):
            context = browser.new_context(base_url=product.url, permissions=["camera", "microphone"])
            person = Person(name, context, None)
            person.sign_up()
            pair.append(Caller(person))
        ann, ben = pair
        ann.person.find("ben")
        ann.person.send("Shall we talk?")
        ben.person.open("ann")
        for number in range(calls):
            ann.call(picture=True)
            expect(ben.incoming).to_contain_text("is calling you")
            times.append(ben.page.evaluate(_FIRST_PICTURE))
            if number == calls - 1:
                before, began = cpu_seconds(product.pid), time.monotonic()
                ann.page.wait_for_timeout(10_000)
                cpu = (cpu_seconds(product.pid) - before) / (time.monotonic() - began)
            ben.control("Leave").click()
            ann.button("Close").click()
            ben.button("Close").click()
        browser.close()
    times.sort()
    return [
        (f"accept click to the first picture of the other, p50 of {calls}", f"{statistics.median(times):.0f} ms"),
        ("the same, p95", f"{times[min(len(times) - 1, round(0.95 * len(times)))]:.0f} ms"),
        ("CPU of the server during a direct call with picture", share(cpu)),
    ]


_FIRST_PICTURE = """() => new Promise((done) => {
  const buttons = [...document.querySelectorAll("[role=alertdialog] button")];
  const button = buttons.find((each) => each.textContent.includes("With picture"));
  const began = performance.now();
  button.click();
  const look = () => {
    const video = document.querySelector("video[data-call-media=remote]");
    if (video && video.videoWidth > 0 && video.currentTime > 0) done(performance.now() - began);
    else requestAnimationFrame(look);
  };
  look();
})"""


async def run(seconds: float, people: Sequence[int]) -> list[Row]:
    rows = await forwarding(seconds, people) + await full(seconds)
    for name, video in (("sound", False), ("sound and picture", True)):
        rows.append((f"CPU of an echo call with {name}", share(await echo(seconds, video=video))))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long each measurement takes")
    parser.add_argument("--calls", type=int, default=12, help="direct calls for accept to first picture")
    parser.add_argument("--people", type=int, nargs="+", default=[2, 3], help="in the calls that lose packets")
    options = parser.parse_args()
    rows = direct(options.calls) + asyncio.run(run(options.seconds, options.people))
    made = iso(now())[:16].replace("T", " ")
    intro = (
        f"Made by `python -m bench.calls` on {made} UTC. Peers are pages of one Chromium on the same machine with fake"
        " devices (640 x 480, 20 pictures a second).\nLoss is each way on each hop, with 30 ms of delay, by a relay of"
        " our own: the kernel of this machine has no netem.\n100 % of CPU is one core."
        "\nThe twelve people are peers of aiortc that send what was encoded before"
        " (450 kbit/s a picture, 32 kbit/s a voice) and decode nothing (bench/crowd.py)."
    )
    table = "\n".join(f"| {what} | {value} |" for what, value in rows)
    write_section("Calls", f"{intro}\n\n| what | |\n|---|---:|\n{table}")
    sys.stdout.writelines(f"{what}: {value}\n" for what, value in rows)


if __name__ == "__main__":
    main()
