"""Which socket belongs to which device. A device is one page; it keeps its name over a reload."""

from typing import Annotated

from pydantic import StringConstraints

from chatbeside.realtime.roster import Connection, Roster

Device = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Devices:
    """The devices of the sockets of this process."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._names: dict[str, str] = {}

    def name(self, connection: Connection, named: str | None) -> str:
        """Return the device of a connection: what it calls itself, or else the socket's own name."""
        if named is not None or connection.sid not in self._names:
            self._names[connection.sid] = named or connection.sid
        return self._names[connection.sid]

    def gone(self, connection: Connection) -> str | None:
        """Forget a socket; return its device when it was the last socket of that."""
        device = self._names.pop(connection.sid, None)
        return None if device is None or self.holds(connection.principal.user.id, device) else device

    def holds(self, user_id: str, device: str) -> bool:
        """Return whether a device of a person is connected to this worker."""
        return bool(self.sockets(user_id, device))

    def sockets(self, user_id: str, device: str) -> list[str]:
        """Return the sockets of somebody's device."""
        return [each.sid for each in self._roster.of_user(user_id) if self._names.get(each.sid) == device]
