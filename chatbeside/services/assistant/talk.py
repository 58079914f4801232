"""One call with the assistant, from its ringing to its end."""

import asyncio
import base64
import contextlib
import logging
import secrets
from collections.abc import Mapping
from typing import Any

from chatbeside.assistant.aloud import sentences
from chatbeside.assistant.interfaces import ProviderError
from chatbeside.assistant.speech import Sound, Speech
from chatbeside.domain.calls import Call
from chatbeside.domain.errors import ChatError, InvalidInput
from chatbeside.services.assistant.account import principal_of
from chatbeside.services.assistant.greeting import by_itself
from chatbeside.services.assistant.service import Assistant
from chatbeside.services.assistant.sight import name_of
from chatbeside.services.calls import Calls
from chatbeside.services.media import Media, MediaEvent, MediaLeg
from chatbeside.services.messages import Messages
from chatbeside.store.interfaces import Store

logger = logging.getLogger(__name__)

DEVICE = "assistant"
"""The name of the device on which the assistant takes calls."""
HEARD_RATE = 16_000
"""Hertz of the sound that the leg hears."""
UTTERANCE_MOST = 60 * HEARD_RATE * 2
PIECE_SECONDS = 3
"""Seconds of sound that go to the leg at once."""
AHEAD = 10.0
"""Seconds of sound that may wait in the leg; the next sentence is spoken when less than a second is left."""
SENTENCES_MOST = 200
SIGNALS_MOST = 200
_SAID = "said-"


def said_in(client_id: str) -> str:
    """Return the id of the call in which the message with this client id was said, empty when it was written."""
    return client_id.removeprefix(_SAID).rpartition("-")[0] if client_id.startswith(_SAID) else ""


