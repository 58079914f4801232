"""The leg that hears and speaks, with a real peer at its other end that plays something like speech."""

from __future__ import annotations

import asyncio
import base64
import fractions
import itertools
import math
import random
from array import array
from collections.abc import Callable
from typing import Any

import pytest
from aiortc import MediaStreamTrack
from av import AudioFrame

from chatbeside.media.ear import FRAME, LONGEST, Ear
from chatbeside.media.ear import RATE as HEARD
from chatbeside.media.legs import Place, Refused
from chatbeside.media.mouth import RATE, SAMPLES, Mouth
from chatbeside.media.voice import Voice
from tests.media.conftest import Caller

Make = Callable[..., Caller]
LOUD = 2_000


def speech(seconds: float, rate: int = RATE, *, strength: float = 9_000) -> array[int]:
    """Return something like speech: a buzzing voice of changing pitch, four syllables a second, with short gaps."""
    samples = array("h")
    phase = 0.0
    for n in range(int(seconds * rate)):
        at = n / rate
        phase += 2 * math.pi * (130 + 30 * math.sin(2.1 * at)) / rate
        voice = sum(math.sin(k * phase) / k for k in range(1, 8)) / 2
        syllable = max(0.0, math.sin(2 * math.pi * 4 * at)) ** 0.5
        samples.append(int(strength * voice * syllable))
    return samples


def noise(seconds: float, rate: int, strength: int = 60) -> array[int]:
    dice = random.Random(5)
    return array("h", (dice.randint(-strength, strength) for _ in range(int(seconds * rate))))


class Talker(MediaStreamTrack):
    """Plays samples, 20 ms a frame, and silence afterwards."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count()
        self.samples = array("h")

    def say(self, samples: array[int]) -> None:
        self.samples.extend(samples)

    async def recv(self) -> AudioFrame:
        number = next(self._numbers)
        await asyncio.sleep(0.02)
        piece, self.samples = self.samples[:SAMPLES], self.samples[SAMPLES:]
        piece.extend([0] * (SAMPLES - len(piece)))
        frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(piece.tobytes())
        frame.sample_rate, frame.pts, frame.time_base = RATE, number * SAMPLES, fractions.Fraction(1, RATE)
        return frame


class Told:
    """What a leg tells."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self.place = Place("v", lambda event, data: self.events.put_nowait((event, data)))

    async def until(self, wanted: str) -> Any:
        async with asyncio.timeout(20):
            while True:
                event, data = await self.events.get()
                if event == wanted:
                    return data

    async def heard(self) -> bytes:
        said = b""
        while True:
            data = await self.until("heard")
            said += base64.b64decode(data["pcm"])
            if data["last"]:
                return said


def frames(samples: array[int]) -> list[bytes]:
    return [samples[at : at + FRAME].tobytes() for at in range(0, len(samples) - FRAME + 1, FRAME)]


def test_an_utterance_is_found_in_noise() -> None:
    ear = Ear()
    sound = noise(1, HEARD) + speech(1.5, HEARD) + noise(0.4, HEARD) + speech(1, HEARD) + noise(1, HEARD)
    said = [found for frame in frames(sound) if (found := ear.feed(frame)) is not None]
    assert len(said) == 1  # a pause of 0.4 s does not end it
    assert 2.9 < len(said[0]) / 2 / HEARD < 4
    assert not ear.speaking


def test_clicks_and_hum_are_no_speech() -> None:
    ear = Ear()
    hum = array("h", (int(200 * math.sin(2 * math.pi * 50 * n / HEARD)) for n in range(3 * HEARD)))
    click = array("h", [20_000] * (FRAME * 2))
    assert all(ear.feed(frame) is None and not ear.speaking for frame in frames(hum + click + hum + click + hum))


def test_what_does_not_end_is_cut() -> None:
    ear = Ear()
    said = [found for frame in frames(speech(1, HEARD) * 40) if (found := ear.feed(frame)) is not None]
    assert len(said[0]) == LONGEST * FRAME * 2


