"""Another name for the assistant: seen by everybody, and heard by it."""

import pytest

from chatbeside.domain.errors import InvalidInput, NotAllowed
from chatbeside.services.events import AccountChanged
from tests.assistant.conftest import Chat, MakeChat
from tests.servers.openai_server import OpenAIServer


async def test_both_names_call_it(chat: Chat) -> None:
    ann, ben = await chat.people("ann"), await chat.people("ben")
    room = await chat.room(ann, ben)
    await chat.services.assistant.rename(ann, "Helping  Hand ")
    (found,) = await chat.services.people.search(ann, "beside", limit=2)
    assert (found.username, found.display_name) == ("beside", "Helping Hand")
    assert [e.user_id for e in chat.heard.events if isinstance(e, AccountChanged)] == [chat.beside]
    asked = await chat.say(ben, room, "@helping-hand: what do the ticks mean?")
    assert asked.mentions == (chat.beside,)
    assert "What the ticks mean" in (await chat.answer_to(asked)).content
    assert "What the ticks mean" in (await chat.answer(ben, room, "@beside what do the ticks mean?")).content
    assert "What the ticks mean" in (await chat.answer(ben, room, "@Helping-Hand what do the ticks mean?")).content
    quiet = await chat.say(ben, room, "@helping out, and `@helping-hand` and a@helping-hand.org")
    await chat.services.assistant.idle()
    assert (await chat.timeline(room))[-1].id == quiet.id
    # The name before the last one is nobody's.
    await chat.services.assistant.rename(ann, "Robo")
    assert (await chat.say(ben, room, "@helping-hand hello")).mentions == ()
    assert (await chat.say(ben, room, "@robo hello")).mentions == (chat.beside,)


async def test_it_says_its_name(chat: Chat) -> None:
    ann = await chat.people("ann")
    own = await chat.own(ann)
    await chat.services.assistant.rename(ann, "Robo")
    assert "I am **Robo**" in (await chat.answer(ann, own, "who are you?")).content
    helped = (await chat.answer(ann, own, "/help member tag program")).content
    assert "Robo is the assistant" in helped
    assert "Beside" not in helped
    ben = await chat.people("ben")
    assert "I am **Robo**" in (await chat.timeline(await chat.own(ben)))[0].content


async def test_a_model_is_told_the_name(make_chat: MakeChat, model: OpenAIServer) -> None:
    chat = await make_chat(model)
    ann = await chat.people("ann")
    await chat.services.assistant.rename(ann, "Robo")
    await chat.answer(ann, await chat.own(ann), "hello")
    assert model.requests[-1]["messages"][0]["content"].startswith("You are Robo, the assistant in")


async def test_administrators_name_it_and_not_as_somebody(chat: Chat) -> None:
    ann, ben = await chat.people("ann"), await chat.people("ben")
    with pytest.raises(NotAllowed):
        await chat.services.assistant.rename(ben, "Robo")
    for name in ("", "x", "y" * 33, "a\nb\x00", "<b>bold</b>", "@robo", "Ben", "Everyone", "-a"):
        with pytest.raises(InvalidInput) as caught:
            await chat.services.assistant.rename(ann, name)
        assert set(caught.value.fields) == {"name"}
    assert await chat.services.assistant.rename(ann, "Beside") == "Beside"


async def test_whoever_has_the_name_is_called_by_it(chat: Chat) -> None:
    ann = await chat.people("ann")
    await chat.services.assistant.rename(ann, "Robo")
    robo = await chat.people("robo")
    room = await chat.room(ann, robo)
    assert (await chat.say(ann, room, "@robo hello")).mentions == (robo.user.id,)
    await chat.services.assistant.idle()
    assert len(await chat.timeline(room)) == 1


async def test_it_is_kept_over_a_restart(make_chat: MakeChat) -> None:
    first = await make_chat()
    ann = await first.people("ann")
    room = await first.room(ann)
    await first.services.assistant.rename(ann, "Robo")
    await first.services.stop()
    second = await make_chat()
    assert await second.services.assistant.name() == "Robo"
    assert "What the ticks mean" in (await second.answer(ann, room, "@robo what do the ticks mean?")).content
