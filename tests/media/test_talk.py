"""Calls with the assistant: real services, the real media worker, and a real peer that speaks and listens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from aiortc.mediastreams import MediaStreamError

from chatbeside.domain.calls import Call, CallKind, EndReason
from chatbeside.domain.errors import InvalidInput
from chatbeside.domain.models import Message
from chatbeside.services.events import CallChanged, CallSignalled, Event, MessageStored
from chatbeside.services.principal import Principal
from chatbeside.services.search import Asked
from tests.assistant.conftest import Chat
from tests.media.conftest import Caller, MakeChat
from tests.media.test_voice import LOUD, Talker, speech
from tests.servers.openai_server import OpenAIServer

Make = Callable[..., Caller]


class Phone:
    """Somebody's side of a call with the assistant, as their page would be it."""

    def __init__(self, chat: Chat, person: Principal, caller: Caller) -> None:
        self.chat = chat
        self.person = person
        self.caller = caller
        self.talker = Talker()
        self.call: Call | None = None
        self.levels: asyncio.Queue[int] = asyncio.Queue()
        self._ears: asyncio.Task[None] | None = None
        caller.peer.getSenders()[0].replaceTrack(self.talker)

    async def ring(self) -> None:
        """Call the assistant and wait until it is connected."""
        calls, me = self.chat.services.calls, self.person
        device = f"page-{me.user.username}"
        self.call = call = await calls.begin(me, kind=CallKind.AUDIO, device=device, receiver="beside")
        offer = {"p": "page", "s": "one", "description": {"type": "offer", "sdp": await self.caller.offer()}}
        await calls.signal(me, call.id, device=device, n=1, data={"p": "page", "hello": True})
        await calls.signal(me, call.id, device=device, n=2, data=offer)

        def answer(event: Event) -> bool:
            return isinstance(event, CallSignalled) and event.device == device and "description" in event.data

        event: Any = await self.chat.heard.until(answer)
        assert event.data["s"] == "one"
        await self.caller.take(event.data["description"]["sdp"])
        self._ears = asyncio.create_task(self._listen())
        await self.chat.heard.until(lambda e: _is(e, call, "active"))

    async def _listen(self) -> None:
        with suppress(MediaStreamError):
            while True:
                self.levels.put_nowait((await self.caller.loudness(1))[0])

    async def loud(self, frames: int) -> int:
        """Return how many of the next frames are loud."""
        return sum([await self.levels.get() > LOUD for _ in range(frames)])

    async def hears(self) -> None:
        """Listen until something loud came, since the last time one listened."""
        while not await self.loud(1):
            pass

    def forget(self) -> None:
        """Forget what was heard up to now."""
        while not self.levels.empty():
            self.levels.get_nowait()

    async def until_quiet(self) -> None:
        """Listen until half a second was quiet."""
        while await self.loud(25):
            pass

    async def ended(self) -> Call:
        call = self.call
        assert call
        event: Any = await self.chat.heard.until(lambda e: _is(e, call, "ended"))
        return event.call  # type: ignore[no-any-return]


def _is(event: Event, call: Call, state: str) -> bool:
    return isinstance(event, CallChanged) and event.call.id == call.id and event.call.state == state


async def said_by(chat: Chat, sender: str, words: str) -> Message:
    event: Any = await chat.heard.until(
        lambda e: isinstance(e, MessageStored) and e.message.sender_id == sender and words in e.message.content
    )
    return event.message  # type: ignore[no-any-return]


async def test_without_a_model_for_speech_it_offers_the_chat(chat: MakeChat) -> None:
    silent = await chat(hears="")
    ann = await silent.people("ann")
    with pytest.raises(InvalidInput, match=r"cannot hear or speak here.*Write to it instead"):
        await silent.services.calls.begin(ann, kind=CallKind.AUDIO, device="page", receiver="beside")


