"""Files: how they come in, who may have them, and how they go."""

import asyncio
import logging
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import Conflict, InvalidInput, NotFound, StorageFull, TooLarge, TooMany
from chatbeside.domain.files import ATTACHMENTS_MOST, UNSENT_FOR, StoredFile, clean_name, thumbnail_key
from chatbeside.domain.ids import is_id, new_id
from chatbeside.domain.limits import LimitName
from chatbeside.domain.models import Attachment, Message
from chatbeside.services import metrics
from chatbeside.services.access import Access
from chatbeside.services.limits import Limits
from chatbeside.services.principal import Principal
from chatbeside.services.sniffing import inspect
from chatbeside.settings import Settings
from chatbeside.store.blobs import Arriving, Blobs, Incoming, NoRoom, NoSuchBlob
from chatbeside.store.interfaces import Store, StoreUnavailable

UNSENT_MOST = 60
"""Files that one person may have uploaded and not sent."""
TOGETHER_MOST = 6
"""Uploads of one person at the same time."""
ALL_TOGETHER_MOST = 64
"""Uploads at the same time in this process."""
STALLED = 60.0
"""Seconds in which :data:`PACE` of an upload comes, or it is given up: one that goes on without end keeps a place."""
PACE = 128 * 1024
"""Bytes. A telephone far from everything (EDGE) sends four times as much in that time."""
SWEEP_EVERY = 3600.0
_WORKERS = 2
_SWEPT_TOGETHER = 100
_THUMBNAIL_MOST = 8 * 1024 * 1024

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class About:
    """What the sender says about sound or film, to reserve room for it: pixels and seconds. Pictures are measured."""

    width: int | None = None
    height: int | None = None
    duration: float | None = None


