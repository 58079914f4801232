"""Captions of a call of two: for who agreed, only their own words, until they take it back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from chatbeside.domain.calls import Call, CallKind
from chatbeside.domain.errors import Conflict, NotFound, TooMany, Unavailable
from chatbeside.domain.limits import DEFAULTS, LimitName
from chatbeside.domain.models import Message
from chatbeside.services.principal import Principal
from chatbeside.services.search import Asked
from tests.assistant.conftest import Chat
from tests.media.conftest import Caller, MakeChat
from tests.media.test_talk import said_by
from tests.media.test_voice import Talker, speech
from tests.servers.openai_server import OpenAIServer

Make = Callable[..., Caller]


async def in_a_call(chat: Chat) -> tuple[Principal, Principal, Call]:
    ann, ben = await chat.people("ann"), await chat.people("ben")
    call = await chat.services.calls.begin(ann, kind=CallKind.AUDIO, device="a", receiver="ben")
    return ann, ben, await chat.services.calls.accept(ben, call.id, "b")


async def agree(chat: Chat, person: Principal, call: Call, caller: Caller) -> Talker:
    """Let captions of somebody begin; return what speaks into their microphone, once it is heard."""
    talker = Talker()
    caller.peer.getSenders()[0].replaceTrack(talker)
    await caller.take(await chat.services.captions.begin(person, call.id, await caller.offer()))
    await caller.loudness(5)  # packets come, so they go too
    return talker


async def messages_of(chat: Chat, call: Call) -> list[Message]:
    room = await chat.services.store.rooms.get(call.room_id)
    assert room
    return [message for message in await chat.timeline(room) if message.kind == "text"]


async def test_each_agrees_alone_and_it_is_found_later(chat: MakeChat, model: OpenAIServer, caller: Make) -> None:
    talk = await chat()
    ann, ben, call = await in_a_call(talk)
    model.hears = ["the invoice is paid", "very well"]
    async with asyncio.timeout(60):
        first = await agree(talk, ann, call, caller())
        first.say(speech(1))
        paid = await said_by(talk, ann.user.id, "the invoice is paid")
        assert paid.data == {"caption": call.id}
        second = await agree(talk, ben, call, caller())
        second.say(speech(1))
        await said_by(talk, ben.user.id, "very well")
        found = await talk.services.finder.search(ben, Asked("invoice"))
        assert [find.message.id for find in found.finds] == [paid.id]
        await talk.services.calls.end(ann, call.id, device="a")
        while talk.services.captions._legs:
            await asyncio.gather(*talk.services.captions._tasks)
    with pytest.raises(Conflict):
        await talk.services.captions.begin(ann, call.id, "x")
    assert len(await messages_of(talk, call)) == 2


async def test_taken_back_nothing_more_is_written(chat: MakeChat, model: OpenAIServer, caller: Make) -> None:
    talk = await chat()
    ann, ben, call = await in_a_call(talk)
    model.audio_gate = threading.Semaphore(0)
    captions = talk.services.captions
    async with asyncio.timeout(60):
        with pytest.raises(NotFound):
            await captions.end(ann, call.id)
        talker = await agree(talk, ann, call, caller())
        with pytest.raises(NotFound):
            await captions.end(ben, call.id)  # nobody ends those of another
        talker.say(speech(1))
        while not model.asked_audio.is_set():
            await asyncio.to_thread(model.asked_audio.wait, 1)
        await captions.end(ann, call.id)
        model.audio_gate.release(5)
        await asyncio.gather(*captions._tasks)
    assert len(model.heard) == 1  # it was understood, and is forgotten
    assert await messages_of(talk, call) == []


async def test_who_may_not(chat: MakeChat, caller: Make) -> None:
    silent = await chat(hears="")
    ann, _, call = await in_a_call(silent)
    eve = await silent.people("eve")
    offer = await caller().offer()
    with pytest.raises(NotFound):
        await silent.services.captions.begin(eve, call.id, offer)
    with pytest.raises(Unavailable, match="need a model for speech"):
        await silent.services.captions.begin(ann, call.id, offer)


async def test_a_failing_model_holds_up_nothing(chat: MakeChat, model: OpenAIServer, caller: Make, caplog: Any) -> None:
    talk = await chat()
    ann, _, call = await in_a_call(talk)
    model.audio_status = 401
    async with asyncio.timeout(60):
        talker = await agree(talk, ann, call, caller())
        talker.say(speech(1))
        while not model.asked_audio.is_set():
            await asyncio.to_thread(model.asked_audio.wait, 1)
        model.audio_status = 200
        model.hears = ["again"]
        talker.say(speech(1))
        await said_by(talk, ann.user.id, "again")
    assert "could not be written down" in caplog.text


async def test_nobody_turns_them_on_without_end(chat: MakeChat) -> None:
    talk = await chat()
    eve = await talk.people("eve")
    for _ in range(DEFAULTS[LimitName.CAPTIONS].rate.amount):
        with pytest.raises(NotFound):
            await talk.services.captions.begin(eve, "a" * 24, "an offer")
    with pytest.raises(TooMany):
        await talk.services.captions.begin(eve, "a" * 24, "an offer")
