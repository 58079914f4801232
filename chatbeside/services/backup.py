"""Everything in one file, and back: a zip archive that belongs to neither store.

``manifest.json`` says what is inside and has the SHA-256 of each part, ``records/NOUN.jsonl`` the records as
:meth:`Store.dump` gives them, ``files/KEY`` the content of files, ``keys/`` the installation's own keys.

The server goes on while a backup is made. The embedded store is read from a snapshot of one moment. Of MongoDB
each noun is read by itself, whatever refers before what it refers to: a message is read before the people and files
it names, so they are there; and within a room messages are read in their order, so none is missing in between.
"""

import asyncio
import glob
import hashlib
import json
import os
import re
import secrets
import shutil
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from pydantic import BaseModel, ConfigDict

from chatbeside.domain.clock import iso
from chatbeside.services.migrate import checksum
from chatbeside.store.blobs import Blobs, Incoming, NoSuchBlob
from chatbeside.store.interfaces import NOUNS, Store, StoreUnavailable
from chatbeside.store.owned import hold_new, remove_left
from chatbeside.store.records import PLAIN_CODECS

FORMAT = 1
KEY_FILES = ("secret.key", "push.pem")
RESTORING = "restoring"
"""Name of a file beside the keys: there while a restore goes on, and after one that did not come to its end."""
_MANIFEST = "manifest.json"
_ALL = 2**53
_BATCH = 500
_MANIFEST_MOST = 512 * 1024**2
"""Bytes of the list of contents: about four million files."""
_LINE_MOST = 8 * 1024**2
"""Bytes of one record; the largest, a message with its preview, has a hundredth of it."""
_KEY_MOST = 1024**2
_KEY = re.compile(r"[0-9A-Za-z_-][0-9A-Za-z._-]{0,99}")
"""What the content of a file may be kept under."""
_FIRST_READ = ("receipts",)
"""How far people have read is read before the messages, so that it never points behind them."""

Told = Callable[[str, int], None]
"""Told which part is being worked on, and how many records or files of it are done."""


class BackupFailed(Exception):
    """It cannot be made or used. The words say what to do."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backup holds: records by noun, and how many files; ``gone`` are files whose content was missing before."""

    made: str
    version: str
    records: dict[str, int]
    files: int
    gone: int = 0


class _Manifest(BaseModel):
    """The list of contents of an archive, which anybody may have written: each part has its type."""

    model_config = ConfigDict(strict=True)

    made: str
    version: str
    records: dict[str, int]
    files: int
    gone: int
    sha256: dict[str, str]

    def summary(self) -> Summary:
        return Summary(**self.model_dump(exclude={"sha256"}))


def _quiet(part: str, done: int) -> None:
    pass


