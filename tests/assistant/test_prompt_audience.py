"""Random memberships, histories, deletions and switches: nothing narrower than the audience is in a prompt.

What is looked at is the whole prompt as a provider gets it, and what is said beside it: every message, name of a room,
topic, preview and name of a file has a word of its own that is looked for.
"""

import asyncio
import re
import tempfile
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chatbeside.assistant.builtin import Builtin
from chatbeside.assistant.interfaces import Provider
from chatbeside.domain.ids import new_id, pair_key
from chatbeside.domain.models import Attachment, Message, Room, RoomKind, User
from chatbeside.services.assistant import plan as planning
from chatbeside.services.assistant.plan import Planner
from chatbeside.services.assistant.reading import FileWords
from chatbeside.services.assistant.sight import Sight
from chatbeside.store.sqlite import SqliteStore
from tests.contract import make

PEOPLE = ["ann", "ben", "cleo"]
ASSISTANT = "beside"
GROUPS = 3
BUILTIN = Builtin()
QUESTION = "where is the boiler key?"
ASKED = [
    QUESTION,
    f"/ask {QUESTION}",
    "/catchup",
    "/catchup 1 day",
    "/summarise",
    "/search boiler",
    "/translate French",
]


@dataclass(frozen=True)
class Group:
    """A room: who is in it beside the assistant, and whether that may read there."""

    members: frozenset[str]
    on: bool


@dataclass(frozen=True)
class Said:
    """A message: in a room by its number, or in the conversation of somebody with the assistant."""

    where: int | str
    sender: str
    deleted: bool = False
    answer: bool = False


@dataclass(frozen=True)
class Asks:
    """A question: in a room or in one's own conversation, about the conversation or a room, replying to a message."""

    asker: str
    where: int | str
    about: int | None
    text: str
    reply: int | None
    model: bool


@dataclass(frozen=True)
class World:
    """Everything that a prompt is made from."""

    groups: tuple[Group, ...]
    history: tuple[Said, ...]
    asks: Asks

    def readers(self, where: int | str) -> frozenset[str]:
        """Return the people who read a conversation."""
        return frozenset({where}) if isinstance(where, str) else self.groups[where].members

    def may_tell(self, where: int | str) -> bool:
        """Return whether whatever is in ``where`` may be told in the answer: the rule, written down once more."""
        for place in (where, self.asks.where):
            if isinstance(place, int) and not self.groups[place].on:
                return False
        present = self.readers(self.asks.where)
        return bool(present) and all(person in self.readers(where) for person in present)

    def narrow(self) -> set[str]:
        """Return the words that must not be told."""
        words = {f"{kind}{n}x" for n in range(GROUPS) if not self.may_tell(n) for kind in ("name", "topic")}
        for n, said in enumerate(self.history):
            if said.deleted or not self.may_tell(said.where):
                words |= {f"{kind}{n}x" for kind in ("word", "file", "page")}
        return words

    def here(self) -> set[str]:
        """Return the words of messages in the room where the question is put that may be told."""
        place = self.asks.where
        told = [n for n, said in enumerate(self.history) if said.where == place and not said.deleted]
        return {f"word{n}x" for n in told} if self.may_tell(place) else set()


@st.composite
def worlds(draw: st.DrawFn) -> World:
    members = st.frozensets(st.sampled_from(PEOPLE), min_size=1)
    groups = tuple(draw(st.builds(Group, members, st.booleans())) for _ in range(GROUPS))
    places = st.one_of(st.integers(0, GROUPS - 1), st.sampled_from(PEOPLE))
    said = st.builds(Said, places, st.sampled_from([*PEOPLE, ASSISTANT]), st.booleans(), st.booleans())
    history = tuple(draw(st.lists(said, max_size=14)))
    asker = draw(st.sampled_from(PEOPLE))
    mine = [n for n, group in enumerate(groups) if asker in group.members]
    where = draw(st.sampled_from([asker, *(n for n in mine if groups[n].on)]))
    about = draw(st.sampled_from([None, *range(GROUPS)])) if where == asker else None
    reply = draw(st.sampled_from([None, *range(len(history))]))
    asks = Asks(asker, where, about, draw(st.sampled_from(ASKED)), reply, draw(st.booleans()))
    return World(groups, history, asks)


