"""Calls between two browsers. That media flows is asserted by what they decode, never by what the page says alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Meet
from tests.e2e.person import Person

if TYPE_CHECKING:
    from playwright.sync_api import Locator


def reading(report: str, element: str) -> str:
    """Return the script that reads what has come so far: from a report of statistics, and from what plays it."""
    return f"""async () => {{
  const found = {{frames: 0, energy: 0, time: document.querySelector("{element}")?.currentTime ?? 0}};
  (await {report})?.forEach((entry) => {{
    if (entry.type !== "inbound-rtp") return;
    found.frames += entry.framesDecoded ?? 0;
    found.energy += entry.totalAudioEnergy ?? 0;
  }});
  return found;
}}"""


def flowing(read: str, energy: float = 0.01) -> str:
    """Return the script that says whether picture and sound, as far as asked for, come within two seconds."""
    return f"""async ([picture, sound]) => {{
  const read = {read};
  const before = await read();
  await new Promise((done) => setTimeout(done, 2000));
  const now = await read();
  const seen = now.frames - before.frames > 10 && now.time - before.time > 1;
  return (seen || !picture) && (now.energy - before.energy > {energy} || !sound);
}}"""


READ = reading('globalThis[Symbol.for("chatbeside.calls")].peer?.stats()', "video[data-call-media=remote]")
_FLOWS = flowing(READ)
_CODE = "() => globalThis[Symbol.for('chatbeside.calls')].view.code"


_PLAYED = """async (mark) => {
  const time = (one) => (one.paused ? -1 : one.currentTime);
  const all = () => [...document.querySelectorAll(`audio[data-${mark}]`)].map(time);
  const before = all();
  await new Promise((done) => setTimeout(done, 500));
  const now = all();
  return now.length > 0 && now.length === before.length && now.every((time, i) => time > before[i]);
}"""


def expect_played(page: Any, mark: str) -> None:
    """Expect that the elements marked so play, all of them."""
    page.wait_for_function(_PLAYED, arg=mark)


@dataclass
class Caller:
    """A person with the words of calls."""

    person: Person

    @property
    def page(self) -> Any:
        return self.person.page

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name, exact=isinstance(name, str))

    @property
    def stage(self) -> Locator:
        return self.page.get_by_role("dialog", name=re.compile("^Call with "))

    def control(self, name: str) -> Locator:
        return self.stage.get_by_role("button", name=re.compile(f"^{name}"))

    def call(self, *, picture: bool) -> None:
        """Call the person whose conversation is open, through the preview."""
        self.button("Call with picture" if picture else "Call").click()
        dialog = self.page.get_by_role("dialog", name="Before the call")
        dialog.get_by_role("button", name="Call", exact=True).click()
        expect(self.stage).to_contain_text("Ringing…")
        expect(self.stage).not_to_contain_text("encrypted")  # nothing goes anywhere yet

    @property
    def incoming(self) -> Locator:
        return self.page.get_by_role("alertdialog")

    def answer(self, how: str) -> None:
        self.incoming.get_by_role("button", name=how).click()

    def read(self) -> dict[str, float]:
        return self.page.evaluate(READ)

    def expect_flow(self, *, picture: bool, sound: bool = True) -> None:
        """What should come comes at a fair rate, now or soon; what should not does not come meanwhile."""
        before = self.read()
        self.page.wait_for_function(_FLOWS, arg=[picture, sound], timeout=30_000)
        after = self.read()
        if not picture:
            assert after["frames"] - before["frames"] <= 10, (self.person.name, before, after)
        if not sound:
            assert after["energy"] - before["energy"] <= 0.01, (self.person.name, before, after)

    def wait_until_still(self, what: str) -> None:
        """What was under way of "frames" or of "energy" is taken in: a second brings nothing more of it."""
        still = f"async () => {{ const read = {READ}; const before = await read();"
        still += " await new Promise((done) => setTimeout(done, 1000));"
        still += f" return (await read()).{what} - before.{what} < 1e-4; }}"
        self.page.wait_for_function(still)

    def expect_silence(self) -> None:
        """What was under way is heard out; from then on there is nothing."""
        self.wait_until_still("energy")
        self.expect_flow(picture=False, sound=False)

    def expect_sound_alone(self) -> None:
        """The pictures under way are seen out; from then on there is sound and no picture."""
        self.wait_until_still("frames")
        self.expect_flow(picture=False)

    def expect_talking(self) -> None:
        expect(self.stage.locator("time").first).to_have_text(re.compile(r"\d\d:\d\d"))

    def expect_no_devices(self) -> None:
        assert self.page.evaluate("() => globalThis[Symbol.for('chatbeside.calls')].peer") is None


def expect_same_code(pair: tuple[Caller, Caller]) -> None:
    """Both come to have a code to read to each other, and it is the same one."""
    for caller in pair:
        caller.page.wait_for_function(_CODE)
    one, other = (caller.page.evaluate(_CODE) for caller in pair)
    assert one == other


@pytest.fixture
def pair(meet: Meet) -> tuple[Caller, Caller]:
    """Ann and Ben, in their conversation."""
    ann, ben = meet("ann", permissions=["camera", "microphone"]), meet("ben", permissions=["camera", "microphone"])
    ann.sign_up()
    ben.sign_up()
    ann.find("ben")
    ann.send("Shall we talk?")
    ben.open("ann")
    return Caller(ann), Caller(ben)


def test_a_call_with_picture(pair: tuple[Caller, Caller]) -> None:
    ann, ben = pair
    ann.call(picture=True)
    expect(ben.incoming).to_contain_text("ann is calling you")
    expect(ben.incoming).to_contain_text("Call with picture")
    expect(ben.page).to_have_title("ann is calling")
    ben.answer("With picture")
    for caller in pair:
        caller.expect_talking()
    for caller in pair:
        caller.expect_flow(picture=True)
    expect_same_code(pair)
    shown = []
    for caller in pair:
        caller.control("More").click()
        expect(caller.stage.locator("output")).to_have_text(re.compile(r"^\d{4}( \d{4}){4}$"))
        shown.append(caller.stage.locator("output").inner_text())
    assert shown[0] == shown[1], "what they read to each other is the same"

    # A window over other programs, and back.
    ann.button("Window over other programs").click()
    ann.page.wait_for_function("() => document.pictureInPictureElement?.dataset.callMedia === 'remote'")
    ann.button("Window over other programs").click()
    ann.page.wait_for_function("() => document.pictureInPictureElement === null")

    # A small window while reading; the call goes on in it.
    ben.button("Small window").click()
    ben.person.write("I can write meanwhile")
    ben.expect_flow(picture=True)
    ben.button("Back to the call").click()

    ben.control("Leave").click()
    for caller in pair:
        expect(caller.stage).to_be_hidden()
        expect(caller.page.get_by_text("Call ended")).to_be_visible()
        expect(caller.page.get_by_text(re.compile(r"It lasted \d+ (s|min)"))).to_be_visible()
        expect(caller.person.log).to_contain_text("Call with picture,")
        caller.expect_no_devices()


def test_sound_then_picture_mute_and_screen(pair: tuple[Caller, Caller]) -> None:
    ann, ben = pair
    ann.call(picture=False)
    ben.answer("Sound only")
    for caller in pair:
        caller.expect_talking()
    ann.expect_flow(picture=False)
    ben.expect_flow(picture=False)

    # The energy rose before; when Ann is mute it does not.
    ann.page.keyboard.press("m")
    expect(ben.stage.get_by_text("Muted")).to_be_attached()
    ben.expect_silence()
    ann.page.keyboard.press("m")
    expect(ben.stage.get_by_text("Muted")).not_to_be_attached()

    ann.page.keyboard.press("v")
    expect(ben.page.get_by_label("Picture of ann")).to_be_visible()
    ben.expect_flow(picture=True)
    ann.control("Share").click()
    expect(ben.page.get_by_label("Screen of ann")).to_be_visible()
    frames = ben.read()["frames"]
    ben.page.wait_for_function(f"async () => (await ({READ})()).frames > {frames} + 3")
    ann.control("Stop sharing").click()
    expect(ben.page.get_by_label("Picture of ann")).to_be_visible()
    ann.page.keyboard.press("v")
    expect(ben.page.get_by_label("Picture of ann")).to_be_hidden()
    ben.expect_sound_alone()
    ann.control("Leave").click()
    expect(ben.stage).to_be_hidden()
    expect(ben.person.log).to_contain_text(re.compile(r"Call, \d:\d\d"))


def test_a_call_is_heard_on_other_pages(pair: tuple[Caller, Caller]) -> None:
    ann, ben = pair
    ann.call(picture=False)
    ben.answer("Sound only")
    for caller in pair:
        caller.expect_talking()
    ann.page.keyboard.press("Escape")
    ann.page.get_by_role("link", name="Settings").click()
    expect(ann.page.get_by_role("heading", name="Appearance")).to_be_visible()
    expect_played(ann.page, "call-media=sound")
    ann.expect_flow(picture=False)
    here = ann.page.get_by_role("region", name="The call")
    expect(here).to_contain_text("You are in a call with ben")
    here.get_by_role("button", name="Back to the call").click()
    expect(ann.stage).to_be_visible()
    expect_played(ann.page, "call-media=sound")
    # A call that rings meanwhile is said there, too; one that is over is not.
    ann.page.get_by_role("link", name="Settings").click()
    ben.control("Leave").click()
    expect(here).to_have_count(0)
    ben.call(picture=False)
    expect(here).to_contain_text("ben is calling")
    here.get_by_role("button", name="Back to the call").click()
    ann.answer("Sound only")
    ann.expect_talking()
    ann.control("Leave").click()


def test_a_preview_does_not_outlive_the_chat(pair: tuple[Caller, Caller]) -> None:
    ann, _ = pair
    ann.page.get_by_role("link", name="Settings").click()
    expect(ann.page.get_by_role("heading", name="Appearance")).to_be_visible()
    ann.page.go_back()
    ann.button("Call with picture").click()
    expect(ann.page.get_by_role("dialog", name="Before the call").locator("video")).to_be_visible()
    picture = "globalThis[Symbol.for('chatbeside.calls')].preview.picture"
    ann.page.evaluate(f"() => (globalThis.track = {picture}.getTracks()[0])")
    ann.page.go_forward()
    expect(ann.page.get_by_role("heading", name="Appearance")).to_be_visible()
    assert ann.page.evaluate(f"() => [{picture}, globalThis.track.readyState]") == [None, "ended"]


def test_declined_cancelled_and_answered_by_message(pair: tuple[Caller, Caller]) -> None:
    ann, ben = pair
    ann.call(picture=False)
    ben.answer("Decline")
    expect(ann.page.get_by_text("ben declined")).to_be_visible()
    expect(ben.incoming).to_be_hidden()
    expect(ann.person.log).to_contain_text("declined")

    ann.button("Call again").click()
    ann.page.get_by_role("dialog", name="Before the call").get_by_role("button", name="Call", exact=True).click()
    expect(ben.incoming).to_be_visible()
    ann.control("Leave").click()
    expect(ben.incoming).to_be_hidden()
    expect(ben.page.get_by_text("Missed call from ann")).to_be_visible()
    expect(ann.stage).to_be_hidden()

    ann.call(picture=False)
    ben.answer("Answer with a message")
    expect(ben.incoming).to_be_hidden()
    ben.person.expect_open("ann")
    expect(ann.page.get_by_text("ben declined")).to_be_visible()
    ann.expect_no_devices()


def test_a_second_device_answers(pair: tuple[Caller, Caller], meet: Meet) -> None:
    ann, ben = pair
    other = Caller(meet("ben", permissions=["camera", "microphone"]))
    other.person.log_in()
    ann.call(picture=True)
    expect(ben.incoming).to_be_visible()
    other.answer("Sound only")
    expect(ben.incoming).to_be_hidden()
    expect(ben.page.get_by_text("Answered on another device")).to_be_visible()
    other.expect_talking()
    other.expect_flow(picture=True)
    ann.expect_flow(picture=False)
    other.control("Leave").click()
    expect(ann.stage).to_be_hidden()
    ben.expect_no_devices()


def test_a_browser_without_floating_windows_offers_none(pair: tuple[Caller, Caller]) -> None:
    ann, ben = pair
    ann.page.add_init_script("Object.defineProperty(document, 'pictureInPictureEnabled', {value: false})")
    ann.person.reload()
    ann.call(picture=False)
    ben.answer("With picture")
    ann.expect_talking()
    expect(ann.page.get_by_label("Picture of ben")).to_be_visible()
    ann.control("More").click()
    expect(ann.stage.get_by_role("complementary")).to_be_visible()
    expect(ann.button("Window over other programs")).to_be_hidden()
    ann.control("Leave").click()
    expect(ben.stage).to_be_hidden()


def test_busy(pair: tuple[Caller, Caller], meet: Meet) -> None:
    ann, ben = pair
    eve = Caller(meet("eve", permissions=["camera", "microphone"]))
    eve.person.sign_up()
    eve.person.find("ben")
    ann.call(picture=False)
    expect(ben.incoming).to_be_visible()
    eve.button("Call").click()
    eve.page.get_by_role("dialog", name="Before the call").get_by_role("button", name="Call", exact=True).click()
    expect(eve.page.get_by_text("ben is in another call")).to_be_visible()
    ben.answer("Sound only")
    ben.expect_talking()
    ben.control("Leave").click()
    ben.person.expect_unread("eve", 1)


@pytest.mark.parametrize("who", [0, 1], ids=["the caller", "the callee"])
def test_a_reload_comes_back_into_the_call(pair: tuple[Caller, Caller], who: int) -> None:
    ann, ben = pair
    ann.call(picture=True)
    ben.answer("With picture")
    for caller in pair:
        caller.expect_talking()
    pair[who].person.reload()
    for caller in pair:
        caller.expect_talking()
        expect(caller.page.locator("video[data-call-media=remote]")).to_be_visible()
    for caller in pair:
        caller.expect_flow(picture=True)
    expect_same_code(pair)
    pair[who].control("Leave").click()
    for caller in pair:
        expect(caller.stage).to_be_hidden()


def test_without_the_server_for_a_while_the_call_goes_on(pair: tuple[Caller, Caller]) -> None:
    """The two talk directly; only what is told about the call waits."""
    ann, ben = pair
    ann.call(picture=False)
    ben.answer("Sound only")
    for caller in pair:
        caller.expect_talking()
    ann.person.wire.cut()
    ann.expect_flow(picture=False)
    ann.page.keyboard.press("v")
    ann.person.wire.mend()
    expect(ben.page.get_by_label("Picture of ann")).to_be_visible(timeout=30_000)
    ben.expect_flow(picture=True)
    ann.control("Leave").click()
    expect(ben.stage).to_be_hidden()


def test_nobody_is_seen_or_heard_without_permission(pair: tuple[Caller, Caller]) -> None:
    ann, ben = pair
    refuse = """() => {
      navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", "NotAllowedError"); };
    }"""
    ben.page.evaluate(refuse)
    ann.call(picture=True)
    ben.answer("With picture")
    ben.expect_talking()
    expect(ben.stage).to_contain_text("Allow it beside the address of this page")
    ben.expect_flow(picture=True)
    expect(ann.stage.get_by_text("Muted")).to_be_attached()
    ann.expect_flow(picture=False, sound=False)
    ann.control("Leave").click()
