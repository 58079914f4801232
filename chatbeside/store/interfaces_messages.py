"""What a store must do for timelines."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from chatbeside.domain.models import Message, NewMessage, RoomHead
from chatbeside.domain.search import Search

Span = tuple[int, int]
"""Messages above the first ``seq``, up to and with the second."""


class Messages(Protocol):
    """Timelines. ``(room, seq)``, ``(room, rev)`` and ``(room, sender, client_id)`` are unique."""

    async def append(self, message: NewMessage) -> tuple[Message, bool]:
        """Give the message the next ``seq`` and ``rev`` of its room and store it.

        Returns:
            The stored message, and whether it is new: the same ``client_id`` from the same sender
            in the same room gets the message that was stored the first time.
        """

    async def change(self, message_id: str, edit: Callable[[Message], Message | None]) -> Message | None:
        """Replace a message by ``edit(message)`` and give it the next ``rev`` of its room.

        ``edit`` is pure, may be called more than once, and returns ``None`` to leave all as it is; it
        may raise a domain error, which then comes out of here. It cannot change ``id``, ``room_id``,
        ``seq``, ``sender_id``, ``client_id`` or ``created_at``.

        Returns:
            The message as it is stored now, or ``None`` when there is no such message.
        """

    async def get(self, message_id: str) -> Message | None:
        """Return one message."""

    async def get_many(self, message_ids: Iterable[str]) -> dict[str, Message]:
        """Return the messages that exist among ``message_ids``, by id."""

    async def page(
        self, room_id: str, *, before: int | None = None, after: int | None = None, limit: int
    ) -> list[Message]:
        """Return up to ``limit`` messages by rising ``seq``.

        The newest ones with ``seq`` below ``before``; or, when ``after`` is given, the oldest ones
        above it; with neither the newest of all.
        """

    async def of_sender(self, room_id: str, sender_id: str, *, after: int = 0, limit: int) -> list[Message]:
        """Return up to ``limit`` messages of a person in a room with ``seq`` above ``after``, by rising ``seq``."""

    async def changes(self, room_id: str, *, after_rev: int, limit: int) -> list[Message]:
        """Return the current form of messages changed after ``after_rev``, by rising ``rev``."""

    async def pinned(self, room_id: str, *, limit: int) -> list[Message]:
        """Return the pinned messages of a room, the one that was pinned last first."""

    async def search(self, search: Search, *, before: Message | None = None, limit: int) -> list[Message]:
        """Return up to ``limit`` messages that ``search`` asks for, newest first, those before ``before``.

        Only people's messages that are not deleted are found. See :mod:`chatbeside.domain.words` for what is kept of
        a text: every message that holds what was typed is found, and now and then one that does not.
        """

    async def heads(self, room_ids: Iterable[str]) -> dict[str, RoomHead]:
        """Return the newest state of each room's timeline; a room without messages has zeros."""

    async def count_unread(self, user_id: str, spans: Mapping[str, Span], *, limit: int) -> dict[str, int]:
        """Count countable messages of others in a span of each room, deleted ones left out.

        Args:
            user_id: For whom.
            spans: By room id, where to count: above the first ``seq``, up to the second.
            limit: In each room, count no further than this.

        Returns:
            How many there are by room id; a room without any is left out.
        """

    async def count_mentions(self, user_id: str, spans: Mapping[str, Span], *, limit: int) -> dict[str, int]:
        """Count those of them that mention ``user_id``; everything else is as in :meth:`count_unread`."""
