"""The audience rule: what may be put before the assistant to answer in a place.

An answer is read by everybody in the room where it is given. So only what *every* person who reads
that room may read anyway can go into its prompt: nothing narrower than the room itself. A direct
conversation with the assistant has one reader, so there it is what the asker may read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chatbeside.domain.models import Message, MessageKind


@dataclass(frozen=True, slots=True)
class RoomReaders:
    """Who may read a room.

    Args:
        members: The ids of all members, bots too.
        assistant: Whether the members let the assistant read here at all.
    """

    members: frozenset[str]
    assistant: bool = True


def readers_of(room: RoomReaders, bots: frozenset[str]) -> frozenset[str]:
    """Return the people who read ``room``: its members without the bots."""
    return room.members - bots


def admits(room: str, *, place: str, rooms: Mapping[str, RoomReaders], bots: frozenset[str]) -> bool:
    """Return whether ``room`` may be told of, by its name, topic and messages, where the answer is given in ``place``.

    That is where the assistant may read in both, and every person who reads ``place`` is a member of ``room``.

    Args:
        room: The id of the room that is told of.
        place: The id of the room where the answer will stand.
        rooms: Who reads each room; a room that is missing here is read by nobody.
        bots: The ids of bots; they do not count as readers.
    """
    here, there = rooms.get(place), rooms.get(room)
    if here is None or there is None or not here.assistant or not there.assistant:
        return False
    readers = readers_of(here, bots)
    return bool(readers) and readers <= there.members


def admit(
    messages: Iterable[Message], *, place: str, rooms: Mapping[str, RoomReaders], bots: frozenset[str]
) -> list[Message]:
    """Return those of ``messages`` that may enter a prompt whose answer is given in ``place``.

    A message enters when it is words of a person or a bot, not deleted, from a room that :func:`admits` lets through.

    Args:
        messages: Candidates, from any room.
        place: The id of the room where the answer will stand.
        rooms: As for :func:`admits`.
        bots: As for :func:`admits`.
    """
    told = {room for room in rooms if admits(room, place=place, rooms=rooms, bots=bots)}
    return [
        message
        for message in messages
        if message.room_id in told and message.kind == MessageKind.TEXT.value and message.deleted_at is None
    ]
