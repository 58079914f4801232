"""The sync rule, without sockets or stores: how a client merges what it is told.

Every message has ``seq`` (its place, gapless) and ``rev`` (the room's change number at its last
change). A live change is applied only when its ``rev`` follows the one the client holds; anything
else means that something was missed, and the client asks for what changed after its own ``rev``.
The browser's store follows the same rule; this model is what the tests hold both against.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from chatbeside.domain.models import Message


class Applied(Enum):
    """What became of a live change."""

    DONE = "done"
    KNOWN = "known"
    GAP = "gap"


@dataclass(slots=True)
class RoomView:
    """One client's copy of a room.

    ``rev`` is the last change number up to which the copy is complete.
    """

    rev: int = 0
    messages: dict[str, Message] = field(default_factory=dict)

    def apply(self, message: Message) -> Applied:
        """Take a live change. On :attr:`Applied.GAP` nothing is changed: ask for what was missed."""
        if message.rev <= self.rev:
            return Applied.KNOWN
        if message.rev != self.rev + 1:
            return Applied.GAP
        self._keep(message)
        self.rev = message.rev
        return Applied.DONE

    def resume(self, changed: Iterable[Message], rev: int) -> None:
        """Take the answer to "what changed after my rev": current forms, complete up to ``rev``."""
        for message in changed:
            self._keep(message)
        self.rev = max(self.rev, rev)

    def timeline(self) -> list[Message]:
        """Return the known messages in their order."""
        return sorted(self.messages.values(), key=lambda message: message.seq)

    def _keep(self, message: Message) -> None:
        known = self.messages.get(message.id)
        if known is None or known.rev < message.rev:
            self.messages[message.id] = message
