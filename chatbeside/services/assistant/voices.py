"""Calls with the assistant: which are taken, and what becomes of the events around them."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from chatbeside.domain.calls import Call, CallState
from chatbeside.domain.models import Message
from chatbeside.services import events
from chatbeside.services.assistant.service import Assistant
from chatbeside.services.assistant.talk import DEVICE, Talk, said_in
from chatbeside.services.calls import Calls
from chatbeside.services.media import Media
from chatbeside.services.messages import Messages
from chatbeside.store.interfaces import Store

logger = logging.getLogger(__name__)


class VoiceCalls:
    """Takes the calls of the assistant. A listener of the services' events.

    What a caller says becomes a message of theirs in the conversation with the assistant, and the answer is written
    there like any other; here it is only read aloud while it grows. So limits, sources, the audience rule and the
    search hold for what is said as they do for what is written.

    Args:
        assistant: Who is called.
        store: Where everything is kept.
        messages: How what was said becomes messages.
        media: The media worker.
    """

    def __init__(self, *, assistant: Assistant, store: Store, messages: Messages, media: Media) -> None:
        self._assistant = assistant
        self._store = store
        self._messages = messages
        self._media = media
        self._calls: Calls | None = None
        self._talks: dict[str, Talk] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def attach(self, calls: Calls) -> None:
        """Take the calls of ``calls`` from now on."""
        self._calls = calls

    async def refusal(self) -> str | None:
        """Return why the assistant takes no calls, in words; ``None`` when it does."""
        if not self._assistant.on:
            return "The assistant is switched off on this server."
        name = await self._assistant.name()
        if await self._assistant.setup.speech() is None:
            return (
                f"{name} cannot hear or speak here: no model for speech is connected. "
                "Write to it instead. An administrator can connect one under Settings → Assistant."
            )
        return None

    async def stop(self) -> None:
        """Leave every call."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def publish(self, event: events.Event) -> None:
        """Hear of an event. Never raises, and does nothing that takes long before it returns."""
        if not self._assistant.on:
            return
        match event:
            case events.CallChanged(call) if call.callee_id == self._assistant.user.id:
                self._call_changed(call)
            case events.CallSignalled(call, _, device, n, data) if device == DEVICE and call.id in self._talks:
                self._talks[call.id].signalled(n, data)
            case events.AnswerGrown() if self._talks:
                job = self._assistant.desk.jobs.get(event.answer_id)
                for talk in self._talks.values():
                    if job is not None and talk.question == event.question_id:
                        talk.read(job.shown, done=False)
            case events.MessageStored(_, message) | events.MessageChanged(_, message) if self._talks:
                self._message(message)

    def _call_changed(self, call: Call) -> None:
        talk = self._talks.get(call.id)
        if talk is None and call.state is CallState.RINGING and self._calls is not None:
            talk = Talk(
                call=call,
                calls=self._calls,
                assistant=self._assistant,
                store=self._store,
                messages=self._messages,
                media=self._media,
            )
            self._talks[call.id] = talk
            task = asyncio.create_task(self._run(talk), name=f"talk {call.id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif talk is not None and call.ended:
            talk.over.set()

    async def _run(self, talk: Talk) -> None:
        try:
            await talk.run()
        except Exception:
            logger.exception("a call with the assistant went wrong")
        finally:
            self._talks.pop(talk.call.id, None)

    def _message(self, message: Message) -> None:
        said = said_in(message.client_id)
        if said in self._talks:
            self._talks[said].question = message.id
            return
        about: Mapping[str, Any] | object = message.data.get("assistant")
        question = about.get("question") if isinstance(about, Mapping) else None
        for talk in self._talks.values():
            if question is not None and talk.question == question:
                talk.read(message.content, done=True)
