"""Makes previews of links in messages: a few workers, a bounded queue, the result stored with the message.

Only links that a person sent are visited. What a bot writes may come from a language model that obeys what it has read,
and the address of a link can carry that away.
"""

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import TooMany
from chatbeside.domain.limits import LimitName
from chatbeside.domain.links import first_link
from chatbeside.domain.models import Message, MessageKind, Room
from chatbeside.services.background import end
from chatbeside.services.events import Event, MessageChanged, MessageStored
from chatbeside.services.limits import Limits
from chatbeside.services.messages import Messages
from chatbeside.services.previews import pages, thumbnail
from chatbeside.services.previews.fetching import Fetcher, NotFetched
from chatbeside.settings import Settings
from chatbeside.store.interfaces import Store

FIELD = "preview"
"""The key of a message's ``data``."""
PAGE_MOST = 512 * 1024
PICTURE_MOST = 2 * 1024 * 1024
WAITING_MOST = 200
"""Links that wait; further ones get no preview."""
WAITING_OF_ONE = 10
"""Links of one person that wait: who writes many, to sites that are slow, holds up nobody else."""
_WORKERS = 4
KEPT = timedelta(days=1)
"""How long it is remembered what a page says; then it is read anew for the next message."""
FAILED_KEPT = timedelta(minutes=10)
"""How long a site that could not be read is left alone."""
_KNOWN_MOST = 500
_PAGES = ("text/html", "application/xhtml+xml")

Preview = Mapping[str, object]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Wish:
    room: Room
    message_id: str
    url: str | None  # None: the preview that is there belongs to a link that is not
    sender_id: str


@dataclass(frozen=True, slots=True)
class _Known:
    preview: Preview | None
    until: datetime


class Previews:
    """Hears of messages as a publisher's listener. It never raises, and never makes a sender wait.

    Args:
        store: Knows who is a bot.
        messages: Changes messages in the server's own name.
        settings: Whether there are previews at all.
        limits: How often a web site is visited: nobody makes this server a crowd.
        clock: The present moment.
        fetcher: Gets pages; tests pass one that stays at home.
    """

    def __init__(
        self,
        *,
        store: Store,
        messages: Messages,
        settings: Settings,
        limits: Limits,
        clock: Clock,
        fetcher: Fetcher | None = None,
    ) -> None:
        self._store = store
        self._messages = messages
        self._on = settings.link_previews
        self._fetcher = fetcher or Fetcher()
        self._waiting: asyncio.Queue[_Wish] = asyncio.Queue(WAITING_MOST)
        self._of: Counter[str] = Counter()
        self._workers: list[asyncio.Task[None]] = []
        self._limits = limits
        self._clock = clock
        self._known: OrderedDict[str, _Known] = OrderedDict()

    async def start(self) -> None:
        """Begin to work."""
        if self._on:
            self._workers = [asyncio.create_task(self._work(), name="link previews") for _ in range(_WORKERS)]

    async def stop(self) -> None:
        """Stop; what waits gets no preview."""
        await end(*self._workers)
        self._workers.clear()

    async def idle(self) -> None:
        """Wait until nothing waits."""
        await self._waiting.join()

    async def publish(self, event: Event) -> None:
        """Note a new or edited message whose link has no preview yet."""
        if not self._on or not isinstance(event, MessageStored | MessageChanged):
            return
        message = event.message
        if message.kind != MessageKind.TEXT or message.deleted_at is not None:
            return
        url = first_link(message.content)
        if url == _link_of(message):
            return
        if url is not None and (known := self._remembered(url)) and known.preview is None:
            return  # there was nothing: a reaction to the message is no reason to go there again
        if self._of[message.sender_id] < WAITING_OF_ONE:
            with suppress(asyncio.QueueFull):
                self._waiting.put_nowait(_Wish(event.room, message.id, url, message.sender_id))
                self._of[message.sender_id] += 1

    async def _work(self) -> None:
        while True:
            wish = await self._waiting.get()
            try:
                await self._grant(wish)
            except Exception:
                _log.exception("A link preview failed")
            finally:
                self._waiting.task_done()
                self._of[wish.sender_id] -= 1
                if not self._of[wish.sender_id]:
                    del self._of[wish.sender_id]

    async def _grant(self, wish: _Wish) -> None:
        # Every visit is decided here, whatever brought the link: a message, an edit, an answer that was asked again.
        visited = wish.url if await self._by_person(wish.sender_id) else None
        preview = await self._preview(visited) if visited is not None else None

        def put(now: Message) -> Message | None:
            if now.deleted_at is not None or first_link(now.content) != wish.url or now.data.get(FIELD) == preview:
                return None
            rest = {name: value for name, value in now.data.items() if name != FIELD}
            return replace(now, data={**rest, FIELD: preview} if preview else rest)

        await self._messages.amend(wish.room, wish.message_id, put)

    async def _by_person(self, user_id: str) -> bool:
        sender = await self._store.users.get(user_id)
        return sender is not None and not sender.bot

    async def _preview(self, url: str) -> Preview | None:
        if known := self._remembered(url):
            return known.preview
        preview, kept = None, KEPT
        try:
            await self._limits.take(LimitName.LINK_PREVIEWS, (urlsplit(url).hostname or "").lower())
            preview = await self._fetch(url)
        except TooMany:
            return None
        except (NotFetched, ValueError) as error:
            kept = FAILED_KEPT
            _log.debug("No preview: %s", error)
        self._known[url] = _Known(preview, self._clock() + kept)
        self._known.move_to_end(url)
        while len(self._known) > _KNOWN_MOST:
            self._known.popitem(last=False)
        return preview

    def _remembered(self, url: str) -> _Known | None:
        known = self._known.get(url)
        return known if known is not None and known.until > self._clock() else None

    async def _fetch(self, url: str) -> Preview | None:
        page = await self._fetcher.get(url, kinds=_PAGES, most=PAGE_MOST, whole=False)
        said = await asyncio.to_thread(pages.read, page.body, page.charset)
        if not said.title:
            return None
        return {
            "url": url,
            "title": said.title,
            "description": said.description,
            "site": said.site or (urlsplit(page.url).hostname or ""),
            "picture": await self._picture(urljoin(page.url, said.picture)) if said.picture else "",
        }

    async def _picture(self, url: str) -> str:
        try:
            await self._limits.take(LimitName.LINK_PREVIEWS, (urlsplit(url).hostname or "").lower())
            picture = await self._fetcher.get(url, kinds=thumbnail.KINDS, most=PICTURE_MOST, whole=True)
        except (NotFetched, TooMany, ValueError):
            return ""
        return await asyncio.to_thread(thumbnail.small, picture.body)


def _link_of(message: Message) -> str | None:
    preview = message.data.get(FIELD)
    return str(preview.get("url", "")) if isinstance(preview, Mapping) else None
