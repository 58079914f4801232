"""A call with the assistant in a real browser, whose microphone plays a file."""

from __future__ import annotations

import re
import wave
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from chatbeside.launch.testing import browser_path
from tests.e2e.conftest import _FAKE_DEVICES, Meet
from tests.e2e.product import Product
from tests.e2e.test_calls import READ, Caller
from tests.media.test_voice import speech
from tests.servers.openai_server import OpenAIServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RATE = 48_000


@pytest.fixture
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def hearing() -> None:
    """Whether the assistant hears and speaks."""


@pytest.fixture
def product(built: None, tmp_path: Path, model: OpenAIServer, request: pytest.FixtureRequest) -> Iterator[Product]:
    """A product with a language model, and with models for speech where the test asks for ``hearing``."""
    speech_models = {"OPENAI_TRANSCRIPTION_MODEL": "ears", "OPENAI_SPEECH_MODEL": "mouth"}
    settings = speech_models if "hearing" in request.fixturenames else {}
    with Product(tmp_path / "data", OPENAI_BASE_URL=model.url, OPENAI_MODEL="tiny", **settings) as product:
        yield product
        troubles = product.troubles()
    assert troubles == []


@pytest.fixture
def browser(browser: Browser, tmp_path: Path) -> Iterator[Browser]:
    """A browser into whose microphone somebody speaks for a second, again and again after a long pause."""
    file = tmp_path / "said.wav"
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((array("h", [0] * RATE) + speech(1.2) + array("h", [0] * 24 * RATE)).tobytes())
    arguments = ["--no-sandbox", *_FAKE_DEVICES, f"--use-file-for-fake-audio-capture={file}"]
    speaking = browser.browser_type.launch(executable_path=browser_path(), args=arguments)
    yield speaking
    speaking.close()


def test_somebody_talks_with_the_assistant(hearing: None, meet: Meet, model: OpenAIServer) -> None:
    model.hears = ["what is for lunch?", ""]
    model.reply("There is soup.", " And bread.")
    ann = meet("ann", permissions=["microphone"])
    ann.sign_up()
    ann.row("Beside").click()
    caller = Caller(ann)
    expect(caller.button("Call with picture")).to_have_count(0)
    caller.button("Call").click()
    ann.page.get_by_role("dialog", name="Before the call").get_by_role("button", name="Call", exact=True).click()
    caller.expect_talking()
    # Under the call, the conversation: what was said and what was answered, like anything that is written.
    expect(ann.log.get_by_text("what is for lunch?")).to_be_attached(timeout=60_000)
    expect(ann.log.locator("article.bot").last.locator(".md")).to_have_text("There is soup. And bread.")
    # It was heard, however soon it was over: nothing else in this call comes with any energy.
    ann.page.wait_for_function(f"async () => (await ({READ})()).energy > 0.005")
    model.wait_for_speech("And bread.", 30)  # it is asked for when the sentence before it is nearly over
    caller.control("Leave").click()
    expect(caller.stage).to_have_count(0)
    caller.expect_no_devices()
    expect(ann.log.get_by_text(re.compile(r"Call, \d+:\d\d"))).to_be_visible()
    ann.reload()
    expect(ann.log.get_by_text("what is for lunch?")).to_be_visible()


def test_without_a_model_for_speech_the_chat_is_offered(meet: Meet) -> None:
    ann = meet("ann", permissions=["microphone"])
    ann.sign_up()
    ann.row("Beside").click()
    caller = Caller(ann)
    caller.button("Call").click()
    ann.page.get_by_role("dialog", name="Before the call").get_by_role("button", name="Call", exact=True).click()
    expect(ann.page.get_by_text("Write to it instead.")).to_be_visible()
    expect(caller.button("Call again")).to_have_count(0)


def writing_down(meet: Meet) -> tuple[Caller, Caller]:
    """Return Ann and Ben in a call with sound, in which Ann wants her words written down; her panel is open."""
    ann, ben = (meet(name, permissions=["microphone"]) for name in ("ann", "ben"))
    ann.sign_up()
    ben.sign_up()
    ann.find("ben")
    ann.send("Shall we talk?")
    ben.open("ann")
    caller, callee = Caller(ann), Caller(ben)
    caller.call(picture=False)
    callee.answer("Sound only")
    caller.expect_talking()
    caller.control("More").click()
    caller.stage.get_by_role("button", name="Write down what I say").click()
    return caller, callee


def test_without_a_model_for_speech_nothing_is_written_down_and_the_call_says_so(meet: Meet) -> None:
    caller, callee = writing_down(meet)
    words = caller.stage.get_by_text("Captions need a model for speech.")
    expect(words.last).to_be_visible()
    # Over the picture too, when the panel is shut.
    caller.control("More").click()
    expect(words.locator("visible=true")).to_have_count(1)
    expect(callee.stage.get_by_text("Captions:")).to_have_count(0)


def test_who_agrees_has_their_words_written_down(hearing: None, meet: Meet, model: OpenAIServer) -> None:
    model.hears = ["the invoice is paid", ""]
    caller, callee = writing_down(meet)
    expect(caller.stage).to_contain_text("ben is told.")
    expect(caller.stage.get_by_text("Captions: you")).to_be_visible()
    expect(callee.stage.get_by_text("Captions: ann")).to_be_visible()
    for each in (caller, callee):
        said = each.person.message("the invoice is paid")
        expect(said).to_have_count(1, timeout=60_000)
        expect(said).to_contain_text("said in a call")
    caller.stage.get_by_role("button", name="Stop writing down what I say").click()
    expect(caller.stage.get_by_role("button", name="Write down what I say", exact=True)).to_be_visible()
    for each in (caller, callee):
        expect(each.stage.get_by_text("Captions:")).to_have_count(0)
    callee.control("Leave").click()
    expect(caller.person.log.get_by_text(re.compile(r"Call, \d+:\d\d"))).to_be_visible()
