"""Changes of a room that this process was not told of in time, from the store."""

from collections.abc import Mapping
from functools import partial

from chatbeside.domain.models import Message
from chatbeside.domain.wire import message_to_wire
from chatbeside.realtime.manager import LocalEmit
from chatbeside.realtime.order import Deliver
from chatbeside.realtime.roster import room_channel
from chatbeside.store.interfaces import Store


class Untold:
    """Reads what another worker stored and has not told, for :class:`chatbeside.realtime.order.RoomOrder`.

    Args:
        store: Where it stands.
        manager: Lays it on the sockets of this process; the other workers see to theirs.
    """

    def __init__(self, store: Store, manager: LocalEmit) -> None:
        self._store = store
        self._manager = manager

    async def read(self, room_id: str, first: int, last: int) -> Mapping[int, Deliver]:
        """Return how to deliver the changes ``first`` to ``last``, but those whose message has changed again."""
        room = await self._store.rooms.get(room_id)
        if room is None:
            return {}
        found = await self._store.messages.changes(room_id, after_rev=first - 1, limit=last - first + 1)
        deliver = partial(self._manager.emit_now, to=room_channel(room_id))
        return {
            message.rev: partial(deliver, _name(message), message_to_wire(message, room))
            for message in found
            if message.rev <= last
        }


def _name(message: Message) -> str:
    changed = message.edited_at or message.deleted_at or message.pinned_at or message.reactions
    return "message changed" if changed else "chat message"