async def test_a_talk(chat: MakeChat, model: OpenAIServer, caller: Make) -> None:
    talking = await chat()
    ann = await talking.people("ann")
    phone = Phone(talking, ann, caller())
    model.hears = ["what is for lunch?"]
    model.reply("There is soup. And", " bread.")
    async with asyncio.timeout(60):
        await phone.ring()
        await phone.hears()  # it greets
        await phone.until_quiet()
        assert model.spoken[0] == "Hello ann, this is Beside."
        phone.talker.say(speech(1.2))
        question = await said_by(talking, ann.user.id, "what is for lunch?")
        assert question.data == {"spoken": phone.call.id}  # type: ignore[union-attr]
        answer = await said_by(talking, talking.beside, "There is soup. And bread.")
        assert answer.data["assistant"]["question"] == question.id  # type: ignore[index]
        await phone.hears()
        await asyncio.to_thread(model.wait_for_speech, "And bread.", 30)
        assert model.spoken[2:] == ["There is soup.", "And bread."]
        assert 1 < len(model.heard[0]) / 32_000 < 4
        await talking.services.calls.end(ann, phone.call.id, device="page-ann")  # type: ignore[union-attr]
        assert (await phone.ended()).reason == EndReason.HUNG_UP
    # What was said is found like what was written.
    found = await talking.services.finder.search(ann, Asked("lunch"))
    assert [find.message.id for find in found.finds] == [question.id]


async def test_who_speaks_in_between_cuts_it_short(chat: MakeChat, model: OpenAIServer, caller: Make) -> None:
    talking = await chat()
    ann = await talking.people("ann")
    phone = Phone(talking, ann, caller())
    model.hears = ["tell me a long story", "thank you"]
    model.reply(*(f"This is sentence number {n} of the story. " for n in range(200)), pause=0.05)
    async with asyncio.timeout(60):
        await phone.ring()
        await phone.hears()
        await phone.until_quiet()
        phone.talker.say(speech(1))
        await said_by(talking, ann.user.id, "a long story")
        await phone.hears()
        model.reply("You are welcome.")
        phone.talker.say(speech(1))
        stopped = await said_by(talking, talking.beside, "This is sentence number 1 ")
        assert stopped.data["assistant"]["cut"] == "stopped"  # type: ignore[index]
        await said_by(talking, ann.user.id, "thank you")
        phone.forget()
        await said_by(talking, talking.beside, "You are welcome.")
        await phone.hears()
        await phone.until_quiet()
    assert model.spoken[-1] == "You are welcome."
    assert "This is sentence number 150 of the story." not in model.spoken


async def test_two_people_talk_to_it_at_once(chat: MakeChat, model: OpenAIServer, caller: Make) -> None:
    talking = await chat()
    phones = [Phone(talking, await talking.people(name), caller()) for name in ("ann", "ben")]
    async with asyncio.timeout(60):
        await asyncio.gather(*(phone.ring() for phone in phones))
        await asyncio.gather(*(phone.hears() for phone in phones))


async def test_when_speech_fails_it_says_so_in_the_chat(chat: MakeChat, model: OpenAIServer, caller: Make) -> None:
    talking = await chat()
    ann = await talking.people("ann")
    phone = Phone(talking, ann, caller())
    model.audio_status = 401
    async with asyncio.timeout(60):
        await phone.ring()
        sorry = await said_by(talking, talking.beside, "I had to leave our call.")
        assert "refuses this server's key" in sorry.content
        await phone.ended()


async def test_a_page_that_was_loaded_anew_is_answered_anew(chat: MakeChat, caller: Make) -> None:
    talking = await chat()
    ann = await talking.people("ann")
    phone, again = Phone(talking, ann, caller()), caller()
    async with asyncio.timeout(60):
        await phone.ring()
        assert phone.call
        device, calls = "page-ann", talking.services.calls
        offer = {"type": "offer", "sdp": await again.offer()}
        await calls.signal(ann, phone.call.id, device=device, n=1, data={"p": "p2", "s": "two", "description": offer})
        event: Any = await talking.heard.until(
            lambda e: isinstance(e, CallSignalled) and e.device == device and e.data.get("s") == "two"
        )
        await again.take(event.data["description"]["sdp"])
        assert len(await again.loudness(50)) == 50
