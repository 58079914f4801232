"""Everything that an account holds, as one ZIP file, made while it is being sent.

Nothing is gathered first: a page of messages or a piece of a file is read, compressed in a thread and sent, so memory
does not grow with what somebody has. Each line of ``messages.jsonl`` is a message in the form of docs/protocol.md.
"""

import asyncio
import json
import re
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, cast

from chatbeside.domain.audit import AuditKind
from chatbeside.domain.clock import Clock, iso
from chatbeside.domain.errors import NotFound, TooMany
from chatbeside.domain.models import Attachment, Room
from chatbeside.domain.wire import account_to_wire, message_to_wire
from chatbeside.services.audit import AuditLog
from chatbeside.services.devices import device_of
from chatbeside.services.files import Files
from chatbeside.services.principal import Principal
from chatbeside.services.sessions import Sessions
from chatbeside.store.interfaces import Store

_PAGE = 200
_README = """This is everything that your account held when you asked for it.

profile.json    who you are here, and your settings
rooms.json      your conversations: role, settings and how far you have read
devices.json    where you were logged in
messages.jsonl  what you wrote, one message a line
files/          the files of these messages, by id and name
missing.txt     files that could not be read, if there are any
"""


class _Sink:
    """A file that only goes forward, and is emptied as it fills."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._at = 0

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        self._at += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def tell(self) -> int:
        return self._at

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


class Takeout:
    """Writes the archives; one at a time for each person."""

    def __init__(self, *, store: Store, files: Files, sessions: Sessions, clock: Clock, audit: AuditLog) -> None:
        self._store = store
        self._files = files
        self._sessions = sessions
        self._clock = clock
        self._audit = audit
        self._busy: set[str] = set()

    async def begin(self, principal: Principal) -> AsyncIterator[bytes]:
        """Return the archive of the asker, in pieces. Raises :class:`TooMany` while another one is being made."""
        if principal.user.id in self._busy:
            raise TooMany("Your archive is being made already. Wait until it is there.", retry_after=30)
        me = principal.user.id
        archive = self._write(principal)
        await anext(archive)  # from here on it is under way, and its end lets the next one begin
        await self._audit.record(AuditKind.ACCOUNT_EXPORTED, actor=me, subject=me)
        return archive

    async def _write(self, principal: Principal) -> AsyncGenerator[bytes, None]:
        self._busy.add(principal.user.id)
        sink = _Sink()
        try:
            yield b""
            archive = zipfile.ZipFile(cast(Any, sink), "w", zipfile.ZIP_DEFLATED)
            async with aclosing(self._fill(archive, principal)) as filling:
                async for _ in filling:
                    if piece := sink.take():
                        yield piece
            await asyncio.to_thread(archive.close)
            yield sink.take()
        finally:
            self._busy.discard(principal.user.id)

    async def _fill(self, archive: zipfile.ZipFile, principal: Principal) -> AsyncGenerator[None, None]:
        user = principal.user
        rooms = await self._rooms(user.id)
        memberships = await self._room_list(user.id, rooms)
        for name, text in (
            ("README.txt", _README),
            ("profile.json", _json({**account_to_wire(user), "createdAt": iso(user.created_at)})),
            ("rooms.json", _json(memberships)),
            ("devices.json", _json(await self._devices(user.id))),
        ):
            await asyncio.to_thread(archive.writestr, self._info(name), text.encode())
            yield
        files: dict[str, Attachment] = {}
        with archive.open(self._info("messages.jsonl"), "w", force_zip64=True) as out:
            for room in rooms.values():
                after = 0
                while page := await self._store.messages.of_sender(room.id, user.id, after=after, limit=_PAGE):
                    after = page[-1].seq
                    for message in page:
                        files.update((each.file_id, each) for each in message.attachments)
                    lines = "".join(_json(message_to_wire(message, room), indent=None) for message in page)
                    await asyncio.to_thread(out.write, lines.encode("utf-8", "replace"))
                    yield
        missing = []
        for attachment in files.values():
            try:
                async for _ in self._file(archive, attachment):
                    yield
            except NotFound:
                missing.append(f"{attachment.file_id} {attachment.name}\n")
        if missing:
            archive.writestr(self._info("missing.txt"), "".join(missing).encode("utf-8", "replace"))
            yield

    async def _file(self, archive: zipfile.ZipFile, attachment: Attachment) -> AsyncIterator[None]:
        stored = await self._store.files.get(attachment.file_id)
        if stored is None:
            raise NotFound("This file is not here any more.")
        pieces = await self._files.read(stored, start=0, stop=stored.size)
        name = f"files/{attachment.file_id}-{_plain(attachment.name)}"
        # Pictures, sound and film are compressed as they are.
        with archive.open(self._info(name, zipfile.ZIP_STORED), "w", force_zip64=True) as out:
            async for piece in pieces:
                await asyncio.to_thread(out.write, piece)
                yield

    async def _rooms(self, user_id: str) -> dict[str, Room]:
        return await self._store.rooms.get_many(member.room_id for member in await self._store.members.of_user(user_id))

    async def _room_list(self, user_id: str, rooms: dict[str, Room]) -> list[dict[str, Any]]:
        receipts = await self._store.receipts.of_user(user_id)
        return [
            {
                "room": member.room_id,
                "kind": room.kind.value,
                "name": room.name,
                "people": (room.pair or "").split(":") if room.pair else None,
                "role": member.role.value,
                "joinedAt": iso(member.joined_at),
                "pinned": member.pinned,
                "muted": member.muted,
                "notify": member.notify,
                "readSeq": receipts[member.room_id].read_seq if member.room_id in receipts else 0,
            }
            for member in await self._store.members.of_user(user_id)
            if (room := rooms.get(member.room_id))
        ]

    async def _devices(self, user_id: str) -> list[dict[str, str]]:
        return [
            {
                "device": device_of(session.user_agent).name,
                "createdAt": iso(session.created_at),
                "lastSeenAt": iso(session.last_seen_at),
            }
            for session in await self._sessions.of_user(user_id)
        ]

    def _info(self, name: str, compression: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._clock().timetuple()[:6])
        info.compress_type = compression
        info.external_attr = 0o600 << 16
        return info


def _json(value: Any, *, indent: int | None = 2) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent) + "\n"


def _plain(name: str) -> str:
    """Return a file's name as one that leads nowhere else when it is unpacked."""
    return re.sub(r"[^\w. -]+", "_", name).strip(". ")[:100] or "file"
