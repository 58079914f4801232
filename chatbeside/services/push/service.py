"""Who is pushed what: one worker, a bounded queue, the levels of each conversation."""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from chatbeside.domain.calls import was_missed
from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import InvalidInput, TooMany
from chatbeside.domain.models import Member, Message, MessageKind, Room, RoomKind, Session
from chatbeside.domain.plain import plain
from chatbeside.domain.push import PushSubscription, check_keys
from chatbeside.services.background import end
from chatbeside.services.events import Event, MessageStored, SessionEnded
from chatbeside.services.principal import Principal
from chatbeside.services.push.keys import Vapid
from chatbeside.services.push.sending import Gone, NotPushed, Sender, Silent, check_endpoint
from chatbeside.store.interfaces import Store

WAITING_MOST = 1000
"""Messages that wait to be pushed; further ones are not."""
OF_PERSON_MOST = 20
"""Browsers of one person."""
AT_ONCE = 8
REST = timedelta(minutes=10)
"""How long a browser is left alone whose push service did not answer: others wait for it while it is tried."""
TEXT_MOST = 140
_PAGE = 500

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _News:
    room: Room
    message: Message


class Push:
    """Hears of messages as a publisher's listener. It never raises, and never makes a sender wait.

    Args:
        store: Holds the subscriptions.
        vapid: This server's key.
        clock: The present moment.
        sender: Posts the messages; tests pass one that stays at home.
    """

    def __init__(self, *, store: Store, vapid: Vapid, clock: Clock, sender: Sender | None = None) -> None:
        self._store = store
        self._vapid = vapid
        self._clock = clock
        self._sender = sender or Sender(vapid, clock)
        self._waiting: asyncio.Queue[_News | SessionEnded] = asyncio.Queue(WAITING_MOST)
        self._worker: asyncio.Task[None] | None = None
        self._resting: dict[str, datetime] = {}
        self._present: Callable[[str], bool] = lambda user_id: False

    @property
    def key(self) -> str:
        """The public key with which browsers subscribe."""
        return self._vapid.public

    def watch(self, present: Callable[[str], bool]) -> None:
        """Push nothing to people for whom ``present`` holds: their page tells them."""
        self._present = present

    async def subscribe(self, principal: Principal, endpoint: str, *, p256dh: str, auth: str) -> None:
        """Push to this browser from now on, as long as this log-in lasts.

        Raises:
            InvalidInput: This is no subscription of a browser.
            TooMany: The person has as many browsers as one may have.
        """
        try:
            check_endpoint(endpoint)
        except ValueError as error:
            words = "Use the https address of a public push service."
            raise InvalidInput("Check the subscription.", fields={"endpoint": words}) from error
        check_keys(p256dh, auth)
        user_id = principal.user.id
        known = await self._store.push.of_users([user_id])
        if len(known) >= OF_PERSON_MOST and endpoint not in {each.endpoint for each in known}:
            raise TooMany("Too many of your browsers have notifications. Turn them off in one.", retry_after=60)
        await self._store.push.put(
            PushSubscription(endpoint, user_id, principal.session.id, p256dh, auth, self._clock())
        )

    async def unsubscribe(self, principal: Principal, endpoint: str) -> None:
        """Push nothing to this browser any more. Nothing happens when it is not one of this person's."""
        known = await self._store.push.get(endpoint)
        if known is not None and known.user_id == principal.user.id:
            await self._store.push.remove(endpoint)

    async def start(self) -> None:
        """Begin to work."""
        self._worker = asyncio.create_task(self._work(), name="web-push")

    async def stop(self) -> None:
        """Stop; what waits is not pushed."""
        await end(self._worker)
        self._worker = None

    async def idle(self) -> None:
        """Wait until nothing waits."""
        await self._waiting.join()

    async def publish(self, event: Event) -> None:
        """Note a new message, a call that somebody missed, or the end of a log-in."""
        news: _News | SessionEnded
        if isinstance(event, MessageStored) and _tells(event.message):
            news = _News(event.room, event.message)
        elif isinstance(event, SessionEnded):
            news = event
        else:
            return
        with suppress(asyncio.QueueFull):
            self._waiting.put_nowait(news)

    async def _work(self) -> None:
        while True:
            news = await self._waiting.get()
            try:
                if isinstance(news, SessionEnded):
                    await self._store.push.remove_of_session(news.session_id)
                else:
                    await self._tell(news)
            except Exception:
                _log.exception("A push failed")
            finally:
                self._waiting.task_done()

    async def _tell(self, news: _News) -> None:
        after, payload = "", b""
        deaf = await self._store.blocks.against(news.message.sender_id)
        while members := await self._store.members.of_room(news.room.id, limit=_PAGE, after=after):
            after = members[-1].user_id
            wanted = [each.user_id for each in members if each.user_id not in deaf and self._worth(news.message, each)]
            subscriptions = await self._store.push.of_users(wanted) if wanted else []
            if subscriptions and not payload:
                payload = await self._payload(news)
            for start in range(0, len(subscriptions), AT_ONCE):
                batch = subscriptions[start : start + AT_ONCE]
                await asyncio.gather(*(self._send(each, news.message, payload) for each in batch))
            if len(members) < _PAGE:
                return

    def _worth(self, message: Message, member: Member) -> bool:
        if member.user_id == message.sender_id or member.notify == "none" or self._present(member.user_id):
            return False
        return member.user_id in message.mentions or (member.notify == "all" and not member.muted)

    async def _send(self, subscription: PushSubscription, message: Message, payload: bytes) -> None:
        session = await self._store.sessions.get(subscription.session_id)
        if not _alive(session, self._clock()):
            await self._store.push.remove(subscription.endpoint)
            return
        receipt = await self._store.receipts.get(message.room_id, subscription.user_id)
        if receipt.read_seq >= message.seq:
            return
        if self._resting.get(subscription.endpoint, self._clock()) > self._clock():
            return
        self._resting.pop(subscription.endpoint, None)
        try:
            await self._sender.send(subscription, payload)
        except Silent:
            if len(self._resting) >= WAITING_MOST:
                self._resting.clear()
            self._resting[subscription.endpoint] = self._clock() + REST
            _log.info("A push service does not answer")
        except Gone:
            await self._store.push.remove(subscription.endpoint)
        except NotPushed as error:
            _log.info("A push service did not take a message: %s", error)

    async def _payload(self, news: _News) -> bytes:
        sender = await self._store.users.get(news.message.sender_id)
        name = (sender.display_name or sender.username) if sender else ""
        title = name if news.room.kind is RoomKind.DIRECT else f"{name} in {news.room.name}"
        body = " ".join(plain(news.message.content).split())
        if not body and news.message.attachments:
            body = news.message.attachments[0].name
        if len(body) > TEXT_MOST:
            body = body[: TEXT_MOST - 1] + "…"
        return json.dumps({"room": news.room.id, "title": title, "body": body}, ensure_ascii=False).encode()


def _tells(message: Message) -> bool:
    """Return whether a message is news to who does not look; of a call, when its other side missed it."""
    return message.kind == MessageKind.TEXT or (message.kind == MessageKind.CALL and was_missed(message.data))


def _alive(session: Session | None, at: datetime) -> bool:
    return session is not None and session.revoked_at is None and session.expires_at > at