class Files:
    """Takes files in, hands them out, and forgets those that nobody sent."""

    def __init__(
        self,
        *,
        store: Store,
        blobs: Blobs,
        incoming: Incoming,
        settings: Settings,
        access: Access,
        clock: Clock,
        limits: Limits,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._incoming = incoming
        self._settings = settings
        self._access = access
        self._clock = clock
        self._limits = limits
        self._uploads: Counter[str] = Counter()
        self._keeping: set[asyncio.Task[StoredFile]] = set()
        self._workers = ThreadPoolExecutor(_WORKERS, "files")
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open the place of the content and begin to sweep."""
        await self._blobs.open()
        await self._incoming.sweep()
        self._sweeper = asyncio.create_task(self._look_after(), name="files")

    async def stop(self) -> None:
        """End the sweeping, finish what has come in whole, and close."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
        await asyncio.gather(*self._keeping, return_exceptions=True)
        self._workers.shutdown()
        await self._incoming.close()
        await self._blobs.close()

    def check_size(self, size: int) -> None:
        """Raise :class:`TooLarge` when a file of so many bytes is not taken."""
        if size > self._settings.max_upload:
            most = self._settings.max_upload_mb
            raise TooLarge(f"This file is larger than {most} MB, the most that this server takes.")

    async def receive(
        self,
        principal: Principal,
        name: str,
        chunks: AsyncIterator[bytes],
        *,
        declared: str = "",
        about: About | None = None,
    ) -> StoredFile:
        """Take a file in. Until a message names it, only the uploader can see it.

        Args:
            principal: Who uploads.
            name: What the file is called; cleaned here.
            chunks: The content. What it raises comes out of here, and nothing is kept.
            declared: The type that the sender names; believed only between types that look the same.
            about: What the sender says about sound or film.

        Raises:
            TooLarge: It has more than ``settings.max_upload_mb``; said as soon as that is known.
            StorageFull: There is no room left.
            InvalidInput: It is empty, or too little of it came within a minute.
            TooMany: Too many uploads at once.
            Conflict: Too many files wait to be sent.
        """
        await self._limits.take(LimitName.UPLOADS, principal.user.id)
        with self._counted(principal.user.id):
            await self._check_waiting(principal)
            arriving = self._incoming.begin()
            try:
                with _room():
                    await self._fill(arriving, chunks)
            except BaseException:
                await arriving.discard()
                raise
            # From here on it is kept whole or not at all, even if whoever sent it has gone.
            return await self._to_the_end(self._keep(principal.user.id, name, arriving, declared, about or About()))

    async def copy(self, principal: Principal, file_id: str) -> StoredFile:
        """Return a new file of the asker's, not sent yet, with the content of one that they may have.

        Each message has files of its own, so that deleting one takes nothing from another.

        Raises:
            NotFound: There is no such file for the asker.
            StorageFull: There is no room left.
            TooMany: Too many uploads, of which this is one, at once or just now.
            Conflict: Too many files wait to be sent.
        """
        await self._limits.take(LimitName.UPLOADS, principal.user.id)
        with self._counted(principal.user.id):
            await self._check_waiting(principal)
            file = await self._access.file(principal, file_id)
            return await self._to_the_end(self._copy(principal, file))

    async def keep(self, user_id: str, name: str, path: Path, about: About) -> StoredFile:
        """Take in a file that the server itself has made for somebody, of any size; it is moved away from ``path``.

        Raises:
            StorageFull: There is no room left.
        """
        arriving = self._incoming.begin()
        with _room():
            await asyncio.to_thread(shutil.move, path, arriving.path)
        return await self._to_the_end(self._keep(user_id, name, arriving, "", about))

    async def discard(self, principal: Principal, file_id: str) -> None:
        """Forget a file that was not sent. Raises :class:`NotFound`, and :class:`Conflict` when it was sent."""
        file = await self._access.file(principal, file_id)
        # Taken first, so that no message can be given it while it goes.
        if file.message_id or not await self._store.files.claim(file.id, principal.user.id, _NOBODY):
            raise Conflict("This file belongs to a message. Delete the message to remove it.")
        await self._forget(file)

    async def read(self, file: StoredFile, *, start: int, stop: int) -> AsyncIterator[bytes]:
        """Return a part of the content of a file that :meth:`Access.file` gave. Raises :class:`NotFound`."""
        try:
            return await self._blobs.read(file.id, start=start, stop=stop)
        except NoSuchBlob:
            raise NotFound("The content of this file is not here any more.") from None

    async def thumbnail(self, file: StoredFile) -> bytes:
        """Return the small picture (WebP) of a file. Raises :class:`NotFound` when it has none."""
        if file.thumbnail:
            try:
                pieces = await self._blobs.read(thumbnail_key(file.id), stop=_THUMBNAIL_MOST)
                return b"".join([piece async for piece in pieces])
            except NoSuchBlob:
                pass
        raise NotFound("There is no small picture of this file.")

    async def give(self, user_id: str, file_ids: Sequence[str], message_id: str) -> tuple[Attachment, ...]:
        """Give files to a message that is about to be stored; the same again changes nothing.

        Raises:
            InvalidInput: A file is not the sender's, is not there, or belongs to another message.
        """
        if len(file_ids) > ATTACHMENTS_MOST or len(set(file_ids)) < len(file_ids):
            problem = f"A message can have at most {ATTACHMENTS_MOST} files, each of them once."
            raise InvalidInput(problem, fields={"attachments": problem})
        known = await self._store.files.get_many(file_id for file_id in file_ids if is_id(file_id))
        given: list[Attachment] = []
        for file_id in file_ids:
            file = known.get(file_id)
            if file is None or not await self._store.files.claim(file_id, user_id, message_id):
                await self.take_back([each.file_id for each in given], message_id)
                problem = "A file is not here any more, or was sent before. Attach it again."
                raise InvalidInput(problem, fields={"attachments": problem})
            given.append(file.attachment())
        return tuple(given)

    async def take_back(self, file_ids: Sequence[str], message_id: str) -> None:
        """Take files from a message that was not stored after all."""
        for file_id in file_ids:
            await self._store.files.release(file_id, message_id)

    async def sent(self, message: Message) -> None:
        """Note that the message which names its files is stored."""
        if message.attachments:
            await self._store.files.settle([each.file_id for each in message.attachments], self._clock())

    async def doubt(self, message: Message) -> None:
        """Note that a message may be about to go, so that its files are found should nobody come to remove them."""
        if message.attachments:
            await self._store.files.settle([each.file_id for each in message.attachments], None)

    async def forget_of(self, message: Message) -> None:
        """Remove the files of a message that was deleted."""
        for file in (await self._store.files.get_many(each.file_id for each in message.attachments)).values():
            if file.message_id == message.id:
                await self._forget(file)

    async def forget(self, file_id: str) -> None:
        """Remove a file that nothing names any more; nothing happens when there is none."""
        file = await self._store.files.get(file_id) if file_id else None
        if file is not None:
            await self._forget(file)

    async def sweep(self) -> None:
        """Forget files that were uploaded more than a day ago and never sent."""
        await self._incoming.sweep()
        before = self._clock() - UNSENT_FOR
        while files := await self._store.files.unsettled(before, limit=_SWEPT_TOGETHER):
            for file in files:
                if await self._is_sent(file):
                    await self._store.files.settle([file.id], self._clock())
                else:
                    await self._forget(file)

    async def _check_waiting(self, principal: Principal) -> None:
        waiting = await self._store.files.count_unsettled(principal.user.id, limit=UNSENT_MOST)
        if waiting >= UNSENT_MOST:
            raise Conflict("Many of your files are uploaded and not sent. Send or remove some of them first.")

    async def _is_sent(self, file: StoredFile) -> bool:
        message = await self._store.messages.get(file.message_id) if file.message_id else None
        return message is not None and any(each.file_id == file.id for each in message.attachments)

    async def _fill(self, arriving: Arriving, chunks: AsyncIterator[bytes]) -> None:
        clock = asyncio.get_running_loop().time
        size, enough, before = 0, PACE, clock() + STALLED
        while True:
            try:
                async with asyncio.timeout_at(before):
                    chunk = await anext(chunks, None)
            except TimeoutError:
                raise InvalidInput("Too little of the file came within a minute. Try again.") from None
            if chunk is None:
                break
            size += len(chunk)
            self.check_size(size)
            await arriving.write(chunk)
            if size >= enough:
                enough, before = size + PACE, clock() + STALLED
        if not size:
            problem = "This file is empty."
            raise InvalidInput(problem, fields={"file": problem})
        await arriving.finish()

    async def _keep(self, user_id: str, name: str, arriving: Arriving, declared: str, about: About) -> StoredFile:
        cleaned, small = self._incoming.begin(), self._incoming.begin()
        try:
            with _room():
                found = await asyncio.get_running_loop().run_in_executor(
                    self._workers, inspect, arriving.path, cleaned.path, small.path, declared
                )
                playable = found.media_type.startswith(("audio/", "video/"))
                file = StoredFile(
                    id=new_id(),
                    uploader_id=user_id,
                    name=clean_name(name),
                    media_type=found.media_type,
                    size=found.size,
                    checksum=found.checksum,
                    created_at=self._clock(),
                    width=found.width or (about.width if playable else None),
                    height=found.height or (about.height if playable else None),
                    duration=about.duration if playable else None,
                    thumbnail=found.thumbnail,
                )
                await self._put(file, found.path, small.path)
            metrics.UPLOADED.inc(file.size)
            return file
        finally:
            for each in (arriving, cleaned, small):
                await each.discard()

    async def _copy(self, principal: Principal, file: StoredFile) -> StoredFile:
        whole, small = self._incoming.begin(), self._incoming.begin()
        try:
            with _room():
                async for piece in await self.read(file, start=0, stop=file.size):
                    await whole.write(piece)
                await whole.finish()
                if file.thumbnail:
                    await small.write(await self.thumbnail(file))
                    await small.finish()
                copied = replace(
                    file,
                    id=new_id(),
                    uploader_id=principal.user.id,
                    created_at=self._clock(),
                    message_id=None,
                    sent_at=None,
                )
                await self._put(copied, whole.path, small.path)
            return copied
        finally:
            for each in (whole, small):
                await each.discard()

    async def _put(self, file: StoredFile, content: Path, small: Path) -> None:
        # Known before it is there: so the sweep finds everything that a crash in between leaves behind.
        await self._store.files.add(file)
        try:
            await self._blobs.put(file.id, content)
            if file.thumbnail:
                await self._blobs.put(thumbnail_key(file.id), small)
        except BaseException:
            await self._forget(file)
            raise

    async def _forget(self, file: StoredFile) -> None:
        for key in file.blobs:
            await self._blobs.remove(key)
        await self._store.files.remove(file.id)

    async def _to_the_end(self, work: Coroutine[Any, Any, StoredFile]) -> StoredFile:
        task = asyncio.create_task(work)
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)
        return await asyncio.shield(task)

    async def _look_after(self) -> None:
        while True:
            try:
                await self.sweep()
            except StoreUnavailable as error:
                _log.warning("Files that nobody sent could not be swept: %s", error)
            except Exception:  # a disk that fails now may do so no more at the next look
                _log.exception("Files that nobody sent could not be swept")
            await asyncio.sleep(SWEEP_EVERY)

    @contextmanager
    def _counted(self, user_id: str) -> Iterator[None]:
        if self._uploads[user_id] >= TOGETHER_MOST or self._uploads.total() >= ALL_TOGETHER_MOST:
            raise TooMany("Too many uploads at once. Wait until one is done.", retry_after=2)
        self._uploads[user_id] += 1
        try:
            yield
        finally:
            self._uploads[user_id] -= 1
            if not self._uploads[user_id]:
                del self._uploads[user_id]


_NOBODY = "-"
"""In place of a message id: the file is being removed."""


@contextmanager
def _room() -> Iterator[None]:
    """Say in words that the disk is full."""
    try:
        yield
    except NoRoom as error:
        raise StorageFull(
            "There is no room left on the server, so the file was not kept. Tell whoever runs this server."
        ) from error