class Talk:
    """Answers, connects, hears, and reads answers aloud.

    ``question`` is the message that was said last; :meth:`read` is given its answer while that grows.
    """

    def __init__(
        self, *, call: Call, calls: Calls, assistant: Assistant, store: Store, messages: Messages, media: Media
    ) -> None:
        self.call = call
        self.question: str | None = None
        self.over = asyncio.Event()
        self._calls = calls
        self._assistant = assistant
        self._store = store
        self._messages = messages
        self._media = media
        self._me = principal_of(assistant.user)
        self._page = secrets.token_hex(8)
        self._sent = 0
        self._signals: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue(SIGNALS_MOST)
        self._seen: set[tuple[str, int]] = set()
        self._session = ""
        self._early: dict[str, list[Mapping[str, Any]]] = {}
        self._leg: MediaLeg | None = None
        self._listener: asyncio.Task[None] | None = None
        self._greeted = False
        self._utterances: asyncio.Queue[bytes] = asyncio.Queue(8)
        self._said = 0
        self._read = 0
        self._to_say: asyncio.Queue[str] = asyncio.Queue(SENTENCES_MOST)
        self._turn = 0
        self._low = asyncio.Event()

    async def run(self) -> None:
        """Take the call and stay in it until it is over."""
        speech = await self._assistant.setup.speech()
        if speech is None:
            await self._calls.decline(self._me, self.call.id)
            return
        try:
            await self._calls.accept(self._me, self.call.id, DEVICE)
            _, kept = await self._calls.join(self._me, self.call.id, device=DEVICE)
            for signal in kept:
                self.signalled(signal.n, signal.data)
            await self._send({"hello": True, "state": {"microphone": True, "camera": False, "screen": False}})
            work = [self._negotiate(), self._understand(speech), self._speak(speech), self.over.wait()]
            tasks = [asyncio.ensure_future(each) for each in work]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                results = await asyncio.gather(*tasks, return_exceptions=True)
            for result in results:
                if isinstance(result, Exception):
                    raise result
        except ProviderError as error:
            await self._sorry(error.words)
        except ChatError as error:
            await self._sorry(error.message)
        finally:
            await self._drop_leg()
            with contextlib.suppress(ChatError):
                await self._calls.end(self._me, self.call.id, device=DEVICE)

    def signalled(self, n: int, data: Mapping[str, Any]) -> None:
        """Take a signal of the caller's browser; the same one may come twice."""
        key = (str(data.get("p")), n)
        if key not in self._seen and not self._signals.full():
            self._seen.add(key)
            self._signals.put_nowait(data)

    def read(self, text: str, *, done: bool) -> None:
        """Read aloud what is new in an answer, whole sentences only until it is ``done``."""
        found = sentences(text, done=done)
        for sentence in found[self._read :]:
            if not self._to_say.full():
                self._to_say.put_nowait(sentence)
        self._read = max(self._read, len(found))

    # How the connection comes about

    async def _negotiate(self) -> None:
        while True:
            data = await self._signals.get()
            session = data.get("s")
            if not isinstance(session, str):
                continue
            description, candidate = data.get("description"), data.get("candidate")
            if isinstance(description, dict) and description.get("type") == "offer":
                await self._answer(session, str(description.get("sdp", "")))
            elif isinstance(candidate, dict):
                await self._candidate(session, candidate)

    async def _answer(self, session: str, offer: str) -> None:
        if self._leg is not None and session == self._session and not self._leg.ended:
            answer = await self._leg.ask("offer", offer=offer)
        else:
            # Another session: the caller's page was loaded anew, or begins anew for another reason.
            await self._drop_leg()
            leg = await self._media.open("voice", offer=offer, iceServers=self._calls.ice(self._me))
            self._leg, self._session, answer = leg, session, leg.opened
            self._listener = asyncio.create_task(self._listen(leg), name=f"ears in {self.call.id}")
        await self._send({"s": session, "description": {"type": "answer", "sdp": answer["answer"]}})
        for candidate in self._early.pop(session, []):
            await self._candidate(session, candidate)

    async def _candidate(self, session: str, candidate: Mapping[str, Any]) -> None:
        if self._leg is None or session != self._session:
            if len(self._early) < 8:
                self._early.setdefault(session, []).append(candidate)
            return
        with contextlib.suppress(InvalidInput):  # one that cannot be used leaves the others
            await self._leg.ask("candidate", candidate=dict(candidate))

    async def _send(self, data: dict[str, Any]) -> None:
        self._sent += 1
        await self._calls.signal(self._me, self.call.id, device=DEVICE, n=self._sent, data={"p": self._page, **data})

    async def _drop_leg(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        if self._leg is not None:
            await self._leg.close()
        self._leg, self._listener = None, None

    # What is heard

    async def _listen(self, leg: MediaLeg) -> None:
        said = b""
        async for event in leg.events():
            match event:
                case MediaEvent("state", {"state": "connected"}):
                    await self._calls.connected(self._me, self.call.id, DEVICE)
                    await self._greet()
                case MediaEvent("begun"):
                    self._hush()
                case MediaEvent("low") | MediaEvent("silent"):
                    self._low.set()
                case MediaEvent("heard", data):
                    said = (said + base64.b64decode(data["pcm"]))[:UTTERANCE_MOST]
                    if data["last"]:
                        if not self._utterances.full():
                            self._utterances.put_nowait(said)
                        said = b""

    async def _understand(self, speech: Speech) -> None:
        while True:
            text = await speech.hear(Sound(await self._utterances.get(), HEARD_RATE))
            if not any(character.isalnum() for character in text):
                continue
            room = await self._store.rooms.get(self.call.room_id)
            if room is None:
                return
            self._said += 1
            self._read = 0
            client_id = f"{_SAID}{self.call.id}-{self._said}"
            await self._messages.post(
                room, self.call.caller_id, text, client_id=client_id, data={"spoken": self.call.id}
            )

    def _hush(self) -> None:
        """The caller speaks: what is being said ends, in the chat as well when it is not written yet."""
        self._turn += 1
        while not self._to_say.empty():
            self._to_say.get_nowait()
        self._low.set()
        question, self.question = self.question, None
        for job in self._assistant.desk.jobs.values():
            if job.question.id == question and not job.stored:
                job.stop("stopped")

    # What is said

    async def _greet(self) -> None:
        if self._greeted:
            return
        self._greeted = True
        caller = name_of(await self._store.users.get(self.call.caller_id))
        name = await self._assistant.name()
        for sentence in (f"Hello {caller}, this is {name}.", "What we say is written down in our conversation."):
            self._to_say.put_nowait(sentence)

    async def _speak(self, speech: Speech) -> None:
        while True:
            sentence = await self._to_say.get()
            turn = self._turn
            sound = await speech.say(sentence)
            size = PIECE_SECONDS * sound.rate * 2
            for at in range(0, len(sound.pcm), size):
                leg = self._leg
                if turn != self._turn or leg is None:
                    break  # they spoke meanwhile
                self._low.clear()
                piece = base64.b64encode(sound.pcm[at : at + size]).decode()
                answer = await leg.ask("say", pcm=piece, rate=sound.rate)
                if answer["seconds"] > AHEAD:
                    await self._low.wait()

    async def _sorry(self, words: str) -> None:
        """Say in the chat why the call ends."""
        logger.warning("a call with the assistant ends: %s", words)
        room = await self._store.rooms.get(self.call.room_id)
        if room is not None and not self.over.is_set():
            choice = await self._assistant.setup.choice()
            text = f"I had to leave our call. {words} You can write to me meanwhile."
            client_id = f"sorry-{self.call.id}"
            await self._messages.post(room, self._me.user.id, text, client_id=client_id, data=by_itself(choice))
