"""Captions of calls of two: what somebody says is written into the conversation, where they turned that on.

The sound of a call goes from browser to browser. Whoever wants captions sends their own microphone to the server
besides, over a connection of its own, and takes that back at any moment: then nothing more is written, not even what
was said last. Nobody can turn them on for somebody else.
"""

import asyncio
import base64
import logging

from chatbeside.assistant.interfaces import ProviderError
from chatbeside.assistant.speech import Sound, Speech
from chatbeside.domain.calls import Call
from chatbeside.domain.errors import Conflict, InvalidInput, NotFound, Unavailable
from chatbeside.domain.limits import LimitName
from chatbeside.services import events
from chatbeside.services.assistant import Assistant
from chatbeside.services.calls import Calls
from chatbeside.services.limits import Limits
from chatbeside.services.media import Media, MediaEvent, MediaLeg
from chatbeside.services.messages import Messages
from chatbeside.services.principal import Principal
from chatbeside.store.interfaces import Store

logger = logging.getLogger(__name__)

OFFER_MOST = 64 * 1024
"""Most characters of an offer."""
HEARD_RATE = 16_000
UTTERANCE_MOST = 60 * HEARD_RATE * 2
WAITING_MOST = 8
"""Utterances that may wait to be understood; further ones are not written down."""

Key = tuple[str, str]
"""A call and one of its people."""


class Captions:
    """Writes down what is said, for those who agreed. A listener of the services' events.

    Args:
        calls: The calls.
        assistant: Knows the model for speech.
        store: Where everything is kept.
        messages: How captions become messages.
        media: The media worker.
        limits: How often somebody may turn them on.
    """

    def __init__(
        self, *, calls: Calls, assistant: Assistant, store: Store, messages: Messages, media: Media, limits: Limits
    ) -> None:
        self._calls = calls
        self._assistant = assistant
        self._store = store
        self._messages = messages
        self._media = media
        self._limits = limits
        self._legs: dict[Key, MediaLeg] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self, principal: Principal, call_id: str, offer: str) -> str:
        """Write down from now on what the asker says in a call; return the answer to their offer, as SDP.

        Args:
            principal: Who agrees.
            call_id: The call.
            offer: The browser's SDP with its own microphone and all candidates in it.

        Raises:
            NotFound: There is no such call for the asker.
            Conflict: It is over, or with the assistant, where everything is written down anyway.
            InvalidInput: The offer cannot be answered.
            Unavailable: There is no model for speech, or the media worker does not run.
            TooMany: The asker has turned them on very often just now.
        """
        await self._limits.take(LimitName.CAPTIONS, principal.user.id)
        call = await self._calls.get(principal, call_id)
        if call.ended:
            raise Conflict("This call is over.")
        if self._assistant.on and call.has(self._assistant.user.id):
            raise Conflict("What is said to the assistant is written down already.")
        if len(offer) > OFFER_MOST:
            raise InvalidInput("This offer is too long.", fields={"offer": f"At most {OFFER_MOST} characters."})
        speech = await self._assistant.setup.speech() if self._assistant.on else None
        if speech is None:
            raise Unavailable("Captions need a model for speech. An administrator can connect one in the settings.")
        leg = await self._media.open("voice", offer=offer, iceServers=self._calls.ice(principal))
        key = (call.id, principal.user.id)
        before = self._legs.get(key)
        self._legs[key] = leg
        if before is not None:
            await before.close()
        task = asyncio.create_task(self._write(call, key, leg, speech), name=f"captions of {call.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return str(leg.opened["answer"])

    async def end(self, principal: Principal, call_id: str) -> None:
        """Write nothing more down of what the asker says. Raises :class:`NotFound` when nothing was."""
        leg = self._legs.pop((call_id, principal.user.id), None)
        if leg is None:
            raise NotFound("There are no captions of you in this call.")
        await leg.close()

    async def stop(self) -> None:
        """End all of them."""
        self._legs.clear()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def publish(self, event: events.Event) -> None:
        """Hear of the end of a call."""
        if isinstance(event, events.CallChanged) and event.call.ended:
            for key in [key for key in self._legs if key[0] == event.call.id]:
                # Its task closes the leg; what was said last is still written.
                self._legs_over(key)

    def _legs_over(self, key: Key) -> None:
        leg = self._legs[key]
        task = asyncio.create_task(leg.close(), name=f"end of captions of {key[0]}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write(self, call: Call, key: Key, leg: MediaLeg, speech: Speech) -> None:
        utterances: asyncio.Queue[bytes] = asyncio.Queue(WAITING_MOST)
        writer = asyncio.create_task(self._understand(call, key, leg, speech, utterances), name="captions")
        said = b""
        try:
            async for event in leg.events():
                if event.name != "heard":
                    continue
                said = (said + _sound(event))[:UTTERANCE_MOST]
                if event.data["last"]:
                    if not utterances.full():
                        utterances.put_nowait(said)
                    said = b""
            await utterances.join()
        except Exception:
            logger.exception("captions went wrong")
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            if self._legs.get(key) is leg:
                del self._legs[key]
            await leg.close()

    async def _understand(
        self, call: Call, key: Key, leg: MediaLeg, speech: Speech, utterances: asyncio.Queue[bytes]
    ) -> None:
        number = 0
        while True:
            said = await utterances.get()
            number += 1
            try:
                text = await speech.hear(Sound(said, HEARD_RATE))
                room = await self._store.rooms.get(call.room_id)
                agreed = self._legs.get(key) is leg
                if agreed and room is not None and any(character.isalnum() for character in text):
                    client_id = f"caption-{leg.id}-{number}"
                    await self._messages.post(room, key[1], text, client_id=client_id, data={"caption": call.id})
            except ProviderError as error:
                logger.warning("something could not be written down: %s", error.detail)
            finally:
                utterances.task_done()


def _sound(event: MediaEvent) -> bytes:
    return base64.b64decode(event.data["pcm"])
