"""The assistant as a member, without a language model."""

import asyncio

import pytest

from chatbeside.domain.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn
from chatbeside.services.events import TypingShown
from tests.assistant.conftest import Chat, MakeChat


async def test_first_conversation_of_a_new_account(chat: Chat) -> None:
    ann = await chat.people("ann")
    rooms = await chat.services.rooms.list(ann)
    assert [(room["peer"]["username"], room["unread"]) for room in rooms if room["peer"]] == [("beside", 1)]
    hello = rooms[0]["lastMessage"]
    assert hello
    assert "No language model is connected" in hello["content"]
    assert "OPENAI_API_KEY" in hello["content"]  # ann is the administrator
    ben = await chat.people("ben")
    hello = (await chat.services.rooms.list(ben))[0]["lastMessage"]
    assert hello
    assert "OPENAI_API_KEY" not in hello["content"]


async def test_it_is_in_the_list_of_people_and_cannot_log_in(chat: Chat) -> None:
    ann = await chat.people("ann")
    (beside,) = await chat.services.people.search(ann, "besi")
    assert beside.bot
    assert beside.password_hash is None
    with pytest.raises(NotSignedIn):
        await chat.services.accounts.log_in("beside", "")
    assert await chat.services.store.users.count() == 1


async def test_a_second_start_keeps_the_account(make_chat: MakeChat) -> None:
    first = await make_chat()
    before = first.beside
    await first.services.stop()
    assert (await make_chat()).beside == before


async def test_somebody_has_its_name(make_chat: MakeChat) -> None:
    first = await make_chat(assistant=False)
    await first.people("Beside")
    await first.services.stop()
    second = await make_chat()
    assert second.services.assistant.user.username == "beside.assistant"


async def test_it_answers_in_its_conversation(chat: Chat) -> None:
    ann = await chat.people("ann")
    room = await chat.own(ann)
    answer = await chat.answer(ann, room, "what do the ticks mean?")
    assert answer.content.startswith("**What the ticks mean**")
    assert answer.sender_id == chat.beside
    about = answer.data["assistant"]
    assert isinstance(about, dict)
    assert (about["provider"], about["cut"], about["asker"]) == ("builtin", None, ann.user.id)
    typing = [event.on for event in chat.heard.events if isinstance(event, TypingShown)]
    assert typing[0]
    assert not typing[-1]


async def test_in_a_room_only_when_it_is_named(chat: Chat) -> None:
    ann, ben = await chat.people("ann"), await chat.people("ben")
    room = await chat.room(ann, ben)
    await chat.say(ann, room, "beside the point, a@beside.example @besides")
    answer = await chat.answer(ben, room, "@Beside, what day is it?")
    assert answer.content == "It is Saturday, 31 January 2026, 12:00 (UTC), week 5."
    assert answer.reply_to is not None
    assert len(await chat.timeline(room)) == 3


async def test_not_where_it_is_no_member_or_switched_off(chat: Chat) -> None:
    ann = await chat.people("ann")
    without = await chat.room(ann, beside=False)
    room = await chat.room(ann)
    await chat.services.assistant.switch(ann, room.id, on=False)
    await chat.say(ann, without, "@beside hello")
    await chat.say(ann, room, "@beside hello")
    own = await chat.own(ann)
    await chat.answer(ann, own, "hello")  # what comes later is answered, so the others will not be
    assert len(await chat.timeline(without)) == len(await chat.timeline(room)) == 1
    await chat.services.assistant.switch(ann, room.id, on=True)
    await chat.answer(ann, room, "@beside hello")


async def test_only_who_manages_a_room_switches(chat: Chat) -> None:
    ann, ben = await chat.people("ann"), await chat.people("ben")
    room = await chat.room(ann, ben)
    with pytest.raises(NotAllowed):
        await chat.services.assistant.switch(ben, room.id, on=False)
    with pytest.raises(NotFound):
        await chat.services.assistant.switch(await chat.people("eve"), room.id, on=False)


async def test_it_does_not_answer_itself_or_other_bots(chat: Chat) -> None:
    ann = await chat.people("ann")
    bot = await chat.people("bot")
    await chat.services.store.users.update(bot.user.id, {"bot": True})
    room = await chat.room(ann, bot)
    await chat.say(bot, room, "@beside hello")
    await chat.services.messages.post(room, chat.beside, "@beside hello", client_id="own")
    await chat.answer(ann, room, "@beside hello")
    assert len(await chat.timeline(room)) == 4


