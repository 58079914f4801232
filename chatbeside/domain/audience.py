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


def admit(
    messages: Iterable[Message], *, place: str, rooms: Mapping[str, RoomReaders], bots: frozenset[str]
) -> list[Message]:
    """Return those of ``messages`` that may enter a prompt whose answer is given in ``place``.

    A message enters when it is words of a person or a bot, not deleted, from a room where the assistant
    may read, and every person who reads ``place`` is a member of the room it stands in.

    Args:
        messages: Candidates, from any room.
        place: The id of the room where the answer will stand.
        rooms: Who reads each room; a room that is missing here is read by nobody.
        bots: The ids of bots; they do not count as readers.
    """
    here = rooms.get(place)
    readers = readers_of(here, bots) if here else frozenset()
    if here is None or not here.assistant or not readers:
        return []
    admitted = []
    for message in messages:
        room = rooms.get(message.room_id)
        if room is None or not room.assistant or not readers <= room.members:
            continue
        if message.kind == MessageKind.TEXT.value and message.deleted_at is None:
            admitted.append(message)
    return admitted
