"""The sockets of this process: whose they are, and who shares a conversation with whom, here and at other workers."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from chatbeside.services import metrics
from chatbeside.services.principal import Principal
from chatbeside.services.source import NOWHERE, Source


@dataclass(slots=True, eq=False)
class Connection:
    """One client that was let in.

    ``validate_at`` is when to look whether its session still holds, in monotonic seconds;
    ``typing`` holds when it last said so, by room, in monotonic seconds; ``left`` the conversations that its
    person left since it came, so that a list read before cannot bring it back into them.
    """

    sid: str
    principal: Principal
    token: str
    source: Source = NOWHERE
    validate_at: float = 0.0
    typing: dict[str, float] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)


def room_channel(room_id: str) -> str:
    """Return the Socket.IO room that the members of a conversation are in."""
    return f"room:{room_id}"


def user_channel(user_id: str) -> str:
    """Return the Socket.IO room of all devices of a person."""
    return f"user:{user_id}"


class Roster:
    """Finds connections by socket, person, session and conversation."""

    def __init__(self) -> None:
        self._connections: dict[str, Connection] = {}
        self._by_user: dict[str, dict[str, Connection]] = {}
        self._by_session: dict[str, dict[str, Connection]] = {}
        self._rooms: dict[str, set[str]] = {}
        self._people: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, connection: Connection) -> None:
        """Take in a connection."""
        self._connections[connection.sid] = connection
        principal = connection.principal
        self._by_user.setdefault(principal.user.id, {})[connection.sid] = connection
        self._by_session.setdefault(principal.session.id, {})[connection.sid] = connection
        self._rooms.setdefault(principal.user.id, set())
        metrics.SOCKETS.inc()

    def remove(self, sid: str) -> Connection | None:
        """Forget a connection and return it. What is known of the person stays until :meth:`forget`."""
        connection = self._connections.pop(sid, None)
        if connection is None:
            return None
        metrics.SOCKETS.dec()
        principal = connection.principal
        for index, key in ((self._by_user, principal.user.id), (self._by_session, principal.session.id)):
            index[key].pop(sid, None)
            if not index[key]:
                del index[key]
        return connection

    def get(self, sid: str) -> Connection | None:
        """Return the connection of a socket."""
        return self._connections.get(sid)

    def all(self) -> list[Connection]:
        """Return every connection."""
        return list(self._connections.values())

    def of_user(self, user_id: str) -> list[Connection]:
        """Return the connections of a person."""
        return list(self._by_user.get(user_id, {}).values())

    def of_session(self, session_id: str) -> list[Connection]:
        """Return the connections of a session."""
        return list(self._by_session.get(session_id, {}).values())

    def knows(self, user_id: str) -> bool:
        """Return whether this person is, or was a moment ago, connected here."""
        return user_id in self._rooms

    def meet(self, user_id: str, room_ids: Iterable[str]) -> None:
        """Know a person who is connected to another worker, with all their conversations."""
        known, now = self._rooms.setdefault(user_id, set()), set(room_ids)
        if user_id not in self._by_user:
            for room_id in known - now:
                self.leave(user_id, room_id)
        self.enter(user_id, now)

    def enter(self, user_id: str, room_ids: Iterable[str]) -> None:
        """Note that a known person is in these conversations."""
        if user_id not in self._rooms:
            return
        for room_id in room_ids:
            self._rooms[user_id].add(room_id)
            self._people[room_id].add(user_id)

    def leave(self, user_id: str, room_id: str) -> None:
        """Note that a person is no longer in a conversation."""
        self._rooms.get(user_id, set()).discard(room_id)
        if room_id in self._people:
            self._people[room_id].discard(user_id)
            if not self._people[room_id]:
                del self._people[room_id]

    def forget(self, user_id: str) -> None:
        """Forget a person who has no connection any more."""
        if user_id not in self._by_user:
            for room_id in self.rooms(user_id):
                self.leave(user_id, room_id)
            self._rooms.pop(user_id, None)

    def rooms(self, user_id: str) -> list[str]:
        """Return the conversations of a known person."""
        return list(self._rooms.get(user_id, ()))

    def people(self, room_id: str) -> list[str]:
        """Return the known people of a conversation."""
        return list(self._people.get(room_id, ()))

    def neighbours(self, user_id: str) -> set[str]:
        """Return the known people who share a conversation with ``user_id``, themselves included."""
        return set().union(*(self._people.get(room_id, set()) for room_id in self._rooms.get(user_id, ())), {user_id})
