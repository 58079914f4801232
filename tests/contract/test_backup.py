"""A backup holds everything of one store and comes back whole into any other."""

import asyncio
import hashlib
import json
import math
import shutil
import warnings
import zipfile
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chatbeside.services import backup
from chatbeside.services.backup import BackupFailed
from chatbeside.store.blobs import Incoming
from chatbeside.store.blobs.folder import FolderBlobs
from chatbeside.store.interfaces import Store
from tests.contract.conftest import KINDS, Place
from tests.contract.make import fill, room, user
from tests.contract.test_copies import everything, furnish

MADE = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.fixture
async def target(request: pytest.FixtureRequest, places: Callable[[str], Place]) -> AsyncIterator[Store]:
    """A second, empty store."""
    made = places(request.param)
    yield await made.open()
    await made.close()


@pytest.fixture
async def blobs(tmp_path: Path) -> FolderBlobs:
    blobs = FolderBlobs(tmp_path / "kept")
    await blobs.open()
    return blobs


async def _with_content(store: Store, blobs: FolderBlobs, folder: Path) -> dict[str, bytes]:
    """Give every file of ``store`` some content; return it by key."""
    contents: dict[str, bytes] = {}
    async for batch in store.dump("files"):
        for record in batch:
            for key in backup.PLAIN_CODECS["files"].decode(record).blobs:
                contents[key] = key.encode() * 50_000
                (folder / "draft").write_bytes(contents[key])
                await blobs.put(key, folder / "draft")
    return contents


@pytest.mark.parametrize("target", KINDS, indirect=True)
async def test_there_and_back(store: Store, target: Store, blobs: FolderBlobs, tmp_path: Path) -> None:
    await furnish(store)
    contents = await _with_content(store, blobs, tmp_path)
    assert contents
    (tmp_path / "secret.key").write_text("of the installation")
    archive = tmp_path / "backup.zip"
    made = await backup.write(store, blobs, tmp_path, archive, version="1", at=MADE)
    assert archive.stat().st_mode & 0o077 == 0

    there = FolderBlobs(tmp_path / "there" / "kept")
    await there.open()
    scratch = Incoming(tmp_path / "there" / "arriving")
    restored = await backup.restore(archive, target, there, tmp_path / "there", scratch)
    assert restored == made
    assert await everything(target) == await everything(store)
    for key, content in contents.items():
        assert b"".join([piece async for piece in await there.read(key, stop=10**9)]) == content
    assert (tmp_path / "there" / "secret.key").read_text() == "of the installation"
    assert (tmp_path / "there" / "secret.key").stat().st_mode & 0o077 == 0

    with pytest.raises(BackupFailed, match="a chat here already"):
        await backup.restore(archive, target, there, tmp_path / "there", scratch)


async def test_what_is_written_meanwhile_leaves_no_gap(store: Store, blobs: FolderBlobs, tmp_path: Path) -> None:
    """The store is read while others write into it, as MongoDB is."""
    ann = user("ann")
    await store.users.add(ann)
    place = room("Garden", public=True)
    await store.rooms.add(place)
    await fill(store, place.id, 200, ann.id)
    stop = asyncio.Event()

    async def go_on() -> None:
        while not stop.is_set():
            await fill(store, place.id, 5, ann.id)

    writing = asyncio.create_task(go_on())
    await backup.write(store, blobs, tmp_path, tmp_path / "backup.zip", version="1", at=MADE)
    stop.set()
    await writing
    with zipfile.ZipFile(tmp_path / "backup.zip") as bundle, bundle.open("records/messages.jsonl") as lines:
        numbers = [backup.json.loads(line)["seq"] for line in lines]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 200


