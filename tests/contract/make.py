"""Values to store."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Member, NewMessage, Role, Room, RoomKind, Session, User
from chatbeside.store.interfaces import Store

START = datetime(2026, 1, 31, 12, 0, 0, 123000, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """Return a moment so many seconds after the start."""
    return START + timedelta(seconds=seconds)


def user(name: str, **more: Any) -> User:
    return User(id=new_id(), username=name, username_key=name.casefold(), created_at=START, **more)


def session(user_id: str, seconds: float = 0) -> Session:
    moment = at(seconds)
    return Session(new_id(), user_id, moment, moment, moment + timedelta(days=30), "a browser")


def room(name: str = "", **more: Any) -> Room:
    return Room(
        id=new_id(), kind=more.pop("kind", RoomKind.GROUP), created_at=START, created_by=new_id(), name=name, **more
    )


def member(room_id: str, user_id: str, **more: Any) -> Member:
    return Member(room_id, user_id, more.pop("role", Role.MEMBER), START, **more)


def message(room_id: str, sender_id: str = "", content: str = "hello", **more: Any) -> NewMessage:
    return NewMessage(
        id=more.pop("id", None) or new_id(),
        room_id=room_id,
        sender_id=sender_id or new_id(),
        client_id=more.pop("client_id", None) or new_id(),
        kind=more.pop("kind", "text"),
        content=content,
        created_at=START,
        **more,
    )


async def fill(store: Store, room_id: str, count: int, sender_id: str = "") -> list[str]:
    """Append messages called 1, 2, 3 ... and return their ids."""
    sender_id = sender_id or new_id()
    stored = [await store.messages.append(message(room_id, sender_id, str(number + 1))) for number in range(count)]
    return [each.id for each, _ in stored]
