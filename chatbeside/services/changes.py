"""What happens to a message after it was sent: edited, deleted, reacted to, pinned."""

from collections.abc import Callable
from dataclasses import replace

from chatbeside.domain.clock import Clock
from chatbeside.domain.content import check_content
from chatbeside.domain.errors import Conflict, NotAllowed, NotFound
from chatbeside.domain.limits import LimitName
from chatbeside.domain.models import Message, MessageKind, Room
from chatbeside.domain.permissions import Action
from chatbeside.domain.polls import ballot_of, closed, voted
from chatbeside.domain.reactions import check_emoji, reacted
from chatbeside.services.access import Access
from chatbeside.services.blocks import Blocks
from chatbeside.services.files import Files
from chatbeside.services.limits import Limits
from chatbeside.services.mentions import Mentions
from chatbeside.services.messages import Messages
from chatbeside.services.principal import Principal
from chatbeside.settings import Settings
from chatbeside.store.interfaces import Store

PINS_MOST = 100

Changed = tuple[Message, Room]
"""The message as it is now, and its room."""


class Changes:
    """Changes messages. Doing what is done already changes nothing and tells nobody.

    Every method raises :class:`NotFound` when there is no such message for the asker, :class:`NotAllowed` when the
    asker's role, a block or the kind of message stands against it, and :class:`Conflict` when it was deleted meanwhile;
    those that change something raise :class:`TooMany` when the asker has changed very much just now.
    """

    def __init__(
        self,
        *,
        store: Store,
        settings: Settings,
        access: Access,
        messages: Messages,
        files: Files,
        clock: Clock,
        limits: Limits,
        blocks: Blocks,
    ) -> None:
        self._store = store
        self._settings = settings
        self._access = access
        self._messages = messages
        self._files = files
        self._clock = clock
        self._limits = limits
        self._blocks = blocks
        self._mentions = Mentions(store)

    async def edit(self, principal: Principal, message_id: str, content: str) -> Changed:
        """Replace the text of one's own message. Raises :class:`InvalidInput` for the same reasons as sending."""
        await self._limits.take(LimitName.CHANGES, principal.user.id)
        place, message = await self._access.message(principal, message_id)
        _check_kind(message)
        place.check(Action.EDIT_MESSAGE, own=message.sender_id == principal.user.id)
        await self._blocks.check(principal, place.room)
        if ballot_of(message):
            raise NotAllowed("People may have voted on this poll, so it stays as it is. Close it and ask anew.")
        text = check_content(content, most=self._settings.max_content, may_be_empty=bool(message.attachments))
        mentions = await self._mentions.resolve(place, text)

        def edit(now: Message) -> Message | None:
            if now.content == text:
                return None
            return replace(now, content=text, mentions=mentions, edited_at=self._clock())

        return await self._change(place.room, message, edit)

    async def delete(self, principal: Principal, message_id: str) -> Changed:
        """Take everything but its place from one's own message, or from another's where the role allows it."""
        await self._limits.take(LimitName.CHANGES, principal.user.id)
        place, message = await self._access.message(principal, message_id)
        _check_kind(message)
        place.check(Action.DELETE_MESSAGE, own=message.sender_id == principal.user.id)
        if message.deleted_at:
            return message, place.room
        return await self._empty(place.room, message)

    async def take_away(self, message_id: str) -> bool:
        """Delete a message for the administrators of the server; return whether there was something to delete."""
        message = await self._store.messages.get(message_id)
        room = await self._store.rooms.get(message.room_id) if message else None
        if message is None or room is None or message.deleted_at:
            return False
        await self._empty(room, message)
        return True

    async def _empty(self, room: Room, message: Message) -> Changed:
        def delete(now: Message) -> Message | None:
            return replace(
                now,
                content="",
                reply_to=None,
                attachments=(),
                mentions=(),
                reactions={},
                data={},
                pinned_at=None,
                pinned_by=None,
                deleted_at=self._clock(),
            )

        await self._files.doubt(message)
        changed = await self._change(room, message, delete)
        await self._files.forget_of(message)
        return changed

    async def react(self, principal: Principal, message_id: str, emoji: str, *, on: bool) -> Changed:
        """Give or take back a reaction; in a poll, with the number of an answer, one's vote.

        Raises:
            InvalidInput: This is no emoji.
            Conflict: The poll is closed.
        """
        await self._limits.take(LimitName.CHANGES, principal.user.id)
        place, message = await self._access.message(principal, message_id)
        place.check(Action.REACT)
        if on:
            await self._blocks.check(principal, place.room)
        check_emoji(emoji)
        ballot = ballot_of(message)
        votes = ballot is not None and emoji in ballot.emoji

        def react(now: Message) -> Message | None:
            ballot = ballot_of(now)
            if votes and ballot is not None:
                return voted(now, ballot, principal.user.id, emoji, on=on)
            return reacted(now, principal.user.id, emoji, on=on)

        return await self._change(place.room, message, react)

    async def close_poll(self, principal: Principal, message_id: str) -> Changed:
        """Close a poll: nobody votes any more. For who asked, and who may delete the message."""
        place, message = await self._access.message(principal, message_id)
        if ballot_of(message) is None:
            raise NotFound("This message is no poll.")
        place.check(Action.DELETE_MESSAGE, own=message.sender_id == principal.user.id)
        return await self._change(place.room, message, lambda now: closed(now, principal.user.id, self._clock()))

    async def pin(self, principal: Principal, message_id: str, *, on: bool) -> Changed:
        """Pin a message to its room, or take the pin out."""
        await self._limits.take(LimitName.CHANGES, principal.user.id)
        place, message = await self._access.message(principal, message_id)
        place.check(Action.PIN_MESSAGE)
        if on:
            await self._blocks.check(principal, place.room)

        def pin(now: Message) -> Message | None:
            if (now.pinned_at is not None) is on:
                return None
            if not on:
                return replace(now, pinned_at=None, pinned_by=None)
            return replace(now, pinned_at=self._clock(), pinned_by=principal.user.id)

        return await self._change(place.room, message, pin)

    async def pinned(self, principal: Principal, room_id: str) -> tuple[list[Message], Room]:
        """Return a room's pinned messages, the one pinned last first, at most :data:`PINS_MOST`, and the room."""
        room = (await self._access.room(principal, room_id)).room
        return await self._store.messages.pinned(room.id, limit=PINS_MOST), room

    async def _change(self, room: Room, message: Message, edit: Callable[[Message], Message | None]) -> Changed:
        def unless_deleted(now: Message) -> Message | None:
            if now.deleted_at:
                raise Conflict("This message was deleted.")
            return edit(now)

        changed = await self._messages.amend(room, message.id, unless_deleted)
        if changed is None:
            raise NotFound("There is no such message, or you may not see it.")
        return changed, room


def _check_kind(message: Message) -> None:
    if message.kind != MessageKind.TEXT:
        raise NotAllowed("This line was written by the server and stays as it is.")