async def test_a_damaged_backup_changes_nothing(
    store: Store, places: Callable[[str], Place], blobs: FolderBlobs, tmp_path: Path
) -> None:
    await furnish(store)
    archive = tmp_path / "backup.zip"
    await backup.write(store, blobs, tmp_path, archive, version="1", at=MADE)
    whole = archive.read_bytes()
    empty = places("sqlite")
    target = await empty.open()
    with zipfile.ZipFile(archive) as bundle:
        part = bundle.getinfo("records/messages.jsonl")
    # Past the part's own header (30 bytes, its name, 20 bytes for its length), in what is compressed.
    place = part.header_offset + 30 + len(part.filename) + 20 + part.compress_size // 2
    flipped = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
    for content in (b"", b"no zip", whole[: len(whole) // 2], flipped):
        archive.write_bytes(content)
        with pytest.raises(BackupFailed):
            await backup.restore(archive, target, blobs, tmp_path, Incoming(tmp_path / "arriving"))
    assert not any((await everything(target)).values())
    await empty.close()


async def test_of_a_newer_kind_it_says_which_version_to_use(
    store: Store, blobs: FolderBlobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "FORMAT", 2)
    await backup.write(store, blobs, tmp_path, tmp_path / "newer.zip", version="9.9", at=MADE)
    monkeypatch.undo()
    with pytest.raises(BackupFailed, match=r"chatbeside 9\.9"):
        await backup.read_summary(tmp_path / "newer.zip")


@pytest.mark.parametrize("name", ["../../outside", "..", "", "a/b", "/etc/outside", "a\\..\\b"])
async def test_names_that_lead_elsewhere_are_refused(
    store: Store, blobs: FolderBlobs, tmp_path: Path, name: str
) -> None:
    archive = tmp_path / "hostile.zip"
    part = f"files/{name}"
    manifest = {
        "format": 1,
        "made": "2026-01-31T00:00:00Z",
        "version": "1",
        "records": {},
        "files": 1,
        "gone": 0,
        "sha256": {part: hashlib.sha256(b"evil").hexdigest()},
    }
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr(part, b"evil")
        bundle.writestr("manifest.json", json.dumps(manifest))
    before = _there(tmp_path)
    with pytest.raises(BackupFailed, match="no name of a file"):
        await backup.restore(archive, store, blobs, tmp_path / "keys", Incoming(tmp_path / "new"))
    assert _there(tmp_path) == before


_ABOUT = {"format": 1, "made": "2026-01-31T00:00:00Z", "version": "1", "records": {}, "files": 0, "gone": 0}


def _archive(path: Path, parts: Sequence[tuple[str, bytes]], about: Any = None, *, mode: int = 0o600) -> Path:
    """Write an archive with a good list of contents, or with ``about`` in place of it."""
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in parts}
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as bundle:
        warnings.simplefilter("ignore")  # of names that are there twice
        for name, content in parts:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            bundle.writestr(entry, content)
        bundle.writestr("manifest.json", json.dumps({**_ABOUT, "sha256": sums} if about is None else about))
    return path


@pytest.mark.parametrize(
    "about",
    [
        [],
        {**_ABOUT, "sha256": []},
        {**_ABOUT, "sha256": {"records/users.jsonl": 7}},
        {**_ABOUT, "sha256": {}, "records": {"users": "many"}},
        {"format": 1, "sha256": {}},
        {"format": math.inf},
    ],
)
async def test_a_list_of_contents_that_is_none_is_refused_in_words(tmp_path: Path, about: Any) -> None:
    with pytest.raises(BackupFailed, match="no backup of chatbeside"):
        await backup.read_summary(_archive(tmp_path / "hostile.zip", [], about))


@pytest.mark.parametrize("line", [b"{", b"\xff", b"[]", b"null", b"{}", b'{"id": 7}', b"[" * 50_000])
async def test_what_is_no_record_is_refused_in_words(
    store: Store, blobs: FolderBlobs, tmp_path: Path, line: bytes
) -> None:
    archive = _archive(tmp_path / "hostile.zip", [("records/users.jsonl", line + b"\n")])
    with pytest.raises(BackupFailed, match="Among the users in it"):
        await backup.restore(archive, store, blobs, tmp_path / "keys", Incoming(tmp_path / "new"))


async def test_links_in_an_archive_lead_nowhere_and_of_two_parts_one_is_taken(
    store: Store, blobs: FolderBlobs, tmp_path: Path
) -> None:
    kept = tmp_path / "outside"
    kept.write_bytes(b"kept")
    parts = [("files/link", b"not this"), ("files/link", str(kept).encode())]
    archive = _archive(tmp_path / "hostile.zip", parts, mode=0o120777)
    await backup.restore(archive, store, blobs, tmp_path / "keys", Incoming(tmp_path / "new"))
    assert b"".join([piece async for piece in await blobs.read("link", stop=1000)]) == str(kept).encode()
    assert not [path for path in _there(tmp_path) if path.is_symlink()]
    assert kept.read_bytes() == b"kept"


async def test_of_two_backups_into_one_file_the_first_one_stays(
    store: Store, blobs: FolderBlobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnish(store)
    archive = tmp_path / "backup.zip"

    def no_links(*_: object) -> None:
        raise PermissionError

    for on_a_stick in (False, True):
        if on_a_stick:
            monkeypatch.setattr("os.link", no_links)
        archive.unlink(missing_ok=True)
        with pytest.raises(BackupFailed, match="Meanwhile something else"):
            await backup.write(
                store, blobs, tmp_path, archive, version="1", at=MADE, told=lambda *_: archive.write_bytes(b"first")
            )
        assert archive.read_bytes() == b"first"
        assert not [path for path in _there(tmp_path) if path.suffix == ".part"]
    archive.unlink()
    await backup.write(store, blobs, tmp_path, archive, version="1", at=MADE)
    assert (await backup.read_summary(archive)).version == "1"


async def test_what_unpacks_to_more_than_there_is_room_for_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle, bundle.open("records/users.jsonl", "w") as part:
        for _ in range(64):
            part.write(bytes(1024**2))
    assert archive.stat().st_size < 1024**2
    free = shutil.disk_usage(tmp_path)._replace(free=63 * 1024**2)
    with pytest.MonkeyPatch.context() as small:
        small.setattr(shutil, "disk_usage", lambda _: free)
        with pytest.raises(BackupFailed, match="unpacks to 64 MB"):
            backup.check_room(archive, tmp_path)


@pytest.mark.parametrize(("part", "size"), [("records/users.jsonl", 9), ("keys/secret.key", 2)])
async def test_a_part_is_never_held_whole(
    store: Store, blobs: FolderBlobs, tmp_path: Path, part: str, size: int
) -> None:
    archive, content = tmp_path / "huge.zip", b" " * size * 1024**2
    about = {"made": "2026-01-31T00:00:00Z", "version": "1", "records": {}, "files": 0, "gone": 0}
    sums = {part: hashlib.sha256(content).hexdigest()}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr(part, content)
        bundle.writestr("manifest.json", json.dumps({"format": 1, **about, "sha256": sums}))
    with pytest.raises(BackupFailed, match=r"larger than 8 MB|too large"):
        await backup.restore(archive, store, blobs, tmp_path / "keys", Incoming(tmp_path / "new"))
    assert (tmp_path / "keys").exists() is part.startswith("records/"), "and marked as not whole"


async def test_a_folder_gives_nothing_outside_of_itself(blobs: FolderBlobs, tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(b"kept")
    for key in ("../../outside", "..", ".hidden", "", str(tmp_path / "outside")):
        with pytest.raises(ValueError, match="no key"):
            await blobs.read(key, stop=4)
        with pytest.raises(ValueError, match="no key"):
            await blobs.remove(key)
    assert (tmp_path / "outside").read_bytes() == b"kept"


def _there(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}