async def test_catch_up_cites_what_was_missed(chat: Chat) -> None:
    ann, ben = await chat.people("ann"), await chat.people("ben")
    plans, secret = await chat.room(ann, ben), await chat.room(ben)
    await chat.say(ben, plans, "Good morning.")
    moved = await chat.say(ben, plans, "We decided that the release moves to Friday at noon.")
    await chat.say(ben, secret, "We decided that the secret release moves to Monday.")
    answer = await chat.answer(ann, await chat.own(ann), "/catchup")
    assert "the release moves to Friday at noon. [1]" in answer.content
    assert "secret" not in answer.content
    (source,) = answer.data["assistant"]["sources"]  # type: ignore[index]
    assert (source["message"], source["room"], source["seq"], source["who"]) == (moved.id, plans.id, 2, "ben")


async def test_catch_up_after_everything_was_read_is_since_one_wrote(chat: Chat) -> None:
    ann, ben = await chat.people("ann"), await chat.people("ben")
    plans = await chat.room(ann, ben)
    await chat.say(ben, plans, "The old plan was approved on Monday morning.")
    await chat.say(ann, plans, "thanks")
    await chat.say(ben, plans, "The new plan must be finished by Thursday evening.")
    await chat.services.receipts.advance(ann, plans.id, read=3)
    message, own = await chat.services.assistant.command(ann, plans.id, "/catchup", client_id="k1")
    answer = await chat.answer_to(message)
    assert answer.room_id == own.id
    assert "new plan" in answer.content
    assert "old plan" not in answer.content


async def test_nothing_missed(chat: Chat) -> None:
    ann = await chat.people("ann")
    assert (await chat.answer(ann, await chat.own(ann), "/catchup")).content == "You have missed nothing."
    assert "Since when?" in (await chat.answer(ann, await chat.own(ann), "/catchup blah")).content


async def test_catch_up_since(chat: Chat, clock) -> None:
    ann, ben = await chat.people("ann"), await chat.people("ben")
    plans = await chat.room(ann, ben)
    await chat.say(ben, plans, "The first budget was approved by the board.")
    clock.advance(3 * 3600)
    await chat.say(ben, plans, "The second budget was cancelled by the board.")
    clock.advance(600)
    answer = await chat.answer(ann, await chat.own(ann), "/catchup 2 hours")
    assert "second" in answer.content
    assert "first" not in answer.content


async def test_summary_of_a_room_from_within(chat: Chat) -> None:
    ann, ben = await chat.people("ann"), await chat.people("ben")
    plans = await chat.room(ann, ben)
    await chat.say(ben, plans, "The invoice module must be finished by Friday.")
    message, _ = await chat.services.assistant.command(ann, plans.id, "/summarise", client_id="k1")
    assert "invoice module" in (await chat.answer_to(message)).content
    assert "How many" in (await chat.answer(ann, await chat.own(ann), "/summarise many")).content


async def test_struck_when_a_cited_message_changes(chat: Chat, clock) -> None:
    ann, ben = await chat.people("ann"), await chat.people("ben")
    plans = await chat.room(ann, ben)
    first = await chat.say(ben, plans, "We decided that the release moves to Friday.")
    second = await chat.say(ben, plans, "The customer must be told about the invoice today.")
    answer = await chat.answer(ann, await chat.own(ann), "/catchup")
    await chat.edit(first, content="Never mind.", edited_at=clock())
    now = await chat.services.store.messages.get(answer.id)
    assert now
    assert "~~**ben** in plans: We decided that the release moves to Friday.~~ [1]" in now.content
    await chat.edit(second, content="", deleted_at=clock())
    now = await chat.services.store.messages.get(answer.id)
    assert now
    assert "invoice" not in now.content
    assert "(deleted since)" in now.content
    assert [s["state"] for s in now.data["assistant"]["sources"]] == ["edited", "deleted"]  # type: ignore[index]
    assert now.rev == answer.rev + 2


async def test_a_reaction_strikes_nothing(chat: Chat) -> None:
    ann, ben = await chat.people("ann"), await chat.people("ben")
    plans = await chat.room(ann, ben)
    first = await chat.say(ben, plans, "We decided that the release moves to Friday.")
    answer = await chat.answer(ann, await chat.own(ann), "/catchup")
    await chat.edit(first, reactions={"x": (ann.user.id,)})
    assert await chat.services.store.messages.get(answer.id) == answer


async def test_search(chat: Chat) -> None:
    ann, ben, eve = await chat.people("ann"), await chat.people("ben"), await chat.people("eve")
    plans, other = await chat.room(ann, ben), await chat.room(ben, eve)
    await chat.say(ben, plans, "the invoice is paid")
    await chat.say(ann, plans, "which invoice?")
    await chat.say(ben, other, "a secret invoice")
    own = await chat.own(ann)
    answer = await chat.answer(ann, own, "/search invoice")
    assert "the invoice is paid [2]" in answer.content
    assert "secret" not in answer.content
    assert "which" not in (await chat.answer(ann, own, "/search invoice from:ben")).content
    assert "found nothing" in (await chat.answer(ann, own, "/search xylophone")).content
    assert "found nothing" in (await chat.answer(ann, own, "/search invoice from:nobody")).content