async def test_the_clock_is_absolute_and_begins_anew_after_a_stall() -> None:
    mouth = Mouth()
    loop = asyncio.get_running_loop()
    began = loop.time()
    frames_ = [await mouth.recv() for _ in range(25)]
    assert loop.time() - began >= 24 * 0.02 - 0.001  # never ahead of time
    assert [frame.pts for frame in frames_] == [n * SAMPLES for n in range(25)]
    mouth._began -= 5.0  # type: ignore[operator]  # as if nobody had asked for five seconds
    began = loop.time()
    for _ in range(10):
        await mouth.recv()
    assert loop.time() - began >= 8 * 0.02  # not all that was missed at once


async def test_it_hears_what_is_said(caller: Make) -> None:
    told, ann, talker = Told(), caller(), Talker()
    ann.peer.getSenders()[0].replaceTrack(talker)
    leg = Voice(told.place)
    await ann.take((await leg.open({"offer": await ann.offer()}))["answer"])
    while (await told.until("state"))["state"] != "connected":
        pass
    talker.say(speech(1.5))
    assert await told.until("begun") == {"cut": False}
    said = await told.heard()
    assert 1.3 < len(said) / 2 / HEARD < 3.5
    loud = [max(map(abs, array("h", frame))) for frame in frames(array("h", said))]
    assert sum(level > LOUD for level in loud) > 25
    await leg.close()
    assert leg.state == "closed"


async def test_it_says_what_it_is_given_and_is_cut_short(caller: Make) -> None:
    told, ann, talker = Told(), caller(), Talker()
    ann.peer.getSenders()[0].replaceTrack(talker)
    leg = Voice(told.place)
    await ann.take((await leg.open({"offer": await ann.offer()}))["answer"])
    while (await told.until("state"))["state"] != "connected":
        pass
    async with asyncio.timeout(20):
        assert max(await ann.loudness(20)) < 50  # silence, all the time
        pcm = base64.b64encode(speech(0.6, 24_000).tobytes()).decode()
        assert 0.5 < (await leg.ask("say", {"pcm": pcm, "rate": 24_000}))["seconds"] < 0.7
        assert sum(level > LOUD for level in await ann.loudness(80)) > 10
        await told.until("silent")
        assert max((await ann.loudness(40))[-10:]) < 50
        for _ in range(10):
            await leg.ask("say", {"pcm": pcm, "rate": 24_000})
        assert sum(level > LOUD for level in await ann.loudness(60)) > 10
        talker.say(speech(1))
        assert await told.until("begun") == {"cut": True}
        # What was on its way still arrives; then it is quiet, long before the six seconds are over.
        assert max((await ann.loudness(100))[-20:]) < 50
    await leg.close()


async def test_nonsense_is_refused(caller: Make) -> None:
    leg = Voice(Place())
    with pytest.raises(Refused):
        await leg.open({"offer": "v=0"})
    await leg.close()
    ann = caller()
    leg = Voice(Place())
    await leg.open({"offer": await ann.offer()})
    for what, data in (
        ("fly", {}),
        ("offer", {}),
        ("candidate", {"candidate": {"candidate": "candidate:nonsense"}}),
        ("say", {"pcm": "!!", "rate": 24_000}),
        ("say", {"pcm": "AAAA", "rate": 24_000}),
        ("say", {"pcm": "AAA=", "rate": "fast"}),
        ("say", {"pcm": "AAA=", "rate": 1}),
    ):
        with pytest.raises(Refused):
            await leg.ask(what, data)
    minute = base64.b64encode(bytes(RATE * 2 * 31)).decode()
    await leg.ask("say", {"pcm": minute, "rate": RATE})
    with pytest.raises(Refused, match="too much"):
        await leg.ask("say", {"pcm": minute, "rate": RATE})
    assert await leg.ask("candidate", {"candidate": {"candidate": ""}}) == {}
    await leg.close()
