"""The assistant as a member: hears what is said to it, answers, and does what people ask of it in the page."""

import asyncio
import logging
import re
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from chatbeside.domain.assistant import Reminder, Usage
from chatbeside.domain.audit import AuditKind
from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import InvalidInput, NotAllowed, NotFound, Unavailable
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Message, MessageKind, Role, Room, RoomKind, User
from chatbeside.services import events
from chatbeside.services.access import Access
from chatbeside.services.assistant.account import DISPLAY_NAME, ensure_account, principal_of
from chatbeside.services.assistant.commanding import Commands
from chatbeside.services.assistant.desk import AT_ONCE, BEAT, Desk, Job
from chatbeside.services.assistant.elsewhere import Elsewhere, Growing
from chatbeside.services.assistant.greeting import by_itself, greeting
from chatbeside.services.assistant.plan import Planner
from chatbeside.services.assistant.reading import FileWords
from chatbeside.services.assistant.reminders import LOOK_EVERY, Reminders
from chatbeside.services.assistant.setup import Choice, Setup
from chatbeside.services.assistant.sight import Sight, allows, name_of
from chatbeside.services.assistant.striking import strike_answers
from chatbeside.services.audit import AuditLog
from chatbeside.services.bus import Bus
from chatbeside.services.called import SUBJECT, check_name, keep_nickname, key_of, nickname
from chatbeside.services.events import AccountChanged, Publisher, RoomChanged
from chatbeside.services.files import Files
from chatbeside.services.messages import Messages
from chatbeside.services.principal import Principal, check_administrator
from chatbeside.services.rooms import Rooms
from chatbeside.settings import Settings
from chatbeside.store.interfaces import Store

logger = logging.getLogger(__name__)

Work = Callable[[], Coroutine[Any, Any, None]]

USAGE_PAGE = 1000
"""Rows of what was used that are given at once."""
SILENT = timedelta(seconds=30)
"""An answer of which another process was not heard for this long is given up."""


@dataclass(frozen=True, slots=True)
class Status:
    """Who answers in a room, for the line that says so. ``used`` and ``limit``: tokens of the asker this month."""

    provider: str
    model: str
    outside: bool
    on: bool
    member: bool
    used: int
    limit: int


