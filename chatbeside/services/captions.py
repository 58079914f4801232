"""Captions of calls of two: what somebody says is written into the conversation, where they turned that on.

The sound of a call goes from browser to browser. Whoever wants captions sends their own microphone to the server
besides, over a connection of its own, and takes that back at any moment: then nothing more is written, not even what
was said last. Nobody can turn them on for somebody else.

The connection is at whichever worker was asked, and whichever worker is asked takes it back: so who agrees is kept
with the call in the store, and asked there whenever something is about to be understood or written. Workers tell each
other besides, so that connections are closed soon.
"""

import asyncio
import base64
import logging
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any

from chatbeside.assistant.interfaces import ProviderError
from chatbeside.assistant.speech import Sound, Speech
from chatbeside.domain.calls import Call
from chatbeside.domain.captions import caption
from chatbeside.domain.errors import Conflict, InvalidInput, NotFound, Unavailable
from chatbeside.domain.limits import LimitName
from chatbeside.services import events
from chatbeside.services.assistant import Assistant
from chatbeside.services.bus import Bus
from chatbeside.services.call_time import change
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
_TOPIC = "captions"
_NONE = "There are no captions of you in this call."

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
        bus: How the workers talk.
    """

    def __init__(
        self,
        *,
        calls: Calls,
        assistant: Assistant,
        store: Store,
        messages: Messages,
        media: Media,
        limits: Limits,
        bus: Bus,
    ) -> None:
        self._calls = calls
        self._assistant = assistant
        self._store = store
        self._messages = messages
        self._media = media
        self._limits = limits
        self._legs: dict[Key, MediaLeg] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._bus = bus
        self._bus.listen(_TOPIC, lambda worker, data: self._spawn(self._settle(data.decode()), "captions elsewhere"))

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
        try:
            await self._agree(key, leg.id)
        except BaseException:
            await leg.close()
            raise
        before = self._legs.get(key)
        self._legs[key] = leg
        if before is not None:
            await before.close()
        self._spawn(self._write(call, key, leg, speech), f"captions of {call.id}")
        await self._settle_everywhere(call.id)  # it may be over, or be taken back, since that was stored
        return str(leg.opened["answer"])

    async def end(self, principal: Principal, call_id: str) -> None:
        """Write nothing more down of what the asker says. Raises :class:`NotFound` when nothing was."""
        call = await self._calls.get(principal, call_id)
        if not await self._agree((call.id, principal.user.id), None):
            raise NotFound(_NONE)
        await self._settle_everywhere(call.id)

    async def stop(self) -> None:
        """End all of them."""
        self._legs.clear()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def publish(self, event: events.Event) -> None:
        """Hear of the end of a call."""
        if isinstance(event, events.CallChanged) and event.call.ended:
            self._spawn(self._settle_everywhere(event.call.id), f"end of captions of {event.call.id}")

    async def _agree(self, key: Key, leg_id: str | None) -> bool:
        """Store by which leg somebody is heard, if by any; return whether that is new."""
        call_id, user_id = key
        async with self._turn(key):
            after = await change(self._store.calls, call_id, lambda call: caption(call, user_id, leg_id), unknown=_NONE)
        return bool(after.effects)

    def _turn(self, key: Key) -> AbstractAsyncContextManager[None]:
        """Let nobody take back what is being written at this moment: they wait for it, and it is the last."""
        return self._bus.lock(f"captions of {key[1]} in {key[0]}")

    async def _settle_everywhere(self, call_id: str) -> None:
        self._bus.broadcast(_TOPIC, call_id.encode())
        await self._settle(call_id)

    async def _settle(self, call_id: str) -> None:
        """Close the legs of a call that is over, and those that nobody agrees to any more.

        What was said last before the end of a call is still written.
        """
        for key in [key for key in self._legs if key[0] == call_id]:
            call, leg = await self._store.calls.get(call_id), self._legs.get(key)
            if leg is not None and (call is None or call.ended or call.captions.get(key[1]) != leg.id):
                await leg.close()

    async def _agreed(self, key: Key, leg: MediaLeg) -> bool:
        call = await self._store.calls.get(key[0])
        return call is not None and call.captions.get(key[1]) == leg.id

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
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
                text = await speech.hear(Sound(said, HEARD_RATE)) if await self._agreed(key, leg) else ""
                room = await self._store.rooms.get(call.room_id)
                if room is not None and any(character.isalnum() for character in text):
                    async with self._turn(key):
                        if await self._agreed(key, leg):
                            client_id, data = f"caption-{leg.id}-{number}", {"caption": call.id}
                            await self._messages.post(room, key[1], text, client_id=client_id, data=data)
            except ProviderError as error:
                logger.warning("something could not be written down: %s", error.detail)
            except Exception:
                logger.exception("something could not be written down")
            finally:
                utterances.task_done()


def _sound(event: MediaEvent) -> bytes:
    return base64.b64decode(event.data["pcm"])
