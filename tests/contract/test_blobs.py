"""What every place for the content of files does."""

import errno
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from chatbeside.settings import Settings
from chatbeside.store.blobs import Blobs, NoRoom, NoSuchBlob, make_blobs
from chatbeside.store.blobs.folder import FolderBlobs
from chatbeside.store.blobs.gridfs import GridBlobs
from chatbeside.store.interfaces import StoreUnavailable
from tests.contract.conftest import KINDS, MONGODB, Address

LARGE = os.urandom(700_000)  # more than one piece, and more than one of GridFS


@pytest.fixture(params=["folder", *(kind for kind in KINDS if kind != "sqlite")])
async def blobs(request: pytest.FixtureRequest, tmp_path: Path, addresses: Address) -> AsyncIterator[Blobs]:
    if request.param == "folder":
        kept = FolderBlobs(tmp_path / "data" / "kept")
        await kept.open()
        yield kept
        await kept.close()
        return
    uri = MONGODB if request.param == "mongodb" else addresses(request.param)
    database = f"chatbeside_test_{secrets.token_hex(6)}"
    grid = GridBlobs(uri, database)
    await grid.open()
    yield grid
    await grid.close()
    with MongoClient[Any](uri) as client:
        client.drop_database(database)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "arriving"
    path.write_bytes(LARGE)
    return path


async def read(blobs: Blobs, key: str, start: int = 0, stop: int = len(LARGE)) -> bytes:
    return b"".join([piece async for piece in await blobs.read(key, start=start, stop=stop)])


async def test_what_is_put_can_be_read(blobs: Blobs, source: Path) -> None:
    await blobs.put("ab12", source)
    assert await read(blobs, "ab12") == LARGE
    for start, stop in ((0, 1), (5, 5), (261_000, 263_000), (255_999, 600_001), (699_999, 700_000), (699_000, 800_000)):
        assert await read(blobs, "ab12", start, stop) == LARGE[start:stop]


async def test_nothing_is_there_before_and_after(blobs: Blobs, source: Path) -> None:
    with pytest.raises(NoSuchBlob):
        await blobs.read("ab12", stop=1)
    await blobs.put("ab12", source)
    await blobs.remove("ab12")
    with pytest.raises(NoSuchBlob):
        await blobs.read("ab12", stop=1)
    await blobs.remove("ab12")


async def test_keys_do_not_meet(blobs: Blobs, source: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.write_bytes(b"small")
    await blobs.put("ab12", source)
    await blobs.put("ab12.thumbnail", small)
    assert await read(blobs, "ab12.thumbnail") == b"small"
    await blobs.remove("ab12.thumbnail")
    assert await read(blobs, "ab12") == LARGE


async def test_putting_again_replaces(blobs: Blobs, source: Path, tmp_path: Path) -> None:
    await blobs.put("ab12", source)
    other = tmp_path / "other"
    other.write_bytes(b"other")
    await blobs.put("ab12", other)
    assert await read(blobs, "ab12") == b"other"


@pytest.mark.parametrize(
    ("number", "error"), [(errno.ENOSPC, NoRoom), (errno.EDQUOT, NoRoom), (errno.EACCES, StoreUnavailable)]
)
async def test_a_folder_that_cannot_be_written(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception]
) -> None:
    kept = FolderBlobs(tmp_path / "kept")
    await kept.open()

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(error):
        await kept.put("ab12", source)
    with pytest.raises(NoSuchBlob):
        await kept.read("ab12", stop=1)


def test_where_the_settings_put_them(tmp_path: Path) -> None:
    uri = "mongodb://127.0.0.1:1/x"
    assert isinstance(make_blobs(Settings(data=tmp_path)), FolderBlobs)
    assert isinstance(make_blobs(Settings(data=tmp_path, mongodb_uri=uri)), GridBlobs)
    assert isinstance(make_blobs(Settings(data=tmp_path, mongodb_uri=uri, files="gridfs")), GridBlobs)
    assert isinstance(make_blobs(Settings(data=tmp_path, mongodb_uri=uri, files="folder")), FolderBlobs)
    with pytest.raises(StoreUnavailable):
        make_blobs(Settings(data=tmp_path, files="gridfs"))