class Assistant:
    """Everything around the assistant. A listener of the services' events.

    Args:
        store: Where everything is kept.
        settings: Of this process.
        access: Who may come near a room.
        rooms: How direct conversations are opened.
        messages: How messages are sent.
        files: The content of attachments.
        publisher: Is told what happens.
        clock: The present moment.
        secret: Of this installation; the key of the language model is encrypted with it.
        audit: Is told when an administrator changes what answers.
        bus: How the workers talk.
        look_every: Seconds between two looks for reminders that are due.
    """

    def __init__(
        self,
        *,
        store: Store,
        settings: Settings,
        access: Access,
        rooms: Rooms,
        messages: Messages,
        files: Files,
        publisher: Publisher,
        clock: Clock,
        secret: bytes,
        audit: AuditLog,
        bus: Bus,
        look_every: float = LOOK_EVERY,
    ) -> None:
        self._store = store
        self._settings = settings
        self._access = access
        self._rooms = rooms
        self._messages = messages
        self._files = files
        self._publisher = publisher
        self._clock = clock
        self._commands = Commands(store=store, settings=settings, access=access, rooms=rooms, messages=messages)
        self._user: User | None = None
        self._desk: Desk | None = None
        self._worker_lost = asyncio.Event()
        self._elsewhere = Elsewhere(bus, access)
        self._elsewhere.lost = self._worker_lost.set
        self._tasks: set[asyncio.Task[None]] = set()
        self._forever: set[asyncio.Task[None]] = set()
        self._audit = audit
        self.setup = Setup(store, settings, secret, audit)
        self.reminders = Reminders(store, clock, every=look_every)

    @property
    def on(self) -> bool:
        """Whether the assistant is a member of this chat and at work."""
        return self._desk is not None

    @property
    def user(self) -> User:
        """The assistant's account. Raises :class:`Unavailable` when it is switched off."""
        if self._user is None:
            raise Unavailable("The assistant is switched off on this server.")
        return self._user

    @property
    def desk(self) -> Desk:
        """What is being written. Raises :class:`Unavailable` when the assistant is switched off."""
        if self._desk is None:
            raise Unavailable("The assistant is switched off on this server.")
        return self._desk

    async def start(self) -> None:
        """Make the account at the first start, mark what was cut off by the last end, begin to look for reminders."""
        if not self._settings.assistant:
            return
        self._user = await ensure_account(self._store, self._clock)
        sight = Sight(self._store)
        self._desk = Desk(
            user=self._user,
            store=self._store,
            messages=self._messages,
            planner=Planner(
                store=self._store,
                sight=sight,
                words=FileWords(self._store, self._files),
                setup=self.setup,
                reminders=self.reminders,
                clock=self._clock,
            ),
            sight=sight,
            setup=self.setup,
            publisher=self._publisher,
            clock=self._clock,
            elsewhere=self._elsewhere,
            at_once=max(1, AT_ONCE // self._settings.workers),
        )
        # With one process whatever is noted is left from the one before; with several it may be another one's.
        await self._desk.recover(silent=SILENT if self._settings.redis_url else None)
        self._spawn(partial(self.reminders.run, self._remind), forever=True)
        self._spawn(self._look_after, forever=True)

    async def stop(self) -> None:
        """End answers (they are marked) and background work."""
        if self._desk is not None:
            await self._desk.stop()
        tasks = [*self._tasks, *self._forever]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._desk = None
        await self.setup.close()

    async def idle(self) -> None:
        """Return when all that was heard so far is answered."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self.desk.idle()

    # What happens around it

    async def publish(self, event: events.Event) -> None:
        """Hear of an event. Never raises, and does nothing that takes long before it returns."""
        if self._desk is None:
            return
        try:
            match event:
                case events.MessageStored(room, message):
                    if message.kind == MessageKind.TEXT and message.sender_id != self.user.id:
                        self._spawn(partial(self._hear, room, message))
                case events.MessageChanged(_, message):
                    if message.edited_at or message.deleted_at:
                        self._spawn(partial(strike_answers, self._store, self._messages, message))
                case events.AccountMade(user_id):
                    await self._greet(user_id)
        except Exception:
            logger.exception("the assistant could not take in %s", type(event).__name__)

    async def _hear(self, room: Room, message: Message) -> None:
        text = await self._said_to_me(room, message)
        if text is None:
            return
        asker = await self._store.users.get(message.sender_id)
        if asker is not None and not asker.bot:
            await self.desk.take(Job(new_id(), room, asker, message, text))

    async def _said_to_me(self, room: Room, message: Message) -> str | None:
        """Return what ``message`` says to the assistant; ``None`` when it is not for it."""
        me = self.user
        if room.kind is RoomKind.DIRECT:
            return message.content if me.id in (room.pair or "").split(":") else None
        if "@" not in message.content:
            return None
        names = [me.username]
        if me.id in message.mentions and (other := (await nickname(self._store)).key):
            names.append(other)
        either = "|".join(map(re.escape, names))
        called = re.compile(rf"(?<![\w@.-])@(?:{either})(?![\w-])", re.IGNORECASE)
        if not called.search(message.content):
            return None
        fresh = await self._store.rooms.get(room.id)
        if fresh is None or not allows(fresh) or await self._store.members.get(room.id, me.id) is None:
            return None
        return called.sub("", message.content).strip(" ,:") or "hello"

    async def _greet(self, user_id: str) -> None:
        """Open the first conversation of a new account."""
        room = await self._rooms.open_direct(principal_of(self.user), user_id)
        choice = await self.setup.choice()
        me = name_of(await self._store.users.get(self.user.id))
        text = greeting(await self._store.users.get(user_id), choice, me)
        await self._messages.post(room, self.user.id, text, client_id=f"hello-{user_id}", data=by_itself(choice))

    async def _remind(self, reminder: Reminder) -> None:
        room = await self._rooms.open_direct(principal_of(self.user), reminder.user_id)
        text = f"⏰ You asked me to remind you: {reminder.text}"
        await self._messages.post(room, self.user.id, text, client_id=f"remind-{reminder.id}", data=by_itself(Choice()))

    async def _look_after(self) -> None:
        """Give up answers of other processes that ended in the middle."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(SILENT.total_seconds() / 2):
                    await self._worker_lost.wait()
            silent = SILENT
            if self._worker_lost.is_set():
                self._worker_lost.clear()
                silent = timedelta(seconds=2 * BEAT)
                await asyncio.sleep(2 * BEAT)  # by then nothing was heard for so long of what that worker wrote
            try:
                await self.desk.recover(silent=silent)
            except Exception:
                logger.exception("answers that were cut off could not be marked; trying again")

    # What people ask of it

    async def command(
        self,
        principal: Principal,
        room_id: str,
        text: str,
        *,
        client_id: str,
        reply_to: str | None = None,
        zone: str | None = None,
    ) -> tuple[Message, Room]:
        """Take a command that was typed in a room; see :meth:`Commands.take`."""
        return await self._commands.take(
            principal, self.user, room_id, text, client_id=client_id, reply_to=reply_to, zone=zone
        )

    async def keep_zone(self, principal: Principal, zone: str | None) -> None:
        """Keep the time zone of somebody's device, for the times they are told. An unknown one is passed over."""
        await self._commands.keep_zone(principal, zone)

    async def stop_answer(self, principal: Principal, answer_id: str) -> None:
        """Stop an answer; what there is of it stays. For who asked, and for those who manage the room.

        Raises:
            NotFound: It is done, or the asker may not know of it.
            NotAllowed: Somebody else asked for it.
        """
        await self._elsewhere.stop(principal, answer_id)

    async def again(self, principal: Principal, message_id: str) -> str:
        """Write an answer anew, in the place of the one there is; return its id for the stream.

        Raises:
            NotFound: There is no such answer for the asker, or its question was deleted.
            NotAllowed: Somebody else asked for it.
        """
        access, answer = await self._access.message(principal, message_id)
        about = answer.data.get("assistant")
        if answer.sender_id != self.user.id or answer.deleted_at or not isinstance(about, dict):
            raise NotFound("This is no answer that can be written anew.")
        if about.get("asker") != principal.user.id:
            raise NotAllowed("Only who asked can ask again.")
        question = await self._store.messages.get(str(about.get("question", "")))
        text = await self._said_to_me(access.room, question) if question and not question.deleted_at else None
        if question is None or text is None:
            raise NotFound("The question is not there any more. Ask it anew.")
        await self.desk.take(Job(answer.client_id, access.room, principal.user, question, text, replaces=answer))
        return answer.client_id

    async def growing(self, principal: Principal, room_id: str) -> list[Growing]:
        """Return the answers that grow in a room now, for a page that comes in the middle."""
        return await self._elsewhere.growing(principal, room_id)

    async def status(self, principal: Principal, room_id: str) -> Status:
        """Return who answers in a room, whether text leaves the server for it, and what the asker has used."""
        access = await self._access.room(principal, room_id)
        if not self.on:
            return Status("off", "", outside=False, on=False, member=False, used=0, limit=0)
        provider, choice = await self.setup.provider()
        member = await self._store.members.get(room_id, self.user.id) is not None
        used = await self._store.usage.total(f"{self._clock():%Y-%m}", principal.user.id)
        return Status(
            provider=provider.name,
            model=provider.model,
            outside=provider.outside,
            on=allows(access.room),
            member=member,
            used=used,
            limit=choice.monthly_tokens,
        )

    async def switch(self, principal: Principal, room_id: str, *, on: bool) -> Room:
        """Let the assistant read and answer in a room, or not. In a direct conversation both may, else who manages it.

        Raises:
            NotFound: There is no such room for the asker.
            NotAllowed: The asker does not manage the room.
        """
        access = await self._access.room(principal, room_id)
        if access.room.kind is RoomKind.GROUP and access.member.role not in {Role.OWNER, Role.ADMIN}:
            raise NotAllowed("Only who manages the room can switch the assistant off or on.")
        changed = {"preferences": {**access.room.preferences, "assistant": on}}
        room = await self._store.rooms.update(room_id, changed)
        if room is None:
            raise NotFound("There is no such conversation, or you are not in it.")
        if not on:
            self._elsewhere.stop_all(room_id)
        await self._publisher.publish(RoomChanged(room))
        return room

    async def test(self, principal: Principal) -> str:
        """Ask the language model for a word and say what came. For administrators.

        Raises:
            NotAllowed: The asker is no administrator.
            Unavailable: It does not work; the message says why.
        """
        return await self.setup.test(principal)

    async def rename(self, principal: Principal, name: str) -> str:
        """Give the assistant another name, for everybody; return it. Its account stays what it is.

        Raises:
            NotAllowed: The asker is no administrator.
            InvalidInput: It cannot be called so, or somebody is.
        """
        check_administrator(principal)
        name = check_name(name)
        holder = await self._store.users.by_username(key_of(name))
        if holder is not None and holder.id != self.user.id:
            raise InvalidInput("Check what is marked.", fields={"name": "Somebody here has this name."})
        changed = await self._store.users.update(self.user.id, {"display_name": name})
        if changed is None:
            raise NotFound("The assistant has no account here.")
        await keep_nickname(self._store, changed.id, name)
        self._user = changed
        await self._audit.record(AuditKind.SETTINGS_CHANGED, actor=principal.user.id, settings=SUBJECT, name=name)
        await self._publisher.publish(AccountChanged(changed.id))
        return name

    async def name(self) -> str:
        """Return what the assistant is called now."""
        return name_of(await self._store.users.get(self.user.id)) if self._user else DISPLAY_NAME

    async def usage(self, principal: Principal, *, after: tuple[str, str] = ("", "")) -> list[Usage]:
        """Return what people used this month, by person and room, a page of it. For administrators.

        Args:
            principal: Who asks.
            after: Person and room of the last row seen.
        """
        check_administrator(principal)
        return await self._store.usage.of_month(f"{self._clock():%Y-%m}", limit=USAGE_PAGE, after=after)

    def _spawn(self, work: Work, *, forever: bool = False) -> None:
        tasks = self._forever if forever else self._tasks
        task = asyncio.create_task(_logged(work))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


async def _logged(work: Work) -> None:
    try:
        await work()
    except Exception:
        logger.exception("the assistant could not do its work")
