"""Services with the assistant at work, a recorder of what it tells, and a language model on loopback."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chatbeside.domain.clock import Clock
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Member, Message, Role, Room, RoomKind
from chatbeside.services.container import Services
from chatbeside.services.events import AnswerGrown, Event, Relay
from chatbeside.services.passwords import Passwords
from chatbeside.services.principal import Principal
from chatbeside.settings import Settings
from chatbeside.store.sqlite import SqliteStore
from tests.conftest import ManualClock, People
from tests.servers.openai_server import OpenAIServer


@dataclass
class Heard:
    """A listener that keeps what it is told, and waits for what is to come."""

    events: list[Event] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def publish(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def until(self, wanted: Callable[[Event], bool]) -> Event:
        """Return the first event that fits, waiting for it."""
        async with asyncio.timeout(30):
            while True:
                for event in self.events:
                    if wanted(event):
                        return event
                self._news.clear()
                await self._news.wait()

    def grown(self) -> list[AnswerGrown]:
        return [event for event in self.events if isinstance(event, AnswerGrown)]


class Chat:
    """The services with a few handles for tests."""

    def __init__(self, services: Services, heard: Heard) -> None:
        self.services = services
        self.heard = heard
        self.people = People(services)
        self._sent = 0

    @property
    def beside(self) -> str:
        return self.services.assistant.user.id

    async def own(self, person: Principal) -> Room:
        """Return the conversation of a person with the assistant."""
        return await self.services.rooms.open_direct(person, self.beside)

    async def room(self, *people: Principal, beside: bool = True, **fields: object) -> Room:
        """Make a group room."""
        owner = people[0].user.id
        room = Room(new_id(), RoomKind.GROUP, people[0].user.created_at, owner, name="plans", **fields)  # type: ignore[arg-type]
        await self.services.store.rooms.add(room)
        ids = [person.user.id for person in people] + ([self.beside] if beside else [])
        for number, user_id in enumerate(ids):
            role = Role.MEMBER if number else Role.OWNER
            await self.services.store.members.add(Member(room.id, user_id, role, people[0].user.created_at))
        return room

    async def say(self, person: Principal, room: Room, text: str, **options: str) -> Message:
        self._sent += 1
        message, _, _ = await self.services.messages.send(person, room.id, text, client_id=f"c{self._sent}", **options)
        return message

    async def timeline(self, room: Room) -> list[Message]:
        return await self.services.store.messages.page(room.id, limit=200)

    async def answer(self, person: Principal, room: Room, text: str) -> Message:
        """Say something and return the assistant's answer once it is stored."""
        question = await self.say(person, room, text)
        return await self.answer_to(question)

    async def answer_to(self, question: Message) -> Message:
        """Return the stored answer to a message."""
        event = await self.heard.until(
            lambda e: _about(getattr(e, "message", None)).get("question") == question.id  # type: ignore[arg-type]
        )
        jobs = self.services.assistant.desk.jobs.values()
        await asyncio.gather(*[job.task for job in jobs if job.task and job.question.id == question.id])
        return event.message  # type: ignore[union-attr]

    async def edit(self, message: Message, **fields: object) -> None:
        """Change a message as its sender would."""
        from dataclasses import replace

        room = await self.services.store.rooms.get(message.room_id)
        assert room
        await self.services.messages.amend(room, message.id, lambda m: replace(m, **fields))  # type: ignore[arg-type]
        await self.services.assistant.idle()


def _about(message: Message | None) -> dict[str, object]:
    about = message.data.get("assistant") if message else None
    return about if isinstance(about, dict) else {}


MakeChat = Callable[..., Awaitable[Chat]]


@pytest.fixture
def model() -> object:
    """A language model on loopback."""
    with OpenAIServer() as server:
        yield server


@pytest.fixture
async def make_chat(tmp_path: Path, clock: ManualClock) -> AsyncIterator[MakeChat]:
    """Makes a chat; again with the same store after the one before was stopped."""
    made: list[Services] = []

    async def make(
        model: OpenAIServer | None = None, *, name: str = "chat", at: Clock = clock, **settings: object
    ) -> Chat:
        if model is not None:
            settings |= {"openai_base_url": model.url, "openai_model": "tiny", "openai_api_key": "k"}
        options = Settings(data=tmp_path / "data", hash_threads=1, **settings)  # type: ignore[arg-type]
        cheap = Passwords(1, time_cost=1, memory_cost=64)
        relay = Relay()
        services = Services.build(SqliteStore(tmp_path / f"{name}.db"), options, relay, at, cheap)
        await services.start()
        made.append(services)
        heard = Heard()
        relay.listen(heard)
        return Chat(services, heard)

    yield make
    for services in made:
        if services.assistant.on:
            await services.stop()


@pytest.fixture
async def chat(make_chat: MakeChat) -> Chat:
    """A chat without a language model."""
    return await make_chat()
