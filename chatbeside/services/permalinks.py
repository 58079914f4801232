"""Showing one message among its neighbours: what a permalink or a search result opens."""

from dataclasses import dataclass

from chatbeside.domain.errors import InvalidInput, NotFound
from chatbeside.domain.ids import is_id
from chatbeside.domain.models import Message, Room
from chatbeside.services.access import Access
from chatbeside.services.messages import fitting
from chatbeside.services.principal import Principal
from chatbeside.store.interfaces import Store


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Messages by rising ``seq`` with the wanted one among them, and whether there are further ones on either side."""

    messages: list[Message]
    has_more: bool
    has_newer: bool
    room: Room


async def around(
    store: Store, access: Access, principal: Principal, room_id: str, message_id: str, *, limit: int, most: int
) -> Surroundings:
    """Return a message with those before and after it.

    Args:
        store: Where messages are.
        access: Decides what the asker may see.
        principal: Who asks.
        room_id: The room that the message is in.
        message_id: The message.
        limit: The most messages to return, 1 to ``most``.
        most: The most that may be asked for.

    Raises:
        NotFound: There is no such room for the asker, or no such message in it.
        InvalidInput: ``limit`` is not right.
    """
    room = (await access.room(principal, room_id)).room
    if not 1 <= limit <= most:
        raise InvalidInput("Check the page.", fields={"limit": f"Use 1 to {most}."})
    message = await store.messages.get(message_id) if is_id(message_id) else None
    if message is None or message.room_id != room.id:
        raise NotFound("This message is not here. It may have been removed.")
    before = (limit - 1) // 2
    after = limit - 1 - before
    # One more than wanted on each side tells whether there is more; the message itself is part of the first page.
    older = await store.messages.page(room.id, before=message.seq + 1, limit=before + 2)
    newer = await store.messages.page(room.id, after=message.seq, limit=after + 1)
    newest_first = older[::-1]
    shown_older = newest_first[: min(before + 1, fitting(newest_first))]
    shown_newer = newer[: min(after, fitting(newer))]
    return Surroundings(
        [*shown_older[::-1], *shown_newer],
        has_more=len(shown_older) < len(older),
        has_newer=len(shown_newer) < len(newer),
        room=room,
    )
