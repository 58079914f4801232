"""Finding messages by their words, in the rooms that the asker is a member of and nowhere else."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chatbeside.domain.clock import to_milliseconds
from chatbeside.domain.errors import InvalidInput
from chatbeside.domain.ids import is_id
from chatbeside.domain.limits import LimitName
from chatbeside.domain.models import Message, Room, User
from chatbeside.domain.search import Part, Search, parse, shown
from chatbeside.domain.words import Word, sought
from chatbeside.services.access import Access
from chatbeside.services.limits import Limits
from chatbeside.services.principal import Principal
from chatbeside.store.interfaces import Store

FINDS = 20
"""Finds in an answer when the asker names no limit."""
FINDS_MOST = 50
_LOOKED_AT = 200
"""Messages that one answer looks at; where few of them hold the words, there are fewer finds and a way to go on."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody searches for. ``room`` and ``sender`` are ids, ``before`` the id of the last message seen.

    ``since`` is the first moment, ``until`` the first one that is too late.
    """

    query: str
    room: str | None = None
    sender: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    with_file: bool = False
    before: str | None = None
    limit: int = FINDS


@dataclass(frozen=True, slots=True)
class Find:
    """A message, where it is, who wrote it (``None`` when the account is gone) and the line that has the words."""

    message: Message
    room: Room
    sender: User | None
    excerpt: list[Part]


@dataclass(frozen=True, slots=True)
class Finds:
    """Finds, newest first. ``next`` is what ``before`` has to be to go on; ``None`` when there is nothing further."""

    finds: list[Find]
    next: str | None


class Finder:
    """Searches on behalf of somebody."""

    def __init__(self, store: Store, access: Access, limits: Limits) -> None:
        self._store = store
        self._access = access
        self._limits = limits

    async def search(self, principal: Principal, asked: Asked) -> Finds:
        """Return messages that the asker may read and that hold every word, newest first.

        A word is found as the beginning of a word, in the text and in the names of files. Without any words all
        messages with a file are found, when that is asked for.

        Raises:
            NotFound: There is no such room for the asker.
            InvalidInput: There is no word in the query and no file is asked for, the query is too long, or a filter is
                not right.
            TooMany: The asker has searched very often just now.
        """
        await self._limits.take(LimitName.SEARCHES, principal.user.id)
        query = () if asked.with_file and not asked.query.strip() else parse(asked.query)
        _check(asked)
        rooms = await self._rooms(principal, asked.room)
        before = await self._before(asked.before, rooms)
        search = Search(
            rooms=tuple(rooms),
            beginnings=tuple(sought(query)),
            sender_id=asked.sender,
            since=to_milliseconds(asked.since) if asked.since else None,
            until=to_milliseconds(asked.until) if asked.until else None,
            with_file=asked.with_file,
        )
        found, last = await self._look(search, query, before, asked.limit)
        people = await self._store.users.get_many({message.sender_id for message, _ in found})
        places = await self._store.rooms.get_many({message.room_id for message, _ in found})
        finds = [
            Find(message, places[message.room_id], people.get(message.sender_id), excerpt)
            for message, excerpt in found
            if message.room_id in places
        ]
        return Finds(finds, last)

    async def _rooms(self, principal: Principal, room_id: str | None) -> list[str]:
        if room_id is not None:
            return [(await self._access.room(principal, room_id)).room.id]
        return [member.room_id for member in await self._store.members.of_user(principal.user.id)]

    async def _before(self, message_id: str | None, rooms: Sequence[str]) -> Message | None:
        if message_id is None:
            return None
        message = await self._store.messages.get(message_id) if is_id(message_id) else None
        if message is None or message.room_id not in rooms:
            raise InvalidInput("Search again.", fields={"before": "There is no such message, or you may not see it."})
        return message

    async def _look(
        self, search: Search, query: Sequence[Word], before: Message | None, limit: int
    ) -> tuple[list[tuple[Message, list[Part]]], str | None]:
        """Return up to ``limit`` messages that hold the words, and the last one looked at if there is more."""
        found: list[tuple[Message, list[Part]]] = []
        looked = 0
        while looked < _LOOKED_AT:
            # One more than wanted tells whether there is more.
            messages = await self._store.messages.search(search, before=before, limit=limit + 1)
            # Off the loop: texts may be long.
            excerpts = await asyncio.to_thread(_excerpts, messages, query)
            for message, excerpt in zip(messages, excerpts, strict=True):
                if len(found) == limit:
                    return found, before.id if before else None
                before = message
                if excerpt is not None:
                    found.append((message, excerpt))
            if len(messages) <= limit:
                return found, None
            looked += len(messages)
        return found, before.id if before else None


def _excerpts(messages: Sequence[Message], query: Sequence[Word]) -> list[list[Part] | None]:
    return [shown(message, query) for message in messages]


def _check(asked: Asked) -> None:
    problems = {}
    if asked.sender is not None and not is_id(asked.sender):
        problems["from"] = "Use the id of a person."
    for name, moment in (("since", asked.since), ("until", asked.until)):
        if moment is not None and (moment.tzinfo is None or not 1970 <= moment.year <= 9000):
            problems[name] = "Use a time such as 2026-01-31T12:00:00Z, with its zone."
    if not problems and asked.since and asked.until and asked.until <= asked.since:
        problems["until"] = "Use a time after the beginning."
    if not 1 <= asked.limit <= FINDS_MOST:
        problems["limit"] = f"Use 1 to {FINDS_MOST}."
    if problems:
        raise InvalidInput("Check the search.", fields=problems)
