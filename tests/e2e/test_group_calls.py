"""A call of a room with three browsers: who hears and sees whom is asserted by what they decode."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.e2e.rooms import make_room
from tests.e2e.test_calls import expect_played

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.e2e.conftest import Meet
    from tests.e2e.person import Person

_READ = """async () => {
  const session = globalThis[Symbol.for("chatbeside.group")].session;
  const found = {frames: {}, energy: {}};
  if (!session) return found;
  const who = new Map();
  for (const [user, streams] of session.streams)
    for (const stream of Object.values(streams)) who.set(stream.getTracks()[0].id, user);
  (await session.stats()).forEach((entry) => {
    if (entry.type !== "inbound-rtp") return;
    const user = who.get(entry.trackIdentifier);
    if (!user) return;
    if (entry.kind === "video") found.frames[user] = entry.framesDecoded ?? 0;
    else found.energy[user] = entry.totalAudioEnergy ?? 0;
  });
  return found;
}"""
_FLOWS = f"""async ([before, voices, pictures]) => {{
  const read = {_READ};
  const now = await read();
  const risen = (key, user) => now[key][user] - (before[key][user] ?? 0);
  const more = (key, least) => Object.keys(now[key]).filter((user) => risen(key, user) > least);
  return more("energy", 0).length >= voices && more("frames", 15).length >= pictures;
}}"""


def stage(person: Person) -> Locator:
    return person.page.get_by_role("dialog", name=re.compile("^Call in Garden"))


def tiles(person: Person) -> Locator:
    return stage(person).get_by_role("figure")


def before(person: Person, title: str) -> Locator:
    """The preview, which says what it is about."""
    dialog = person.page.get_by_role("dialog", name="Before the call")
    expect(dialog.get_by_role("heading", name=title)).to_be_visible()
    return dialog


def bar(person: Person) -> Locator:
    return person.page.get_by_role("status").filter(has_text="Call in progress")


def expect_flow(person: Person, *, voices: int, pictures: int) -> None:
    """Expect that so many others are heard, and so many seen, from now on."""
    before: Any = person.page.evaluate(_READ)
    person.page.wait_for_function(_FLOWS, arg=[before, voices, pictures], timeout=30_000)


def test_three_come_and_go(meet: Meet) -> None:
    ann, ben, cleo = (meet(name, permissions=["camera", "microphone"]) for name in ("ann", "ben", "cleo"))
    for person in (ann, ben, cleo):
        person.sign_up()
    make_room(ann, "Garden", members=("ben", "cleo"))
    for person in (ben, cleo):
        person.open("Garden")

    ann.page.get_by_role("button", name="Call with picture").click()
    before(ann, "Start a call in Garden").get_by_role("button", name="Start").click()
    expect(tiles(ann)).to_have_count(1)
    expect(stage(ann)).to_contain_text("You are the first")
    expect(bar(ben)).to_contain_text("1 person: ann")
    bar(ben).get_by_role("button", name="With picture").click()
    # The preview shows what the others will see, and whether the microphone hears anything.
    dialog = before(ben, "Join the call in Garden")
    expect(dialog.get_by_label("Your picture")).to_be_visible()
    dialog.get_by_text("Ask again next time").click()
    dialog.get_by_role("button", name="Join").click()
    expect_flow(ann, voices=1, pictures=1)
    expect_flow(ben, voices=1, pictures=1)

    # A third one comes with sound only, and is heard and seen too.
    expect(bar(cleo)).to_contain_text("2 people")
    bar(cleo).get_by_role("button", name="Join").click()
    before(cleo, "Join the call in Garden").get_by_role("button", name="Join").click()
    for person, pictures in ((ann, 1), (ben, 1), (cleo, 2)):
        expect(tiles(person)).to_have_count(3)
        expect_flow(person, voices=2, pictures=pictures)
    expect(tiles(ann).filter(has_text="cleo").locator("video")).to_have_count(0)

    # Somebody shares their screen in place of the camera, and looks at the settings, where the others are heard.
    stage(ann).get_by_role("button", name="Share").click()
    expect(tiles(ben).get_by_label("Screen of ann")).to_be_visible()
    expect_flow(ben, voices=2, pictures=1)
    stage(ann).get_by_role("button", name="Stop sharing").click()
    expect(tiles(ben).get_by_label("Picture of ann")).to_be_visible()
    expect_flow(ben, voices=2, pictures=1)
    ann.page.keyboard.press("Escape")
    ann.page.get_by_role("link", name="Settings").click()
    expect(ann.page.get_by_role("heading", name="Appearance")).to_be_visible()
    expect_played(ann.page, "group-media=voice")
    expect_flow(ann, voices=2, pictures=0)
    here = ann.page.get_by_role("region", name="The call")
    expect(here).to_contain_text("You are in the call in Garden")
    here.get_by_role("button", name="Back to the call").click()
    stage(ann).get_by_role("button", name="Back to the call").click()
    expect(tiles(ann)).to_have_count(3)
    expect_flow(ann, voices=2, pictures=1)

    # Muted, camera on, and a reload in the middle.
    stage(cleo).get_by_role("button", name="Mute").click()
    expect(tiles(ann).filter(has_text="cleo")).to_contain_text("Muted")
    stage(cleo).get_by_role("button", name="Camera").click()
    expect_flow(ann, voices=1, pictures=2)
    cleo.page.reload()
    expect(tiles(cleo)).to_have_count(3)
    expect_flow(ann, voices=1, pictures=2)
    expect_flow(cleo, voices=2, pictures=2)

    # Who is put out of the room is cut off; the last one who leaves ends it.
    stage(ben).get_by_role("button", name="Leave").click()
    expect(tiles(ann)).to_have_count(2)
    expect(bar(ben)).to_contain_text("2 people")
    remove(ann, "cleo")
    expect(cleo.page.get_by_role("region", name="The call")).to_contain_text("not in this call any more")
    expect(tiles(ann)).to_have_count(1)
    stage(ann).get_by_role("button", name="Leave").click()
    expect(bar(ben)).to_have_count(0)
    expect(ben.page.get_by_role("log")).to_contain_text(re.compile(r"Call with picture, .*ann, cleo,? and you"))


def remove(person: Person, name: str) -> None:
    """Put somebody out of the open room, by REST: the page is tested elsewhere."""
    done = person.page.evaluate(
        """async (name) => {
          const hub = globalThis[Symbol.for("chatbeside.group")];
          const users = hub.session.call.seats.map((seat) => seat.user);
          const user = users.find((id) => hub.people.name(id) === name);
          const path = `/api/rooms/${hub.session.call.room}/members/${user}`;
          return (await fetch(path, {method: "DELETE", headers: {"X-Chatbeside": "1"}})).ok;
        }""",
        name,
    )
    assert done


def test_a_call_whose_parts_cannot_be_fetched_is_said_to_be_none_and_comes_with_the_next_press(meet: Meet) -> None:
    ann, ben = meet("ann", permissions=["camera", "microphone"]), meet("ben")
    for person in (ann, ben):
        person.sign_up()
    make_room(ann, "Garden", members=("ben",))
    ben.open("Garden")
    # The session comes and the stage does not.
    parts = re.compile(r"/assets/stage-.*\.js")
    ann.page.route(parts, lambda route: route.abort())
    ann.page.get_by_role("button", name="Call", exact=True).click()
    before(ann, "Start a call in Garden").get_by_role("button", name="Start").click()
    notice = ann.page.get_by_role("region", name="The call")
    expect(notice).to_contain_text("A part of the page could not be fetched")
    expect(ann.field).to_be_visible()
    expect(bar(ben)).to_have_count(0)
    ann.page.unroute(parts)
    ann.page.get_by_role("button", name="Call", exact=True).click()
    before(ann, "Start a call in Garden").get_by_role("button", name="Start").click()
    expect(tiles(ann)).to_have_count(1)
    expect(notice).to_have_count(0)
    expect(bar(ben)).to_contain_text("1 person: ann")
