"""The people, rooms and messages that the bench works with, laid into a fresh store."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chatbeside.domain.clock import now
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Member, Message, Role, Room, RoomKind, Session, User
from chatbeside.services.secrets import load_secret
from chatbeside.services.tokens import Tokens
from chatbeside.settings import Settings
from chatbeside.store.factory import make_store
from chatbeside.store.interfaces import Store
from chatbeside.store.records import PLAIN, Codec

PASSWORD = "a long enough password"
TEXT = "The quick brown fox jumps over the lazy dog, and the dog does not mind at all."


@dataclass(frozen=True, slots=True)
class Seed:
    """Ids and tokens: of everybody, of the room with everybody in it, of pairs, of the long room."""

    users: list[User]
    tokens: list[str]
    room: str
    pairs: list[str]
    long_room: str


async def seed(folder: Path, *, people: int, pairs: int, messages: int) -> Seed:
    """Fill the store in ``folder``.

    Args:
        folder: The data folder, not there yet.
        people: How many accounts; all are in one room.
        pairs: How many direct conversations: the first person with the second, the third with the fourth, ...
        messages: How many messages are in the long room, whose members are the first two.
    """
    settings = Settings(data=folder)
    folder.mkdir(parents=True)  # noqa: ASYNC240 - nothing else runs
    store = make_store(settings)
    await store.open()
    try:
        users = [_user(number) for number in range(people)]
        for user in users:
            await store.users.add(user)
        tokens = Tokens(load_secret(folder), now)
        sessions = [Session(new_id(), user.id, now(), now(), now() + timedelta(days=1)) for user in users]
        for session in sessions:
            await store.sessions.add(session)
        room = await _room(store, "Everybody", users)
        direct = [await _pair(store, users[2 * number], users[2 * number + 1]) for number in range(pairs)]
        long_room = await _room(store, "Long", users[:2])
        await _fill(store, long_room, users[:2], messages)
        return Seed(users, [tokens.issue(session) for session in sessions], room, direct, long_room)
    finally:
        await store.close()


async def lay_rooms(folder: Path, groups: list[list[User]]) -> list[str]:
    """Make a room for each group of people in the store in ``folder``, and return their ids."""
    store = make_store(Settings(data=folder))
    await store.open()
    try:
        return [await _room(store, f"Room {number}", users) for number, users in enumerate(groups)]
    finally:
        await store.close()


def _user(number: int) -> User:
    name = f"person{number}"
    return User(new_id(), name, name, now())


async def _room(store: Store, name: str, users: list[User]) -> str:
    room = Room(new_id(), RoomKind.GROUP, now(), users[0].id, name=name)
    await store.rooms.add(room)
    for user in users:
        await store.members.add(Member(room.id, user.id, Role.MEMBER, now()))
    return room.id


async def _pair(store: Store, one: User, other: User) -> str:
    pair = ":".join(sorted((one.id, other.id)))
    room = Room(new_id(), RoomKind.DIRECT, now(), one.id, pair=pair)
    await store.rooms.add(room)
    for user in (one, other):
        await store.members.add(Member(room.id, user.id, Role.MEMBER, now()))
    return room.id


async def _fill(store: Store, room_id: str, users: list[User], count: int) -> None:
    codec = Codec(Message, PLAIN)
    began = datetime(2026, 1, 1, tzinfo=UTC)
    for first in range(1, count + 1, 1000):
        batch = [
            Message(
                id=new_id(),
                room_id=room_id,
                seq=number,
                rev=number,
                sender_id=users[number % 2].id,
                client_id=f"seed-{number}",
                kind="text",
                content=f"{number}: {TEXT}",
                created_at=began + timedelta(seconds=number),
            )
            for number in range(first, min(first + 1000, count + 1))
        ]
        await store.load("messages", [codec.encode(message) for message in batch])
