from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatbeside.services import migrate_content
from chatbeside.services.container import Services
from chatbeside.services.migrate import MigrationFailed
from chatbeside.settings import Settings
from chatbeside.store.blobs import NoSuchBlob, blobs_at, make_incoming
from chatbeside.store.blobs.folder import FolderBlobs
from tests.conftest import People
from tests.services.files_kit import on_disk, picture, upload


class Lossy(FolderBlobs):
    """A place that forgets the end of what it is given."""

    async def read(self, key: str, *, start: int = 0, stop: int) -> AsyncIterator[bytes]:
        return await super().read(key, start=start, stop=5)


async def test_content_arrives(services: Services, people: People, settings: Settings, tmp_path: Path) -> None:
    ann = await people("ann")
    files = [await upload(services, ann, "a.jpg", picture()), await upload(services, ann, "b", bytes(2_000_000))]
    lost = await upload(services, ann, "c", b"lost")
    source, target = blobs_at(None, settings.data), FolderBlobs(tmp_path / "target")
    await source.remove(lost.id)
    await target.open()
    for _ in range(2):
        assert await migrate_content.run(services.store, source, target, make_incoming(settings)) == (2, 1)
    for file in files:
        for key in file.blobs:
            pieces = [[piece async for piece in await each.read(key, stop=9**9)] for each in (source, target)]
            assert b"".join(pieces[0]) == b"".join(pieces[1])
    with pytest.raises(NoSuchBlob):
        await target.read(lost.id, stop=1)
    assert not [path for path in on_disk(settings.data) if path.suffix == ".part"]


async def test_what_does_not_come_back_is_said(
    services: Services, people: People, settings: Settings, tmp_path: Path
) -> None:
    await upload(services, await people("ann"), "a", b"0123456789")
    target = Lossy(tmp_path / "target")
    await target.open()
    with pytest.raises(MigrationFailed, match="not the same"):
        await migrate_content.run(services.store, blobs_at(None, settings.data), target, make_incoming(settings))