async def told(world: World, folder: Path) -> str:
    """Store ``world``, plan what is asked and return all that a provider or people would get."""
    store = SqliteStore(folder / "chat.db")
    await store.open()
    try:
        users = {name: make.user(name, bot=name == ASSISTANT) for name in [*PEOPLE, ASSISTANT]}
        for user in users.values():
            await store.users.add(user)
        rooms = await _rooms(store, world, users)
        messages = [await _say(store, rooms, users, n, said) for n, said in enumerate(world.history)]
        return await _plan(store, world, users, rooms, messages)
    finally:
        await store.close()


async def _rooms(store: SqliteStore, world: World, users: dict[str, User]) -> dict[int | str, Room]:
    rooms: dict[int | str, Room] = {}
    for n, group in enumerate(world.groups):
        rooms[n] = make.room(f"name{n}x", topic=f"topic{n}x", preferences={"assistant": group.on})
    for person in PEOPLE:
        pair = pair_key(users[person].id, users[ASSISTANT].id)
        rooms[person] = make.room(kind=RoomKind.DIRECT, pair=pair)
    for where, room in rooms.items():
        await store.rooms.add(room)
        for name in [*world.readers(where), ASSISTANT]:
            await store.members.add(make.member(room.id, users[name].id))
    return rooms


async def _say(store: SqliteStore, rooms: dict[int | str, Room], users: dict[str, User], n: int, said: Said) -> Message:
    data: dict[str, object] = {"preview": {"title": f"page{n}x", "description": "keys"}}
    if said.sender == ASSISTANT:
        data["assistant"] = {"sources": [{"n": 1}] if said.answer else []}
    new = make.message(
        rooms[said.where].id,
        users[said.sender].id,
        f"word{n}x hangs beside the boiler key.",
        attachments=(Attachment(new_id(), f"file{n}x", "text/plain", 5),),
        data=data,
    )
    message, _ = await store.messages.append(replace(new, created_at=make.at(n)))
    if said.deleted:
        await store.messages.change(message.id, lambda now: replace(now, deleted_at=make.at(100)))
    return message


async def _plan(
    store: SqliteStore, world: World, users: dict[str, User], rooms: dict[int | str, Room], messages: list[Message]
) -> str:
    asks = world.asks
    data = {} if asks.about is None else {"about": rooms[asks.about].id}
    reply = None if asks.reply is None else messages[asks.reply].id
    new = make.message(rooms[asks.where].id, users[asks.asker].id, asks.text, data=data, reply_to=reply)
    question, _ = await store.messages.append(replace(new, created_at=make.at(200)))
    planner = Planner(
        store=store,
        sight=Sight(store),
        words=FileWords(store, None),  # type: ignore[arg-type]  # no file has a content
        setup=SimpleNamespace(builtin=BUILTIN),  # type: ignore[arg-type]
        reminders=None,  # type: ignore[arg-type]
        clock=lambda: make.START + timedelta(hours=1),
    )
    provider: Provider = SimpleNamespace(name="openai") if asks.model else BUILTIN  # type: ignore[assignment]
    with mock.patch.object(planning, "RECENT", 3):  # so that the rest has to be found
        made = await planner.plan(users[asks.asker], rooms[asks.where], question, asks.text, provider, me="Beside")
    return f"{made.prompt} {made.said} {made.sources}"


OFF = World(
    (Group(frozenset({"ann"}), on=False),) * GROUPS, (Said(0, "ann"),), Asks("ann", "ann", 0, ASKED[1], 0, True)
)
OPEN = Group(frozenset(PEOPLE), on=True)
LONG = World((OPEN,) * GROUPS, (Said(0, "ben"),) * 8, Asks("ann", 0, None, QUESTION, None, True))
NARROW = World(
    (OPEN, Group(frozenset({"ann"}), on=True), OPEN),
    (Said(1, "ann"), Said(0, "ben", deleted=True), Said("ann", ASSISTANT), *[Said(0, "ben")] * 5),
    Asks("ann", 0, None, QUESTION, 0, True),
)


@given(worlds())
@example(OFF)
@example(LONG)
@example(NARROW)
@settings(max_examples=60)
def test_nothing_narrower_than_the_audience_is_in_a_prompt(world: World) -> None:
    with tempfile.TemporaryDirectory() as folder:
        said = asyncio.run(told(world, Path(folder)))
    words = set(re.findall(r"(?:word|file|page|name|topic)\d+x", said))
    assert not words & world.narrow()
    if world.asks.model and world.asks.text == QUESTION and isinstance(world.asks.where, int):
        assert words >= world.here(), "what all may read, and what is asked for, is there"
        assert f"topic{world.asks.where}x" in words
