"""Who sends what to whom: the peers of a media room, their publishers, and the lanes on which others get them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from chatbeside.media.forward import Kind, Lane, Publisher


@dataclass(eq=False, slots=True)
class Peer:
    """One peer of a room. ``changed`` is called when what its lanes carry, or how many it needs, changed."""

    name: str
    changed: Callable[[], None]
    publishers: dict[Kind, Publisher] = field(default_factory=dict)
    lanes: list[Lane] = field(default_factory=list)
    picture: bool = True
    """Whether others get its picture."""
    missing: dict[Kind, int] = field(default_factory=dict)
    """How many lanes are missing, by kind."""
    version: int = 0
    """Rises with each change, so that what is told by several ways can be put in order."""

    def sends(self) -> Iterator[Publisher]:
        """Return what others get of it."""
        for kind, publisher in self.publishers.items():
            if kind == "audio" or self.picture:
                yield publisher

    def carried(self) -> list[dict[str, Any]]:
        """Return who is on which lane: ``{mid, peer, kind}``."""
        return [{"mid": lane.mid, "peer": lane.source.owner, "kind": lane.kind} for lane in self.lanes if lane.source]


class MediaRoom:
    """The peers that hear and see each other. Also others may look on: a recording adds itself to ``watchers``."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.peers: dict[str, Peer] = {}
        self.watchers: set[Callable[[], None]] = set()
        """Called when a publisher comes or goes; see :meth:`publishers`."""

    def add(self, peer: Peer) -> None:
        """Let a peer in; nothing flows before :meth:`arrange`."""
        self.peers[peer.name] = peer

    def remove(self, peer: Peer) -> None:
        """Let a peer go, with all that it sends and receives."""
        self.peers.pop(peer.name, None)
        self.arrange()
        for publisher in peer.publishers.values():
            publisher.close()
        for lane in peer.lanes:
            lane.carry(None)
        peer.publishers.clear()
        peer.lanes.clear()

    def publishers(self) -> list[Publisher]:
        """Return everything that is sent in the room."""
        return [publisher for peer in self.peers.values() for publisher in peer.sends()]

    def arrange(self) -> None:
        """Put every publisher on a lane of every other peer. What is on a lane stays there."""
        sent = self.publishers()
        for peer in self.peers.values():
            before = (peer.carried(), dict(peer.missing))
            wanted = [publisher for publisher in sent if publisher.owner != peer.name]
            for lane in peer.lanes:
                if lane.source is not None and lane.source not in wanted:
                    lane.carry(None)
            there = {lane.source for lane in peer.lanes}
            peer.missing = {}
            for publisher in wanted:
                if publisher in there:
                    continue
                free = next((each for each in peer.lanes if each.kind == publisher.kind and not each.source), None)
                if free is None:
                    peer.missing[publisher.kind] = peer.missing.get(publisher.kind, 0) + 1
                else:
                    free.carry(publisher)
            if before != (peer.carried(), peer.missing):
                peer.version += 1
                peer.changed()
        for watcher in tuple(self.watchers):
            watcher()


class MediaRooms:
    """The rooms of a worker. One is there as long as somebody has it."""

    def __init__(self) -> None:
        self._rooms: dict[str, MediaRoom] = {}

    @classmethod
    def of(cls, shared: dict[str, Any]) -> "MediaRooms":
        """Return the rooms that the legs of a worker share; see :class:`chatbeside.media.legs.Place`."""
        rooms: MediaRooms = shared.setdefault("rooms", cls())
        return rooms

    def get(self, name: str) -> MediaRoom:
        """Return a room, made if there is none yet."""
        return self._rooms.setdefault(name, MediaRoom(name))

    def tidy(self, room: MediaRoom) -> None:
        """Forget a room in which nobody is and on which nobody looks."""
        if not room.peers and not room.watchers:
            self._rooms.pop(room.name, None)