async def write(
    store: Store,
    blobs: Blobs,
    keys: Path,
    archive: Path,
    *,
    version: str,
    at: datetime,
    told: Told = _quiet,
) -> Summary:
    """Write everything into ``archive`` and read it back.

    Args:
        store: Opened; only read.
        blobs: Opened; only read.
        keys: The folder with the installation's own keys.
        archive: Made, readable by its owner only; appears when it is whole.
        version: Of chatbeside, for the manifest.
        at: The present moment, for the manifest.
        told: Called as it goes on.

    Raises:
        BackupFailed: What was written does not read back.
        OSError: The file cannot be written.
    """
    remove_left(archive.parent.glob(f"{glob.escape(archive.name)}.*.part"))
    draft = archive.with_name(f"{archive.name}.{secrets.token_hex(4)}.part")
    try:
        with hold_new(draft) as descriptor:
            with zipfile.ZipFile(descriptor, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as bundle:
                summary = await _fill(bundle, store, blobs, keys, Summary(iso(at), version, {}, 0), told)
            descriptor.flush()
            await asyncio.to_thread(os.fsync, descriptor.fileno())
            if await read_summary(draft) != summary:
                raise BackupFailed("What was written does not read back. Try another disk.")
            _give_name(draft, archive)
    finally:
        draft.unlink(missing_ok=True)
    return summary


def _give_name(draft: Path, archive: Path) -> None:
    """Call ``draft`` what it is to be called. Raises :class:`BackupFailed` when something else is called so by now."""
    taken = BackupFailed(f"Meanwhile something else was written to {archive}. It stays as it is; name another file.")
    try:
        os.link(draft, archive)  # unlike a rename it replaces nothing
    except FileExistsError:
        raise taken from None
    except OSError:  # a disk without links, such as a stick
        if archive.exists():
            raise taken from None
        draft.replace(archive)


async def _fill(  # noqa: PLR0917 - one call, beside it
    bundle: zipfile.ZipFile, store: Store, blobs: Blobs, keys: Path, empty: Summary, told: Told
) -> Summary:
    sums: dict[str, str] = {}
    records: dict[str, int] = {}
    named: list[str] = []
    for noun in [*_FIRST_READ, *(noun for noun in reversed(NOUNS) if noun not in _FIRST_READ)]:
        part = f"records/{noun}.jsonl"
        lines = _lines(store, noun, records, named if noun == "files" else None, told)
        sums[part] = await _put(bundle, part, lines)
    gone = done = 0
    for key in named:
        try:
            sums[f"files/{key}"] = await _put(bundle, f"files/{key}", await blobs.read(key, stop=_ALL))
            done += 1
        except NoSuchBlob:
            gone += 1
        told("files", done)
    for name in KEY_FILES:
        if (keys / name).is_file():
            sums[f"keys/{name}"] = await _put(bundle, f"keys/{name}", _once((keys / name).read_bytes()))
    summary = replace(empty, records=records, files=done, gone=gone)
    manifest = {"format": FORMAT, **asdict(summary), "sha256": sums}
    await asyncio.to_thread(bundle.writestr, _MANIFEST, json.dumps(manifest, indent=1))
    return summary


async def _lines(
    store: Store, noun: str, records: dict[str, int], named: list[str] | None, told: Told
) -> AsyncIterator[bytes]:
    """Yield the records of ``noun`` as lines; count them, and note the keys of the files among them."""
    records[noun] = 0
    async for batch in store.dump(noun):
        if named is not None:
            named.extend(key for record in batch for key in PLAIN_CODECS["files"].decode(record).blobs)
        records[noun] += len(batch)
        told(noun, records[noun])
        yield b"".join(_line(record) for record in batch)


def _line(record: Any) -> bytes:
    """Return a record as :func:`chatbeside.services.migrate.checksum` counts it."""
    return json.dumps(record, sort_keys=True, separators=(",", ":")).encode() + b"\n"


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _put(bundle: zipfile.ZipFile, name: str, pieces: AsyncIterator[bytes]) -> str:
    """Write one part and return its SHA-256. Large parts are allowed; nothing is held whole in memory."""
    digest = hashlib.sha256()
    entry = zipfile.ZipInfo(name)
    # Pictures, sound and film are small already.
    entry.compress_type = zipfile.ZIP_STORED if name.startswith("files/") else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    with bundle.open(entry, "w", force_zip64=True) as part:
        async for piece in pieces:
            digest.update(piece)
            await _to_the_end(part.write, piece)
    return digest.hexdigest()


async def _to_the_end(work: Callable[[bytes], object], piece: bytes) -> None:
    """Do it in a thread. A thread cannot be cancelled: what it writes into is not closed before it is done."""
    writing = asyncio.ensure_future(asyncio.to_thread(work, piece))
    try:
        await asyncio.shield(writing)
    except asyncio.CancelledError:
        await asyncio.wait([writing])
        raise


async def read_summary(archive: Path) -> Summary:
    """Read a whole backup, compare every part with its SHA-256, and return what is inside.

    Raises:
        BackupFailed: It is no backup, damaged, or of a newer kind.
    """
    return await asyncio.to_thread(_check, archive)


def _check(archive: Path) -> Summary:
    with _opened(archive) as bundle:
        manifest = _manifest(bundle)
        for name, wanted in manifest.sha256.items():
            digest = hashlib.sha256()
            try:
                with bundle.open(name) as part:
                    while piece := part.read(_BATCH * 1024):
                        digest.update(piece)
            except (KeyError, zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
                raise BackupFailed(f"{archive.name} is damaged: {name} cannot be read.") from error
            if digest.hexdigest() != wanted:
                raise BackupFailed(f"{archive.name} is damaged: {name} is not what it was.")
        return manifest.summary()


def _opened(archive: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(archive)
    except FileNotFoundError as error:
        raise BackupFailed(f"There is no file {archive}.") from error
    except (zipfile.BadZipFile, OSError) as error:
        raise BackupFailed(f"{archive.name} is no backup, or it is damaged.") from error


def _manifest(bundle: zipfile.ZipFile) -> _Manifest:
    try:
        if bundle.getinfo(_MANIFEST).file_size > _MANIFEST_MOST:
            raise BackupFailed("Its list of contents is too long. This is no good backup.")
        manifest = json.loads(bundle.read(_MANIFEST))
        if int(manifest["format"]) <= FORMAT:
            return _Manifest.model_validate(manifest)
    except (KeyError, ValueError, TypeError, OverflowError, RecursionError, zipfile.BadZipFile) as error:
        raise BackupFailed("This is no backup of chatbeside.") from error
    raise BackupFailed(f"It was made by chatbeside {manifest.get('version')}. Restore it with that one or newer.")


async def restore(
    archive: Path, store: Store, blobs: Blobs, keys: Path, scratch: Incoming, *, told: Told = _quiet
) -> Summary:
    """Put a backup into an empty store of either kind, and prove that all of it arrived.

    Args:
        archive: Read whole and compared before anything is written.
        store: Opened and empty.
        blobs: Opened.
        keys: The folder of the installation's own keys; keys that are there are replaced. While it is not whole yet
            there is a file :data:`RESTORING` in it.
        scratch: Where one file at a time stands in between.
        told: Called as it goes on.

    Raises:
        BackupFailed: The backup is no good, the store is not empty, or something did not arrive.
    """
    summary = await read_summary(archive)
    for noun in ("users", "rooms", "messages"):
        async for _ in store.dump(noun):
            raise BackupFailed("There is a chat here already. Restore into an empty data folder or database.")
    with _opened(archive) as bundle:
        sums = _sums(bundle, archive)
        await asyncio.to_thread(_begin, keys)
        for noun in NOUNS:
            await _load(bundle, store, noun, told)
        for noun in NOUNS:
            part = f"records/{noun}.jsonl"
            if part in sums and (await checksum(store, noun)).checksum != sums[part]:
                raise BackupFailed(f"The {noun} did not arrive whole. Empty the store and try again.")
        await scratch.sweep()
        for done, name in enumerate((name for name in sums if name.startswith("files/")), 1):
            await _give_back(bundle, name, blobs, scratch)
            told("files", done)
        for name in KEY_FILES:
            if f"keys/{name}" in sums:
                await asyncio.to_thread(_put_key, keys / name, bundle.read(f"keys/{name}"))
        (keys / RESTORING).unlink()
    return summary


def _sums(bundle: zipfile.ZipFile, archive: Path) -> dict[str, str]:
    """Return the SHA-256 of each part; raise :class:`BackupFailed` for parts that no backup has."""
    sums = _manifest(bundle).sha256
    files = [name.removeprefix("files/") for name in sums if name.startswith("files/")]
    if odd := next((f"files/{name}" for name in files if not _KEY.fullmatch(name)), None):
        # A name leads to a place on this disk: only those that a backup gives are taken.
        raise BackupFailed(f"{archive.name} is no backup: {odd!r} is no name of a file in it.")
    if any(bundle.getinfo(name).file_size > _KEY_MOST for name in sums if name.startswith("keys/")):
        raise BackupFailed("A key in it is too large. This is no good backup.")
    return sums


def _begin(keys: Path) -> None:
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    (keys / RESTORING).touch()


def check_room(archive: Path, folder: Path) -> None:
    """Refuse what would fill the disk of ``folder``. A part never unpacks to more than the archive says.

    Raises:
        BackupFailed: There is less room than it needs, or it is no backup.
    """
    with _opened(archive) as bundle:
        wanted, free = sum(part.file_size for part in bundle.infolist()), shutil.disk_usage(folder).free
    if wanted > free:
        raise BackupFailed(f"It unpacks to {wanted // 1024**2} MB, and {folder} has room for {free // 1024**2} MB.")


async def _load(bundle: zipfile.ZipFile, store: Store, noun: str, told: Told) -> None:
    """Store the records of a noun; none when the backup is from before there was this noun."""
    done = 0
    with suppress(KeyError), bundle.open(f"records/{noun}.jsonl") as part:
        while batch := await asyncio.to_thread(_next, part, noun):
            try:
                await store.load(noun, batch)
            except (StoreUnavailable, OSError):
                raise
            except Exception as error:  # what is no record fails in as many ways as there are stores
                raise _no_record(noun) from error
            done += len(batch)
            told(noun, done)


def _next(part: IO[bytes], noun: str) -> Sequence[dict[str, Any]]:
    batch: list[dict[str, Any]] = []
    while len(batch) < _BATCH and (line := part.readline(_LINE_MOST + 1)):
        if len(line) > _LINE_MOST:
            raise BackupFailed(f"A record in it is larger than {_LINE_MOST // 1024**2} MB. This is no good backup.")
        try:
            batch.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise _no_record(noun) from error
    return batch


def _no_record(noun: str) -> BackupFailed:
    return BackupFailed(f"Among the {noun} in it is something that is none. This is no good backup.")


async def _give_back(bundle: zipfile.ZipFile, name: str, blobs: Blobs, scratch: Incoming) -> None:
    arriving = scratch.begin()
    try:
        with bundle.open(name) as part:
            while piece := await asyncio.to_thread(_piece, part):
                await arriving.write(piece)
        await arriving.finish()
        await blobs.put(name.removeprefix("files/"), arriving.path)
    finally:
        await arriving.discard()


def _piece(part: IO[bytes]) -> bytes:
    return part.read(_BATCH * 1024)


def _put_key(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.replace(path)
