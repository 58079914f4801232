"""Calls that are recorded, in real browsers: both agree, both see it, and the file can be opened again."""

import os
import re
import signal
from array import array
from pathlib import Path

import av
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Meet
from tests.e2e.product import Product
from tests.e2e.test_calls import READ, Caller, expect_same_code, pair

__all__ = ["pair"]


def talk(pair: tuple[Caller, Caller]) -> None:
    ann, ben = pair
    ann.call(picture=True)
    ben.answer("With picture")
    for caller in pair:
        caller.expect_talking()


def record(pair: tuple[Caller, Caller]) -> None:
    """Ann asks, Ben agrees, and both see and hear each other by way of the server, for long enough to look into."""
    ann, ben = pair
    ann.control("More").click()
    ann.button("Record this call").click()
    expect(ann.stage).to_contain_text("Waiting until ben agrees")
    expect(ben.stage).to_contain_text("ann asks to record this call")
    ben.button("Record it").click()
    for caller in pair:
        expect(caller.stage.get_by_text("Recording", exact=True)).to_be_visible()
        expect(caller.stage).to_contain_text("Through the server")
    for caller in pair:
        caller.page.wait_for_function(f"async () => (await ({READ})()).frames > 5")
        caller.expect_flow(picture=True)
    # On slow machines few pictures come in that time.
    for caller in pair:
        caller.page.wait_for_function(f"async () => (await ({READ})()).frames > 80")


def look(content: bytes, folder: Path) -> tuple[list[str], int, float]:
    """Return the codecs of a file, how many pictures it has, and for how many seconds there is sound."""
    path = folder / "got.webm"
    path.write_bytes(content)
    with av.open(str(path)) as opened:
        codecs = [stream.codec_context.name for stream in opened.streams]
        pictures = sum(1 for _ in opened.decode(video=0))
    heard = 0.0
    with av.open(str(path)) as opened:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000)
        for frame in opened.decode(audio=0):
            for even in resampler.resample(frame):
                samples = array("h", bytes(even.planes[0])[: even.samples * 2])
                heard += (max(map(abs, samples), default=0) > 300) * even.samples / 48_000
    return codecs, pictures, heard


def expect_recording(caller: Caller, words: str, folder: Path) -> None:
    """The conversation has the file; the browser plays it, and it holds sound and picture."""
    expect(caller.person.log).to_contain_text(words, timeout=30_000)
    film = caller.person.log.locator("video")
    expect(film).to_have_count(1)
    film.evaluate("(film) => { film.preload = 'auto'; film.load(); }")
    caller.page.wait_for_function(
        "() => [...document.querySelectorAll('[role=log] video')].every((film) => film.videoWidth && film.duration > 3)"
    )
    address = film.get_attribute("src")
    assert address
    answer = caller.person.context.request.get(address)
    assert answer.headers["content-type"] == "video/webm"
    codecs, pictures, heard = look(answer.body(), folder)
    assert codecs == ["vp8", "vp8", "opus"]
    assert pictures > 40
    assert heard > 0.5, "the fake microphone beeps"


def test_a_recording_that_both_agree_to(pair: tuple[Caller, Caller], meet: Meet, tmp_path: Path) -> None:
    ann, ben = pair
    talk(pair)
    record(pair)
    ben.control("More").click()
    ben.button("Stop recording").click()
    for caller in pair:  # said for eight seconds
        expect(caller.stage).to_contain_text("The recording has ended")
    for caller in pair:
        expect(caller.stage.get_by_text("Recording", exact=True)).to_be_hidden()
        expect(caller.stage).to_contain_text("Direct and encrypted")
    for caller in pair:
        caller.expect_flow(picture=True)
    expect_same_code(pair)
    ann.control("Leave").click()
    for caller in pair:
        expect(caller.stage).to_be_hidden()
        expect_recording(caller, "Recording of the call", tmp_path)
        expect(caller.person.log).not_to_contain_text("cut short")
    address = ann.person.log.locator("video").get_attribute("src") or ""
    eve = meet("eve")
    eve.sign_up()
    assert eve.context.request.get(address).status == 404


def test_who_does_not_want_to_be_recorded_is_not(pair: tuple[Caller, Caller]) -> None:
    ann, ben = pair
    talk(pair)
    ann.control("More").click()
    ann.button("Record this call").click()
    ben.button("No").click()
    expect(ann.stage).to_contain_text("ben does not want to be recorded")
    for caller in pair:
        expect(caller.stage).to_contain_text("Direct and encrypted")
        caller.expect_flow(picture=True)
    ann.control("Leave").click()
    expect(ben.stage).to_be_hidden()


@pytest.mark.parametrize("whole", [True, False], ids=["the server", "the media worker"])
def test_what_was_recorded_when_it_was_killed_is_there(
    pair: tuple[Caller, Caller], product: Product, tmp_path: Path, whole: bool
) -> None:
    ann, ben = pair
    talk(pair)
    record(pair)
    if whole:
        product.kill()
        product.start()
        for caller in pair:
            expect(caller.stage).to_be_hidden(timeout=30_000)
            expect(caller.page.get_by_text("The server was restarted")).to_be_visible()
    else:
        os.kill(_worker_of(product.pid), signal.SIGKILL)
        for caller in pair:  # said for eight seconds
            expect(caller.stage).to_contain_text("The recording broke off")
        for caller in pair:
            expect(caller.stage).to_contain_text("Direct and encrypted")
        for caller in pair:
            caller.expect_flow(picture=True)
        ann.control("Leave").click()
        expect(ben.stage).to_be_hidden()
    for caller in pair:
        expect_recording(caller, "cut short", tmp_path)


def _worker_of(server: int) -> int:
    """Return the process id of the media worker."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                status = (folder / "status").read_text()
                command = (folder / "cmdline").read_bytes()
            except OSError:  # it has ended meanwhile
                continue
            if re.search(rf"^PPid:\s+{server}$", status, re.M) and b"chatbeside.media.worker" in command:
                return int(folder.name)
    raise AssertionError("there is no media worker")
