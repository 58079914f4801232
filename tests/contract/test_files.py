import asyncio
from dataclasses import replace

import pytest

from chatbeside.domain.files import StoredFile
from chatbeside.domain.ids import new_id
from chatbeside.store.interfaces import Store
from tests.contract.conftest import Place
from tests.contract.make import at


def file(uploader_id: str, seconds: float = 0, **more: object) -> StoredFile:
    return StoredFile(new_id(), uploader_id, "a.png", "image/png", 5, "c0ffee", at(seconds), **more)


async def test_what_is_stored_comes_back(store: Store) -> None:
    plain, full = file(new_id()), file(new_id(), width=3, height=4, duration=1.5, thumbnail=True)
    for each in (plain, full):
        await store.files.add(each)
        assert await store.files.get(each.id) == each
    assert await store.files.get(new_id()) is None
    assert await store.files.get_many([full.id, new_id()]) == {full.id: full}
    assert await store.files.get_many([]) == {}
    assert await store.files.remove(plain.id) is True
    assert await store.files.remove(plain.id) is False
    assert await store.files.get(plain.id) is None


async def test_a_file_goes_to_one_message_of_its_uploader(store: Store) -> None:
    ann, ben, message = new_id(), new_id(), new_id()
    mine = file(ann)
    await store.files.add(mine)
    assert await store.files.claim(mine.id, ben, message) is False
    assert await store.files.claim(new_id(), ann, message) is False
    assert await store.files.claim(mine.id, ann, message) is True
    assert await store.files.claim(mine.id, ann, message) is True
    assert await store.files.claim(mine.id, ann, new_id()) is False
    assert await store.files.get(mine.id) == replace(mine, message_id=message)
    assert await store.files.release(mine.id, new_id()) is False
    assert await store.files.release(mine.id, message) is True
    assert await store.files.get(mine.id) == mine
    assert await store.files.claim(mine.id, ann, new_id()) is True


async def test_of_many_messages_one_gets_the_file(place: Place, store: Store) -> None:
    if place.kind == "ferretdb":
        pytest.skip("FerretDB 1 does not update atomically.")
    ann = new_id()
    mine, messages = file(ann), [new_id() for _ in range(8)]
    await store.files.add(mine)
    won = await asyncio.gather(*(store.files.claim(mine.id, ann, message) for message in messages))
    assert sum(won) == 1
    found = await store.files.get(mine.id)
    assert found
    assert found.message_id == messages[won.index(True)]


async def test_unsettled_ones_are_found_by_age_and_by_person(store: Store) -> None:
    ann, ben = new_id(), new_id()
    files = [file(ann, seconds) for seconds in range(4)] + [file(ben, 1.5)]
    for each in reversed(files):
        await store.files.add(each)
    assert await store.files.unsettled(at(3), limit=9) == [files[0], files[1], files[4], files[2]]
    assert await store.files.unsettled(at(9), limit=2) == files[:2]
    assert await store.files.count_unsettled(ann, limit=9) == 4
    assert await store.files.count_unsettled(ann, limit=3) == 3
    await store.files.settle([files[0].id, files[2].id], at(5))
    assert await store.files.get(files[0].id) == replace(files[0], sent_at=at(5))
    assert await store.files.unsettled(at(3), limit=9) == [files[1], files[4]]
    assert await store.files.count_unsettled(ann, limit=9) == 2
    await store.files.settle([files[0].id], None)
    assert await store.files.unsettled(at(1), limit=9) == [files[0]]
    await store.files.settle([], at(5))
