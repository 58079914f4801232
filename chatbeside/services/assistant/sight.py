"""What the assistant gets to see.

Everything of a room that goes into a prompt comes through :meth:`Sight.sources` and :meth:`Sight.title`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from chatbeside.assistant.interfaces import Source
from chatbeside.domain.audience import RoomReaders, admit, admits
from chatbeside.domain.errors import InvalidInput
from chatbeside.domain.models import Member, Message, Room, RoomKind, User
from chatbeside.domain.names import username_key
from chatbeside.domain.search import Search, parse, shown
from chatbeside.domain.words import sought
from chatbeside.services.previews.service import FIELD as PREVIEW
from chatbeside.store.interfaces import Store

MEMBERS_PAGE = 1_000
RELATED_WORDS = 6
"""Words of a question that are looked for: its longest."""
RELATED_EACH = 40
"""Messages that are looked at for each of them."""
CATCHUP_MOST = 1_000
_WORD = re.compile(r"[^\W_]{2,}")
_COMMON = frozenset(
    ["the", "and", "what", "when", "did", "does", "was", "who", "how", "for", "you", "about", "with", "that", "said"]
)


def allows(room: Room) -> bool:
    """Return whether the members let the assistant read in ``room``."""
    return room.preferences.get("assistant") is not False


class Sight:
    """Finds messages and lets through those that the audience may read."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def sources(self, place: Room, messages: Iterable[Message]) -> list[Source]:
        """Return ``messages`` as sources for an answer in ``place``, those left out that its readers may not all read.

        In the order given, without numbers.
        """
        admitted = await self.admitted(place, list(messages))
        users = await self._store.users.get_many({message.sender_id for message in admitted})
        rooms = await self._store.rooms.get_many({message.room_id for message in admitted})
        names = {room.id: await self._name(room, place) for room in rooms.values()}
        return [
            source_of(message, users.get(message.sender_id), names.get(message.room_id, "")) for message in admitted
        ]

    async def admitted(self, place: Room, messages: Sequence[Message]) -> list[Message]:
        """Return those of ``messages`` that may enter a prompt for ``place``."""
        rooms = await self._store.rooms.get_many({place.id, *(message.room_id for message in messages)})
        readers, bots = await self._readers(place, rooms.values())
        return admit(messages, place=place.id, rooms=readers, bots=bots)

    async def title(self, place: Room, about: Room) -> tuple[str, str]:
        """Return the name and topic of ``about`` as a prompt for ``place`` may hold them: empty where it may not."""
        rooms = await self._store.rooms.get_many({place.id, about.id})
        readers, bots = await self._readers(place, rooms.values())
        now = rooms.get(about.id)
        if now is None or now.kind is not RoomKind.GROUP:
            return "", ""
        return (now.name, now.topic) if admits(now.id, place=place.id, rooms=readers, bots=bots) else ("", "")

    async def _readers(self, place: Room, rooms: Iterable[Room]) -> tuple[dict[str, RoomReaders], frozenset[str]]:
        """Return who reads each of ``rooms``, and the bots among those who read ``place``."""
        readers: dict[str, RoomReaders] = {}
        for room in rooms:
            members = frozenset(member.user_id for member in await self._members(room.id))
            readers[room.id] = RoomReaders(members, assistant=allows(room))
        users = await self._store.users.get_many(readers[place.id].members if place.id in readers else ())
        return readers, frozenset(user.id for user in users.values() if user.bot)

    async def recent(self, room: Room, *, before: int | None = None, most: int) -> list[Message]:
        """Return the newest messages of ``room``, oldest first."""
        found: list[Message] = []
        while len(found) < most:
            page = await self._store.messages.page(room.id, before=before, limit=min(200, most - len(found)))
            if not page:
                break
            found = page + found
            before = page[0].seq
        return found

    async def missed(self, asker: User, room: Room, *, since: datetime | None, before: int | None) -> list[Message]:
        """Return what others wrote in ``room`` that the asker missed, oldest first.

        That is what came after ``since``; without it what is unread; where nothing is, what came since the asker
        last wrote there: with the room open, everything counts as read the moment it is shown.
        """
        newest = [m for m in await self.recent(room, before=before, most=CATCHUP_MOST) if m.sender_id != asker.id]
        if since is not None:
            return [message for message in newest if message.created_at >= since]
        read = (await self._store.receipts.get(room.id, asker.id)).read_seq
        unread = [message for message in newest if message.seq > read]
        if unread:
            return unread
        own = [m.seq for m in await self.recent(room, before=before, most=CATCHUP_MOST) if m.sender_id == asker.id]
        return [message for message in newest if message.seq > max(own, default=0)][-200:]

    async def rooms_of(self, asker: User, *, but: str = "") -> list[Room]:
        """Return the rooms of a person in which the assistant may read, newest activity first, ``but`` left out."""
        memberships: list[Member] = await self._store.members.of_user(asker.id)
        rooms = await self._store.rooms.get_many(m.room_id for m in memberships if m.room_id != but)
        heads = await self._store.messages.heads(rooms)
        spoken = [room for room in rooms.values() if allows(room) and heads[room.id].last_message]
        return sorted(spoken, key=lambda room: _last(heads[room.id].last_message), reverse=True)

    async def search(self, asker: User, words: str, *, most: int, but: str = "") -> list[Message]:
        """Return messages that hold every word, newest first, among the asker's rooms.

        Args:
            asker: Whose rooms.
            words: May hold ``from:NAME``; without any word nothing is found.
            most: The most messages to return.
            but: A room to leave out.
        """
        sender: str | None = None
        match = re.search(r"\bfrom:@?(\S+)", words)
        if match:
            user = await self._store.users.by_username(username_key(match[1]))
            if user is None:
                return []
            sender, words = user.id, words.replace(match[0], " ")
        rooms = tuple(room.id for room in await self.rooms_of(asker, but=but))
        return await self._find(rooms, words, sender=sender, most=most)

    async def related(
        self, rooms: Sequence[str], question: str, *, most: int, before: Message | None = None
    ) -> list[Message]:
        """Return messages that have to do with a question: those that hold most of its words, at least two and half.

        Args:
            rooms: Ids of the rooms to look in.
            question: In any form.
            most: The most messages to return.
            before: Only what is older than this is looked at.
        """
        words = [word for word in dict.fromkeys(_WORD.findall(question.casefold())) if word not in _COMMON]
        words = sorted(words, key=len, reverse=True)[:RELATED_WORDS]
        if len(words) < 2:
            return []
        found: dict[str, Message] = {}
        hits: Counter[str] = Counter()
        for word in words:
            for message in await self._find(tuple(rooms), word, most=RELATED_EACH, before=before):
                found[message.id] = message
                hits[message.id] += 1
        need = max(2, (len(words) + 1) // 2)
        best = [message for message in found.values() if hits[message.id] >= need]
        best.sort(key=lambda message: (hits[message.id], message.created_at, message.seq), reverse=True)
        return best[:most]

    async def _find(
        self,
        rooms: tuple[str, ...],
        words: str,
        *,
        most: int,
        sender: str | None = None,
        before: Message | None = None,
    ) -> list[Message]:
        try:
            query = parse(words)
        except InvalidInput:
            return []
        search = Search(rooms=rooms, beginnings=tuple(sought(query)), sender_id=sender)
        # The store may give a few that do not hold the words after all; see :mod:`chatbeside.domain.search`.
        messages = await self._store.messages.search(search, before=before, limit=2 * most) if rooms else []
        return [message for message in messages if shown(message, query) is not None][:most]

    async def _members(self, room_id: str) -> list[Member]:
        members: list[Member] = []
        while True:
            after = members[-1].user_id if members else ""
            page = await self._store.members.of_room(room_id, limit=MEMBERS_PAGE, after=after)
            members += page
            if len(page) < MEMBERS_PAGE:
                return members

    async def _name(self, room: Room, place: Room) -> str:
        if room.id == place.id:
            return ""
        if room.kind is not RoomKind.DIRECT or not room.pair:
            return room.name
        shared = set((place.pair or "").split(":"))
        others = [user_id for user_id in room.pair.split(":") if user_id not in shared]
        users = await self._store.users.get_many(others)
        return next((name_of(user) for user in users.values()), "notes")


def name_of(user: User | None) -> str:
    """Return what people call somebody."""
    return (user.display_name or user.username) if user else "somebody"


def _last(message: Message | None) -> float:
    return message.created_at.timestamp() if message else 0.0


def source_of(message: Message, sender: User | None, room_name: str) -> Source:
    """Return ``message`` as a source without a number. Only admitted messages may be given."""
    preview = message.data.get(PREVIEW)
    said = [str(preview.get(part) or "") for part in ("title", "description")] if isinstance(preview, Mapping) else []
    return Source(
        n=0,
        message_id=message.id,
        room_id=message.room_id,
        seq=message.seq,
        who=name_of(sender),
        at=message.created_at,
        text=message.content,
        room_name=room_name,
        files=tuple(attachment.name for attachment in message.attachments),
        link=": ".join(filter(None, said)),
        weight=min(sum(len(people) for people in message.reactions.values()), 10) * 0.1,
        edited_at=message.edited_at,
    )