async def test_search_in_a_room_shows_what_all_may_read(chat: Chat) -> None:
    ann, ben, eve = await chat.people("ann"), await chat.people("ben"), await chat.people("eve")
    narrow, wide, place = await chat.room(ann, ben), await chat.room(ann, ben, eve), await chat.room(ann, eve)
    await chat.say(ann, narrow, "the narrow invoice")
    await chat.say(ann, wide, "the wide invoice")
    answer = await chat.answer(ann, place, "@beside /search invoice")
    assert "wide" in answer.content
    assert "narrow" not in answer.content


async def test_a_room_that_switched_it_off_is_not_used_elsewhere(chat: Chat) -> None:
    ann, ben = await chat.people("ann"), await chat.people("ben")
    room = await chat.room(ann, ben)
    await chat.say(ben, room, "We decided about the invoice on Monday.")
    await chat.services.assistant.switch(ann, room.id, on=False)
    own = await chat.own(ann)
    assert "nothing" in (await chat.answer(ann, own, "/search invoice")).content
    message, _ = await chat.services.assistant.command(ann, room.id, "/summarise", client_id="k")
    assert "nothing here" in (await chat.answer_to(message)).content


async def test_commands_that_are_none(chat: Chat) -> None:
    ann = await chat.people("ann")
    own = await chat.own(ann)
    assert "`/catchup`" in (await chat.answer(ann, own, "/catchpu")).content
    assert "/etc/hosts" not in (await chat.answer(ann, own, "/etc/hosts")).content
    with pytest.raises(InvalidInput):
        await chat.services.assistant.command(ann, own.id, "hello", client_id="k")
    with pytest.raises(NotFound):
        await chat.services.assistant.command(ann, "0" * 24, "/help", client_id="k")


async def test_a_command_in_a_room_stays_with_the_asker(chat: Chat) -> None:
    ann, ben = await chat.people("ann"), await chat.people("ben")
    plans = await chat.room(ann, ben)
    message, own = await chat.services.assistant.command(ann, plans.id, "/help polls", client_id="k")
    assert own == await chat.own(ann)
    assert "one vote" in (await chat.answer_to(message)).content
    assert await chat.timeline(plans) == []
    again, _ = await chat.services.assistant.command(ann, plans.id, "/help polls", client_id="k")
    assert again == message


async def test_poll_is_sent_in_the_askers_name(chat: Chat) -> None:
    ann, ben = await chat.people("ann"), await chat.people("ben")
    plans = await chat.room(ann, ben)
    message, room = await chat.services.assistant.command(ann, plans.id, "/poll Lunch? yes, no", client_id="k")
    assert (room, message.sender_id) == (plans, ann.user.id)
    assert "1️⃣ yes" in message.content
    assert message.data["poll"] == {
        "question": "Lunch?",
        "answers": ["yes", "no"],
        "several": False,
        "closedAt": None,
        "closedBy": None,
    }
    with pytest.raises(InvalidInput, match="two to nine"):
        await chat.services.assistant.command(ann, plans.id, "/poll", client_id="k2")
    assert "where the people are" in (await chat.answer(ann, await chat.own(ann), "/poll Lunch? yes, no")).content


async def test_translation_and_ask_say_what_they_need(chat: Chat) -> None:
    ann = await chat.people("ann")
    own = await chat.own(ann)
    assert "needs a language model" in (await chat.answer(ann, own, "/translate French: hello")).content
    assert "Write the text" in (await chat.answer(ann, own, "/translate French")).content
    assert "Write your question" in (await chat.answer(ann, own, "/ask")).content


async def test_somebody_elses_room_cannot_be_asked_about(chat: Chat) -> None:
    ann, eve = await chat.people("ann"), await chat.people("eve")
    room = await chat.room(ann)
    await chat.say(ann, room, "We decided on the secret date.")
    own = await chat.own(eve)
    message, _ = await chat.services.messages.post(
        own, eve.user.id, "/summarise", client_id="f", data={"about": room.id}
    )
    assert "secret" not in (await chat.answer_to(message)).content
    message, _ = await chat.services.messages.post(
        own, eve.user.id, "/translate French", client_id="g", data={"quoted": (await chat.timeline(room))[0].id}
    )
    assert "Write the text" in (await chat.answer_to(message)).content


async def test_several_ask_at_once(chat: Chat) -> None:
    people = [await chat.people(f"p{n}") for n in range(12)]
    rooms = [await chat.own(person) for person in people]
    answers = await asyncio.gather(
        *(chat.answer(person, room, "what day is it?") for person, room in zip(people, rooms, strict=True))
    )
    assert {answer.content[:14] for answer in answers} == {"It is Saturday"}


async def test_switched_off_altogether(make_chat: MakeChat) -> None:
    chat = await make_chat(assistant=False)
    ann = await chat.people("ann")
    assert await chat.services.rooms.list(ann) == []
    assert not chat.services.assistant.on
