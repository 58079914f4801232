"""How files come in, who may have them, and how they go."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from chatbeside.domain.errors import Conflict, InvalidInput, NotFound, StorageFull, TooLarge, TooMany
from chatbeside.domain.files import UNKNOWN, StoredFile
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Member, Message, Role, Room, RoomKind
from chatbeside.services import files
from chatbeside.services.container import Services
from chatbeside.services.events import MessageChanged, MessageStored
from chatbeside.services.files import TOGETHER_MOST, UNSENT_MOST, About
from chatbeside.settings import Settings
from chatbeside.store.blobs import NoRoom, make_incoming
from chatbeside.store.blobs.incoming import BUFFER
from chatbeside.store.interfaces import StoreUnavailable
from tests.conftest import ManualClock, People, Recorder
from tests.services.files_kit import CAMERA, WEBM, content, on_disk, picture, pieces, upload

DAY = 24 * 3600


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", hash_threads=1, assistant=False, max_upload_mb=1)


@pytest.fixture
async def room(services: Services, people: People, clock: ManualClock) -> Room:
    """A group of Ann and Ben."""
    ann = await people("ann")
    room = Room(new_id(), RoomKind.GROUP, clock(), ann.user.id, "garden")
    await services.store.rooms.add(room)
    for name, role in (("ann", Role.OWNER), ("ben", Role.MEMBER)):
        await services.store.members.add(Member(room.id, (await people(name)).user.id, role, clock()))
    return room


async def send(services: Services, people: People, room: Room, *files: StoredFile, client_id: str = "c1") -> Message:
    ids = [file.id for file in files]
    message, _, _ = await services.messages.send(await people("ann"), room.id, "", client_id=client_id, attachments=ids)
    return message


@pytest.mark.parametrize(
    ("data", "declared", "media_type", "inline"),
    [
        (b"words\nand more", "image/png", "text/plain", False),
        ("wörter".encode() * 2000, "", "text/plain", False),
        (b"<!doctype html><script>alert(1)</script>", "image/png", "text/plain", False),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "image/svg+xml", "text/plain", False),
        (b"GIF89a/*<script>alert(1)</script>", "image/gif", UNKNOWN, False),
        (picture("PNG")[:400], "image/png", UNKNOWN, False),
        (b"%PDF-1.7 ...", "image/png", "application/pdf", False),
        (bytes(range(256)), "text/html", UNKNOWN, False),
        (WEBM, "audio/webm;codecs=opus", "audio/webm", True),
        (WEBM, "video/webm", "video/webm", True),
        (WEBM, "text/html", "video/webm", True),
        (b"OggS\0\x02" + bytes(60), "audio/ogg", "audio/ogg", True),
        (b"ID3\x03" + bytes(60), "text/html", "audio/mpeg", True),
        (b"\0\0\0\x20ftypisom" + bytes(60), "audio/mp4", "audio/mp4", True),
    ],
)
async def test_the_content_says_what_it_is(
    services: Services, people: People, data: bytes, declared: str, media_type: str, inline: bool
) -> None:
    file = await upload(services, await people("ann"), "a.png", data, declared)
    assert (file.media_type, file.inline, file.thumbnail) == (media_type, inline, False)
    assert (file.size, await content(services, file)) == (len(data), data)


async def test_a_picture_is_cleaned_and_measured(services: Services, people: People, settings: Settings) -> None:
    file = await upload(services, await people("ann"), "../me.jpg", picture(orientation=6), about=About(9, 9, 9.0))
    assert (file.name, file.media_type, file.inline) == ("me.jpg", "image/jpeg", True)
    assert (file.width, file.height, file.duration) == (500, 1000, None)
    kept = await content(services, file)
    assert len(kept) == file.size
    assert CAMERA.encode() not in kept
    assert (await services.files.thumbnail(file)).startswith(b"RIFF")
    assert len(on_disk(settings.data)) == 2


async def test_of_sound_and_film_the_sender_says_the_size(services: Services, people: People) -> None:
    ann = await people("ann")
    film = await upload(services, ann, "a.webm", WEBM, "video/webm", About(640, 360, 2.5))
    assert (film.width, film.height, film.duration) == (640, 360, 2.5)
    words = await upload(services, ann, "a.txt", b"words", about=About(640, 360, 2.5))
    assert (words.width, words.height, words.duration) == (None, None, None)


async def test_what_is_too_large_is_refused_while_it_comes(
    services: Services, people: People, settings: Settings
) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield bytes(100_000)

    with pytest.raises(TooLarge, match="1 MB"):
        await services.files.receive(await people("ann"), "a", endless())
    assert taken == 11
    assert on_disk(settings.data) == []
    exact = await upload(services, await people("ann"), "a", bytes(1024 * 1024))
    assert exact.size == 1024 * 1024
    with pytest.raises(InvalidInput, match="empty"):
        await upload(services, await people("ann"), "a", b"")


class Gone(Exception):
    """Whoever sends has gone."""


async def test_an_upload_that_breaks_off_leaves_nothing(services: Services, people: People, settings: Settings) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield bytes(700_000)
        yield bytes(340_000)
        raise Gone

    with pytest.raises(Gone):
        await services.files.receive(await people("ann"), "a", broken())
    assert on_disk(settings.data) == []
    assert await services.store.files.count_unsettled((await people("ann")).user.id, limit=9) == 0


async def test_an_upload_that_is_cancelled_leaves_nothing(
    services: Services, people: People, settings: Settings
) -> None:
    reached = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield bytes(1_040_000)
        reached.set()
        await asyncio.Event().wait()
        yield b""

    ann = await people("ann")
    uploading = asyncio.create_task(services.files.receive(ann, "a", slow()))
    await reached.wait()
    uploading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await uploading
    assert on_disk(settings.data) == []


async def test_a_stalled_upload_ends(services: Services, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbeside.services.files.STALLED", 0.01)

    async def silent() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    with pytest.raises(InvalidInput, match="minute"):
        await services.files.receive(await people("ann"), "a", silent())


@pytest.mark.parametrize("where", ["arriving", "kept"])
@pytest.mark.parametrize(
    ("number", "error"), [(errno.ENOSPC, StorageFull), (errno.EDQUOT, StorageFull), (errno.EIO, StoreUnavailable)]
)
async def test_a_full_disk_is_said_and_leaves_nothing(
    services: Services,
    people: People,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    number: int,
    error: type[Exception],
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as broken:
        if where == "kept":
            broken.setattr(Path, "replace", refuse)
        else:
            broken.setattr(Path, "open", refuse)
        with pytest.raises(error):
            await upload(services, await people("ann"), "a", b"x" * 10)
    assert on_disk(settings.data) == []
    assert await services.store.files.count_unsettled((await people("ann")).user.id, limit=9) == 0


async def test_so_many_at_once_and_so_many_unsent(services: Services, people: People) -> None:
    ann, go = await people("ann"), asyncio.Event()

    async def waiting() -> AsyncIterator[bytes]:
        yield b"x"
        await go.wait()

    running = [asyncio.create_task(services.files.receive(ann, "a", waiting())) for _ in range(TOGETHER_MOST)]
    await asyncio.sleep(0)
    with pytest.raises(TooMany):
        await upload(services, ann, "a", b"x")
    await upload(services, await people("ben"), "a", b"x")
    go.set()
    await asyncio.gather(*running)
    for _ in range(UNSENT_MOST - TOGETHER_MOST):
        await upload(services, ann, "a", b"x")
    with pytest.raises(Conflict, match="not sent"):
        await upload(services, ann, "a", b"x")


async def test_who_may_have_it(services: Services, people: People, room: Room) -> None:
    ann, ben, eve = [await people(name) for name in ("ann", "ben", "eve")]
    file = await upload(services, ann, "a.jpg", picture())
    assert await services.access.file(ann, file.id) == file
    for other in (ben, eve):
        with pytest.raises(NotFound):
            await services.access.file(other, file.id)
    message = await send(services, people, room, file)
    for member in (ann, ben):
        assert (await services.access.file(member, file.id)).message_id == message.id
    with pytest.raises(NotFound):
        await services.access.file(eve, file.id)
    await services.store.members.remove(room.id, ben.user.id)
    await services.store.members.remove(room.id, ann.user.id)
    for gone in (ann, ben):
        with pytest.raises(NotFound):
            await services.access.file(gone, file.id)
    for nothing in ("", "x", "../x", new_id()):
        with pytest.raises(NotFound):
            await services.access.file(ann, nothing)


async def test_a_message_names_its_files(services: Services, people: People, room: Room, publisher: Recorder) -> None:
    ann = await people("ann")
    files = [await upload(services, ann, "a.jpg", picture()), await upload(services, ann, "b.txt", b"words")]
    message = await send(services, people, room, *files)
    assert message.content == ""
    assert message.attachments == tuple(file.attachment() for file in files)
    assert MessageStored(room, message) in publisher.take()
    again, _, created = await services.messages.send(
        ann, room.id, "", client_id="c1", attachments=[file.id for file in files]
    )
    assert (again, created) == (message, False)
    assert await services.store.files.count_unsettled(ann.user.id, limit=9) == 0


@pytest.mark.parametrize("wrong", ["stranger's", "sent", "unknown", "twice", "many"])
async def test_a_message_that_may_not_have_its_files_is_not_sent(
    services: Services, people: People, room: Room, wrong: str
) -> None:
    ann = await people("ann")
    free = await upload(services, ann, "free", b"x")
    other = {
        "stranger's": (await upload(services, await people("ben"), "a", b"x")).id,
        "sent": (await send(services, people, room, await upload(services, ann, "a", b"x"))).attachments[0].file_id,
        "unknown": new_id(),
        "twice": free.id,
        "many": "x",
    }[wrong]
    ids = [free.id, other, *(["x"] * 9 if wrong == "many" else [])]
    with pytest.raises(InvalidInput) as refused:
        await services.messages.send(ann, room.id, "look", client_id="c2", attachments=ids)
    assert refused.value.fields.keys() == {"attachments"}
    assert len((await services.messages.page(ann, room.id)).messages) == 1
    # What was right about it can still be sent.
    assert (await send(services, people, room, free, client_id="c3")).attachments == (free.attachment(),)


async def test_of_two_messages_at_once_one_gets_the_file(services: Services, people: People, room: Room) -> None:
    file = await upload(services, await people("ann"), "a", b"x")
    results = await asyncio.gather(
        *(send(services, people, room, file, client_id=f"c{number}") for number in range(5)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in results) == ["InvalidInput"] * 4 + ["Message"]


async def test_an_empty_message_needs_a_file(services: Services, people: People, room: Room) -> None:
    with pytest.raises(InvalidInput):
        await services.messages.send(await people("ann"), room.id, "", client_id="c1")
    message = await send(services, people, room, await upload(services, await people("ann"), "a", b"x"))
    edited, _ = await services.changes.edit(await people("ann"), message.id, "now with words")
    assert edited.attachments == message.attachments
    empty, _ = await services.changes.edit(await people("ann"), message.id, "")
    assert (empty.content, empty.attachments) == ("", message.attachments)


async def test_deleting_a_message_removes_its_files(
    services: Services, people: People, room: Room, settings: Settings, publisher: Recorder
) -> None:
    ann = await people("ann")
    file = await upload(services, ann, "a.jpg", picture())
    message = await send(services, people, room, file)
    publisher.take()
    gone, _ = await services.changes.delete(ann, message.id)
    assert gone.attachments == ()
    assert publisher.take() == [MessageChanged(room, gone)]
    assert on_disk(settings.data) == []
    assert await services.store.files.get(file.id) is None
    with pytest.raises(NotFound):
        await services.access.file(ann, file.id)


async def test_taking_back_what_was_not_sent(
    services: Services, people: People, room: Room, settings: Settings
) -> None:
    ann = await people("ann")
    file = await upload(services, ann, "a", b"x")
    with pytest.raises(NotFound):
        await services.files.discard(await people("ben"), file.id)
    await services.files.discard(ann, file.id)
    assert on_disk(settings.data) == []
    with pytest.raises(NotFound):
        await services.files.discard(ann, file.id)
    sent = await upload(services, ann, "a", b"x")
    await send(services, people, room, sent)
    with pytest.raises(Conflict):
        await services.files.discard(ann, sent.id)
    assert len(on_disk(settings.data)) == 1


async def test_a_copy_is_the_own_file_of_whoever_made_it(
    services: Services, people: People, room: Room, settings: Settings
) -> None:
    ann, ben, eve = await people("ann"), await people("ben"), await people("eve")
    file = await upload(services, ann, "me.jpg", picture())
    with pytest.raises(NotFound):  # not sent yet
        await services.files.copy(ben, file.id)
    message = await send(services, people, room, file)
    with pytest.raises(NotFound):
        await services.files.copy(eve, file.id)
    copy = await services.files.copy(ben, file.id)
    assert copy.id != file.id
    assert (copy.uploader_id, copy.message_id, copy.sent_at) == (ben.user.id, None, None)
    assert copy.attachment() == replace(file.attachment(), file_id=copy.id)
    with pytest.raises(NotFound):
        await services.access.file(ann, copy.id)
    # What becomes of the one is nothing to the other.
    await services.changes.delete(ann, message.id)
    assert await content(services, copy) != b""
    assert (await services.files.thumbnail(copy))[:4] == b"RIFF"
    assert len(on_disk(settings.data)) == 2
    await services.messages.send(ben, room.id, "", client_id="c2", attachments=[copy.id])
    assert (await services.access.file(ann, copy.id)).id == copy.id


async def test_a_copy_without_room_leaves_nothing(
    services: Services, people: People, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await people("ann")
    file = await upload(services, ann, "me.jpg", picture())
    kept = on_disk(settings.data)

    async def full(*_: object) -> None:
        raise NoRoom

    monkeypatch.setattr(services.files._blobs, "put", full)
    with pytest.raises(StorageFull):
        await services.files.copy(ann, file.id)
    assert on_disk(settings.data) == kept
    assert await services.store.files.count_unsettled(ann.user.id, limit=9) == 1


async def test_what_nobody_sent_is_swept_after_a_day(
    services: Services, people: People, room: Room, settings: Settings, clock: ManualClock
) -> None:
    ann = await people("ann")
    unsent, sent, claimed, doubted = [await upload(services, ann, name, b"x") for name in "abcd"]
    await send(services, people, room, sent)
    await services.files.give(ann.user.id, [claimed.id], new_id())  # the process ended before the message was stored
    message = await send(services, people, room, doubted, client_id="c2")
    await services.files.doubt(message)  # the process ended before the message was deleted
    clock.advance(DAY)
    await services.files.sweep()
    assert len(on_disk(settings.data)) == 4
    clock.advance(1)
    late = await upload(services, ann, "e", b"x")
    await services.files.sweep()
    left = await services.store.files.get_many(file.id for file in (unsent, sent, claimed, doubted, late))
    assert left.keys() == {sent.id, doubted.id, late.id}
    assert len(on_disk(settings.data)) == 3
    assert await services.store.files.count_unsettled(ann.user.id, limit=9) == 1


async def test_a_sweep_that_fails_is_not_the_last_one(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    swept = asyncio.Event()

    async def sweep() -> None:
        if not outcomes:
            swept.set()
            return
        raise outcomes.pop()

    outcomes = [OSError("the disk fails"), StoreUnavailable("gone")]
    monkeypatch.setattr(files, "SWEEP_EVERY", 0)
    monkeypatch.setattr(services.files, "sweep", sweep)
    looking = asyncio.create_task(services.files._look_after())
    async with asyncio.timeout(5):
        await swept.wait()
    looking.cancel()


async def test_what_a_dead_process_left_is_swept(services: Services, settings: Settings) -> None:
    arriving = settings.data / "files" / "arriving"
    (arriving / "dead").mkdir()
    for left in (arriving / "dead" / "half.part", arriving / "of-an-old-version.part"):
        left.write_bytes(b"x")
    living = make_incoming(settings)
    await living.sweep()
    assert on_disk(settings.data) == []
    half = living.begin()
    await half.write(bytes(BUFFER))
    await services.files.sweep()
    assert on_disk(settings.data) == [half.path], "of a process that lives"
    await half.discard()
    await living.close()
    assert not half.path.parent.exists()


async def test_content_that_is_missing_is_not_found(services: Services, people: People, settings: Settings) -> None:
    file = await upload(services, await people("ann"), "a.jpg", picture())
    for path in on_disk(settings.data):
        path.unlink()
    with pytest.raises(NotFound):
        await services.files.read(file, start=0, stop=1)
    with pytest.raises(NotFound):
        await services.files.thumbnail(file)


async def test_stopping_finishes_what_has_come_in(services: Services, people: People) -> None:
    ann = await people("ann")
    uploading = asyncio.create_task(upload(services, ann, "a.jpg", picture(size=(3000, 2000))))
    while not services.files._keeping:  # noqa: ASYNC110 the moment is the service's own
        await asyncio.sleep(0)
    uploading.cancel()
    await asyncio.gather(*services.files._keeping)
    assert await services.store.files.count_unsettled(ann.user.id, limit=9) == 1


async def test_pieces_are_pieces() -> None:
    assert [len(piece) async for piece in pieces(bytes(130_000))] == [60_000, 60_000, 10_000]
