"""Sending and reading messages. See ``docs/protocol.md`` for the sync rule."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from chatbeside.domain.clock import Clock
from chatbeside.domain.content import check_client_id, check_content
from chatbeside.domain.errors import InvalidInput
from chatbeside.domain.ids import derived_id, is_id, new_id
from chatbeside.domain.limits import LimitName
from chatbeside.domain.models import COUNTABLE_KINDS, Message, MessageKind, NewMessage, Room, RoomKind
from chatbeside.domain.permissions import Action
from chatbeside.services.access import Access
from chatbeside.services.blocks import Blocks
from chatbeside.services.events import MessageChanged, MessageStored, Publisher, RoomChanged
from chatbeside.services.files import Files
from chatbeside.services.limits import Limits
from chatbeside.services.mentions import Mentions
from chatbeside.services.principal import Principal
from chatbeside.services.receipts import Receipts
from chatbeside.settings import Settings
from chatbeside.store.interfaces import Store

PAGE = 50
"""Messages in a page when the asker names no limit."""
PAGE_WEIGHT = 512 * 1024
"""About how many characters one page of messages has at most; a single message is always given."""
_AROUND = 300
"""Characters that a message has beside its text, and each file in it."""
_SEQ_MOST = 2**53
_KINDS = frozenset({MessageKind.TEXT.value})
"""What a person may send; the other kinds are written by the server."""


@dataclass(frozen=True, slots=True)
class Page:
    """Messages by rising ``seq``. ``has_more``: there are further ones in the direction that was asked for."""

    messages: list[Message]
    has_more: bool
    room: Room


@dataclass(frozen=True, slots=True)
class Joined:
    """What a client needs to show a room, or to go on showing it.

    The client's copy is complete up to the change number ``rev`` once it has taken ``messages``. With ``complete``
    false it throws its copy away first: these are the newest messages, and there may be a hole before them.
    ``has_more`` says that there are older messages before the first of these.
    """

    room: Room
    messages: list[Message]
    rev: int
    has_more: bool
    complete: bool


class Messages:
    """Timelines."""

    def __init__(
        self,
        *,
        store: Store,
        settings: Settings,
        access: Access,
        receipts: Receipts,
        files: Files,
        publisher: Publisher,
        clock: Clock,
        limits: Limits,
        blocks: Blocks,
    ) -> None:
        self._store = store
        self._settings = settings
        self._access = access
        self._receipts = receipts
        self._files = files
        self._publisher = publisher
        self._clock = clock
        self._limits = limits
        self._blocks = blocks
        self._mentions = Mentions(store)

    async def send(
        self,
        principal: Principal,
        room_id: str,
        content: str,
        *,
        client_id: str,
        kind: str = MessageKind.TEXT,
        reply_to: str | None = None,
        attachments: Sequence[str] = (),
        data: Mapping[str, object] | None = None,
    ) -> tuple[Message, Room, bool]:
        """Store a message and tell the members. What the sender has of the room counts as read.

        Args:
            principal: The sender.
            room_id: Where to.
            content: The text; see :func:`chatbeside.domain.content.check_content`.
            client_id: Made by the client; sending again with the same one changes nothing.
            kind: What kind of message it is; people send ``text``.
            reply_to: The id of the message it answers, of the same room.
            attachments: The ids of files that the sender has uploaded. With any, the text may be empty.
            data: What the server adds to the text, such as the answers of a poll. Nobody sends it.

        Returns:
            The stored message, its room, and whether it is new.

        Raises:
            NotFound: There is no such room for the sender.
            NotAllowed: The room is archived, or one of two people has blocked the other.
            InvalidInput: Something about the content, the client id, the kind, the reply or a file is not right.
            TooMany: The sender has sent very much just now.
        """
        await self._limits.take(LimitName.MESSAGES, principal.user.id)
        place = await self._access.room(principal, room_id)
        room = place.room
        check_client_id(client_id)
        text = check_content(content, most=self._settings.max_content, may_be_empty=bool(attachments))
        if kind not in _KINDS:
            raise InvalidInput("Check the kind.", fields={"messageType": "People can send messages of the type text."})
        place.check(Action.SEND)
        await self._blocks.check(principal, room)
        if reply_to is not None:
            await self._check_reply(room, reply_to)
        # Sent again it gets the same id, and so the files that it was given the first time.
        message_id = derived_id(room.id, principal.user.id, client_id) if attachments else new_id()
        mentions = await self._mentions.resolve(place, text)
        message, created = await self._store.messages.append(
            NewMessage(
                id=message_id,
                room_id=room.id,
                sender_id=principal.user.id,
                client_id=client_id,
                kind=kind,
                content=text,
                created_at=self._clock(),
                reply_to=reply_to,
                attachments=await self._files.give(principal.user.id, attachments, message_id),
                mentions=mentions,
                data=dict(data or {}),
            )
        )
        if attachments:
            await self._files.sent(message)
        if created:
            await self._announce(room, message)
        return message, room, created

    async def post(
        self,
        room: Room,
        sender_id: str,
        content: str,
        *,
        client_id: str,
        kind: str = MessageKind.TEXT,
        reply_to: str | None = None,
        data: Mapping[str, object] | None = None,
        attachments: Sequence[str] = (),
    ) -> tuple[Message, bool]:
        """Store a message that the server itself writes, such as the assistant's, and tell the members.

        Args:
            room: Where to; the caller has made sure that it is right.
            sender_id: In whose name.
            content: The text; cut where it is longer than a message may be.
            client_id: The same one again changes nothing.
            kind: What kind of message it is.
            reply_to: The id of the message it answers, of the same room.
            data: What the kind needs beyond text.
            attachments: The ids of files of ``sender_id``.

        Returns:
            The stored message, and whether it is new.
        """
        message_id = derived_id(room.id, sender_id, client_id) if attachments else new_id()
        new = NewMessage(
            id=message_id,
            room_id=room.id,
            sender_id=sender_id,
            client_id=client_id,
            kind=kind,
            content=content[: self._settings.max_content],
            created_at=self._clock(),
            reply_to=reply_to,
            attachments=await self._files.give(sender_id, attachments, message_id),
            data=dict(data or {}),
        )
        message, created = await self._store.messages.append(new)
        await self._files.sent(message)
        if created:
            await self._announce(room, message)
        return message, created

    async def amend(self, room: Room, message_id: str, edit: Callable[[Message], Message | None]) -> Message | None:
        """Change a message in the server's own name and tell the members; see the store's ``change``.

        Returns:
            The message as it is now, or ``None`` when there is no such message.
        """
        before: list[Message] = []

        def remember(message: Message) -> Message | None:
            before[:] = [message]
            return edit(message)

        message = await self._store.messages.change(message_id, remember)
        if message is not None and message.rev != before[0].rev:
            await self._publisher.publish(MessageChanged(room, message))
        return message

    async def page(
        self,
        principal: Principal,
        room_id: str,
        *,
        before: int | None = None,
        after: int | None = None,
        limit: int = PAGE,
    ) -> Page:
        """Return messages by rising ``seq``: the newest below ``before``, the oldest above ``after``, or the newest.

        Args:
            principal: Who asks.
            room_id: The room.
            before: A ``seq``; only messages below it.
            after: A ``seq``; only messages above it. Not together with ``before``.
            limit: The most messages to return, 1 to ``settings.page_limit``.

        Raises:
            NotFound: There is no such room for the asker.
            InvalidInput: A bound is not right.
        """
        room = (await self._access.room(principal, room_id)).room
        self._check_bounds(before, after, limit)
        # One more than asked for tells whether there is more.
        found = await self._store.messages.page(room.id, before=before, after=after, limit=limit + 1)
        # What is nearest to the bound stays.
        nearest = found if after is not None else found[::-1]
        kept = nearest[: min(limit, fitting(nearest))]
        return Page(kept if after is not None else kept[::-1], len(kept) < len(found), room)

    async def join(self, principal: Principal, room_id: str, *, after_rev: int | None) -> Joined:
        """Return the newest page, or what changed since the client was here.

        Args:
            principal: Who asks.
            room_id: The room.
            after_rev: The change number up to which the client's copy is complete; ``None`` when it has none.

        Raises:
            NotFound: There is no such room for the asker.
            InvalidInput: ``after_rev`` is negative.
        """
        room = (await self._access.room(principal, room_id)).room
        if after_rev is not None and after_rev < 0:
            raise InvalidInput("Check the number.", fields={"after": "Use a number from 0 on."})
        # The change number is read before the messages: they may be newer than it says, never older.
        rev = (await self._store.messages.heads([room.id]))[room.id].rev
        if after_rev is not None and after_rev <= rev:
            limit = self._settings.page_limit
            changed = await self._store.messages.changes(room.id, after_rev=after_rev, limit=limit + 1)
            if len(changed) <= limit and fitting(changed) == len(changed):
                last = max((message.rev for message in changed), default=rev)
                return Joined(room, changed, max(rev, last), has_more=False, complete=True)
        page = await self.page(principal, room_id)
        return Joined(room, page.messages, rev, page.has_more, complete=False)

    async def _announce(self, room: Room, message: Message) -> None:
        if message.seq == 1 and room.kind is RoomKind.DIRECT and room.pair:
            await self._publisher.publish(RoomChanged(room, added=tuple(dict.fromkeys(room.pair.split(":")))))
        await self._publisher.publish(MessageStored(room, message))
        # A quiet line is nobody's reading: whose doing it tells of may have left by it.
        if message.kind in COUNTABLE_KINDS:
            await self._receipts.spoke(room, message)

    async def _check_reply(self, room: Room, reply_to: str) -> None:
        original = await self._store.messages.get(reply_to) if is_id(reply_to) else None
        if original is None or original.room_id != room.id or original.deleted_at:
            raise InvalidInput(
                "Check the reply.", fields={"replyTo": "The message you answer is not here, or was deleted."}
            )

    def _check_bounds(self, before: int | None, after: int | None, limit: int) -> None:
        problems = {}
        if before is not None and after is not None:
            problems["after"] = "Use either before or after."
        if before is not None and not 1 <= before <= _SEQ_MOST:
            problems["before"] = "Use a number from 1 on."
        if after is not None and not 0 <= after <= _SEQ_MOST:
            problems["after"] = "Use a number from 0 on."
        if not 1 <= limit <= self._settings.page_limit:
            problems["limit"] = f"Use 1 to {self._settings.page_limit}."
        if problems:
            raise InvalidInput("Check the bounds.", fields=problems)


def fitting(messages: Sequence[Message]) -> int:
    """Return how many of the first of ``messages`` are one page by their weight; at least one, if there is any."""
    weight = 0
    for count, message in enumerate(messages):
        weight += len(message.content) + len(str(message.data)) + _AROUND * (1 + len(message.attachments))
        if weight > PAGE_WEIGHT and count:
            return count
    return len(messages)
