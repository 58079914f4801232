"""The assistant in a real browser: without a key, and with a language model on loopback."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import Meet
from tests.e2e.person import Person
from tests.e2e.product import Product
from tests.servers.openai_server import OpenAIServer


@pytest.fixture
def model() -> Iterator[OpenAIServer]:
    """A language model; the product uses it where a test asks for this fixture before the product."""
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def product(built: None, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Product]:
    """A fresh product with the assistant, and with ``model`` where the test has it."""
    settings = {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""}
    if "model" in request.fixturenames:
        settings = {"OPENAI_BASE_URL": request.getfixturevalue("model").url, "OPENAI_MODEL": "tiny"}
    with Product(tmp_path / "data", **settings) as product:
        yield product
        troubles = product.troubles()
    assert troubles == []


def answers(person: Person) -> Locator:
    """What the assistant has said and is saying."""
    return person.log.locator("article.bot")


def open_beside(person: Person) -> None:
    person.row("Beside").click()
    expect(answers(person).first).to_be_visible()


def test_first_conversation_without_a_key(meet: Meet) -> None:
    ann = meet("ann")
    ann.sign_up()
    open_beside(ann)
    expect(answers(ann).first).to_contain_text("No language model is connected")
    expect(ann.page.locator(".talk-h")).to_contain_text("nothing leaves this server")
    ann.send("What do the ticks mean?")
    expect(answers(ann).last).to_contain_text("What the ticks mean")
    ann.send("write a poem about the sea")
    expect(answers(ann).last).to_contain_text("no language model is connected")
    ann.send("/remind in 2 hours water the plants")
    expect(answers(ann).last).to_contain_text("I will remind you")


def test_commands_are_completed_and_wrong_ones_kept(meet: Meet) -> None:
    ann = meet("ann")
    ann.sign_up()
    open_beside(ann)
    ann.field.press_sequentially("/s")
    options = ann.page.get_by_role("listbox", name="Commands").get_by_role("option")
    expect(options).to_have_count(2)
    ann.field.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    ann.field.press("ArrowUp")
    ann.field.press("Enter")
    expect(ann.field).to_have_value("/summarise ")
    expect(options).to_have_count(0)
    ann.field.fill("/he")
    ann.field.press("Tab")
    expect(ann.field).to_have_value("/help ")
    ann.field.press("Enter")
    expect(answers(ann).last).to_contain_text("These are the commands")
    ann.field.press_sequentially("/p")
    ann.field.press("Escape")
    expect(options).to_have_count(0)
    expect(ann.field).to_have_value("/p")


def test_catch_up_whose_citation_jumps(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    ben.find("ann")
    for number in range(30):
        ben.send(f"filler number {number}")
    ben.send("We decided that the release moves to Friday at noon.")
    for number in range(30):
        ben.send(f"further filler {number}")
    ben.expect_state("further filler 29", "Delivered")
    open_beside(ann)
    ann.send("/catchup")
    answer = answers(ann).last
    expect(answer).to_contain_text("the release moves to Friday at noon.")
    item = answer.locator("li", has_text="release moves to Friday")
    ann.page.evaluate("window.stillTheSamePage = true")
    item.locator("a.cite").click()
    ann.expect_open("ben")
    assert ann.page.evaluate("window.stillTheSamePage")
    expect(ann.log.locator("article.lit")).to_contain_text("the release moves to Friday at noon.")
    expect(ann.log.locator("article.lit")).to_be_in_viewport()


def test_a_command_in_another_conversation(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    ben.find("ann")
    ben.send("The invoice must be paid by Friday.")
    ann.open("ben")
    ann.field.fill("/nothing")
    ann.field.press("Enter")
    expect(ann.page.get_by_text("There is no command /nothing")).to_be_visible()
    expect(ann.field).to_have_value("/nothing")
    ann.field.fill("/summarise")
    ann.field.press("Enter")
    expect(ann.field).to_have_value("")
    ann.page.get_by_role("link", name="See the answer").click()
    expect(answers(ann).last).to_contain_text("The invoice must be paid by Friday.")
    expect(ben.messages).to_have_count(1)


def test_words_grow_stop_and_ask_again(meet: Meet, model: OpenAIServer) -> None:
    gate = threading.Semaphore(0)
    model.reply("Soup", " and", " bread", " and", " tea.", gate=gate)
    ann = meet("ann")
    ann.sign_up()
    open_beside(ann)
    expect(ann.page.locator(".talk-h")).to_contain_text("tiny, runs on this server")
    ann.send("What is for lunch?")
    growing = ann.log.locator("article[data-streaming]")
    seen = []
    for text in ("Soup", "Soup and", "Soup and bread"):
        gate.release()
        expect(growing.locator(".md")).to_have_text(text)
        seen.append(growing.inner_text())
    assert len(set(seen)) == 3
    growing.get_by_role("button", name="Stop this answer").click()
    answer = answers(ann).last
    expect(growing).to_have_count(0)
    expect(answer.locator(".md")).to_have_text("Soup and bread")
    expect(answer).to_contain_text("Stopped.")
    gate.release(10)
    model.reply("Only", " tea.")
    answer.get_by_role("button", name="Ask again").click()
    expect(answer.locator(".md")).to_have_text("Only tea.")
    expect(answer).not_to_contain_text("Stopped.")
    expect(answers(ann)).to_have_count(2)  # the greeting and the one answer
    ann.reload()
    expect(answers(ann).last.locator(".md")).to_have_text("Only tea.")


def test_a_failure_is_said_in_words_and_the_chat_goes_on(meet: Meet, model: OpenAIServer) -> None:
    model.reply(status=401)
    ann = meet("ann")
    ann.sign_up()
    open_beside(ann)
    ann.send("hello")
    expect(answers(ann).last).to_contain_text("refuses this server's key")
    model.reply("Here I am.")
    answers(ann).last.get_by_role("button", name="Ask again").click()
    expect(answers(ann).last.locator(".md")).to_have_text("Here I am.")


def test_the_administrator_connects_a_model(meet: Meet, tmp_path: Path) -> None:
    with OpenAIServer(key="sk-right") as model:
        ann, ben = meet("ann"), meet("ben")
        ann.sign_up()
        ben.sign_up()
        ann.page.goto("/settings")
        form = ann.page.get_by_role("main").locator("form").filter(has=ann.page.get_by_role("radio"))
        form.get_by_role("radio", name=re.compile("OpenAI-compatible")).check()
        form.get_by_label("Address").fill(model.url)
        form.get_by_role("button", name="Save").click()
        expect(form.get_by_label("Model")).to_have_accessible_description("Give the model's name at the provider.")
        form.get_by_label("Model").fill("tiny")
        form.get_by_label("Key").fill("sk-wrong")
        form.get_by_role("button", name="Save").click()
        expect(form.get_by_role("status")).to_have_text("Saved.")
        form.get_by_role("button", name="Test").click()
        expect(form.get_by_role("status")).to_contain_text("refuses this server's key")
        form.get_by_label("Key").fill("sk-right")
        form.get_by_role("button", name="Save").click()
        form.get_by_role("button", name="Test").click()
        expect(form.get_by_role("status")).to_contain_text("“tiny” answered: ready")
        assert "sk-right" not in ann.page.content()
        ben.page.goto("/settings")
        expect(ben.page.get_by_role("heading", name="Profile")).to_be_visible()
        expect(ben.page.get_by_role("heading", name="Assistant")).to_have_count(0)


def test_a_poll_is_clicked_moved_and_closed(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    ben.find("ann")
    ben.send("/poll Lunch at noon? yes, no, later")
    ann.open("ben")
    polls = [person.log.get_by_role("group", name="Poll: Lunch at noon?") for person in (ann, ben)]
    for poll in polls:
        expect(poll.get_by_role("button", name=re.compile(r"^(yes|no|later) \d"))).to_have_count(3)
    polls[0].get_by_role("button", name="later 0").click()
    polls[1].get_by_role("button", name="yes 0").click()
    for poll in polls:
        expect(poll).to_contain_text("2 votes")
    polls[0].get_by_role("button", name="yes 1").click()
    for poll, first in zip(polls, ("ben and You", "You and ann"), strict=True):
        expect(poll.get_by_role("button", name="yes 2")).to_have_attribute("aria-pressed", "true")
        expect(poll.get_by_role("button", name="later 0")).to_have_attribute("aria-pressed", "false")
        expect(poll.get_by_role("button", name="yes 2")).to_have_attribute("title", re.compile(first, re.I))
    expect(polls[0].get_by_role("button", name="Close the poll")).to_have_count(0)
    polls[1].get_by_role("button", name="Close the poll").click()
    for poll in polls:
        expect(poll).to_contain_text("2 votes, closed")
        expect(poll.get_by_role("button", name="no 0")).to_be_disabled()
    ann.reload()
    expect(polls[0]).to_contain_text("2 votes, closed")


def test_another_name_is_everybodys_at_once(meet: Meet) -> None:
    ann, ben = meet("ann"), meet("ben")
    ann.sign_up()
    ben.sign_up()
    open_beside(ben)
    ann.page.goto("/settings")
    form = ann.page.get_by_role("main").locator("form.ast-set")
    form.get_by_label("Name").fill("a")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_label("Name")).to_have_accessible_description("Use 2 to 32 characters.")
    form.get_by_label("Name").fill("Robo")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("status")).to_have_text("Saved.")
    expect(ben.row("Robo")).to_be_visible()
    expect(answers(ben).first.locator("header")).to_contain_text("Robo")
    ben.send("who are you?")
    expect(answers(ben).last).to_contain_text("I am Robo")


def test_in_a_room_of_three_everybody_sees_it_grow(meet: Meet, model: OpenAIServer) -> None:
    people = [meet(name) for name in ("ann", "ben", "eve")]
    for person in people:
        person.sign_up()
    made = people[0].page.evaluate(
        """async () => {
            const found = async (name) => (await (await fetch(`/api/users?query=${name}`)).json()).users[0]._id;
            const members = await Promise.all(["ben", "eve", "beside"].map(found));
            const headers = {"X-Chatbeside": "1", "Content-Type": "application/json"};
            const body = JSON.stringify({name: "Workshop", members});
            return (await fetch("/api/rooms", {method: "POST", headers, body})).json();
        }"""
    )
    gate = threading.Semaphore(0)
    model.reply("On", " Friday.", gate=gate)
    for person in people:
        person.page.goto(f"/?room={made['room']['room']}")
        expect(person.field).to_be_visible()
    people[1].send("The date is Friday.")
    people[0].expect_texts("The date is Friday.")
    people[0].send("@beside when?")
    gate.release()
    for person in people:
        expect(person.log.locator("article[data-streaming] .md")).to_have_text("On")
    # Only who asked, or who manages the room, can stop it: eve sees no button.
    expect(people[2].page.get_by_role("button", name="Stop this answer")).to_have_count(0)
    gate.release(5)
    for person in people:
        expect(answers(person).last.locator(".md")).to_have_text("On Friday.")
    record = str(model.requests[-1]["messages"])
    assert "The date is Friday." in record
