import asyncio
from datetime import UTC, datetime

import pytest

from chatbeside.domain.errors import InvalidInput, NotAllowed, NotFound
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Message, Room
from chatbeside.domain.sync import RoomView
from chatbeside.services.container import Services
from chatbeside.services.events import MessageStored, ReceiptAdvanced
from chatbeside.services.messages import PAGE_WEIGHT, fitting
from tests.conftest import ManualClock, People, Recorder


@pytest.fixture
async def room(services: Services, people: People) -> Room:
    """The conversation of Ann and Ben."""
    return await services.rooms.open_direct(await people("ann"), (await people("ben")).user.id)


async def _fill(services: Services, people: People, room: Room, count: int) -> None:
    ann = await people("ann")
    for number in range(1, count + 1):
        await services.messages.send(ann, room.id, f"message {number}", client_id=f"n{number}")


async def test_sending_stores_tells_and_reads(
    services: Services, people: People, room: Room, publisher: Recorder, clock: ManualClock
) -> None:
    ann = await people("ann")
    await services.messages.send(ann, room.id, "first", client_id="c0")
    publisher.take()
    message, in_room, created = await services.messages.send(ann, room.id, "hello  \n", client_id="c1")
    assert created
    assert in_room == room
    assert (message.content, message.seq, message.rev, message.kind) == ("hello", 2, 2, "text")
    assert (message.sender_id, message.client_id, message.created_at) == (ann.user.id, "c1", clock())
    assert await services.store.messages.get(message.id) == message
    stored, receipt = publisher.take()
    assert stored == MessageStored(room, message)
    assert isinstance(receipt, ReceiptAdvanced)
    assert (receipt.receipt.user_id, receipt.receipt.read_seq, receipt.shared) == (ann.user.id, 2, False)


async def test_sending_again_changes_nothing(
    services: Services, people: People, room: Room, publisher: Recorder
) -> None:
    ann, ben = await people("ann"), await people("ben")
    first, _, _ = await services.messages.send(ann, room.id, "hello", client_id="c1")
    publisher.take()
    again, _, created = await services.messages.send(ann, room.id, "other words", client_id="c1")
    assert (again, created) == (first, False)
    assert publisher.take() == []
    other, _, created = await services.messages.send(ben, room.id, "hello", client_id="c1")
    assert created
    assert other.seq == 2


async def test_many_senders_at_once_leave_no_gap(services: Services, people: People, room: Room) -> None:
    ann, ben = await people("ann"), await people("ben")
    await asyncio.gather(
        *(services.messages.send(who, room.id, str(n), client_id=f"c{n}") for n in range(20) for who in (ann, ben, ann))
    )
    page = await services.messages.page(ann, room.id, limit=100)
    assert [message.seq for message in page.messages] == list(range(1, 41))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"content": ""}, "content"),
        ({"content": " \n"}, "content"),
        ({"content": "x" * 100_000}, "content"),
        ({"content": "x" * 12_001}, "content"),
        ({"content": "a\0b"}, "content"),
        ({"content": "\ud800"}, "content"),
        ({"client_id": ""}, "clientId"),
        ({"client_id": "a b"}, "clientId"),
        ({"client_id": "x" * 65}, "clientId"),
        ({"kind": "system"}, "messageType"),
        ({"kind": "call"}, "messageType"),
        ({"kind": ""}, "messageType"),
        ({"reply_to": "x"}, "replyTo"),
        ({"reply_to": "0" * 24}, "replyTo"),
    ],
)
async def test_what_cannot_be_sent(
    services: Services, people: People, room: Room, publisher: Recorder, given: dict, field: str
) -> None:
    publisher.take()
    options = {"content": "hello", "client_id": "c1", **given}
    with pytest.raises(InvalidInput) as caught:
        await services.messages.send(await people("ann"), room.id, options.pop("content"), **options)
    assert list(caught.value.fields) == [field]
    assert publisher.take() == []
    assert (await services.store.messages.heads([room.id]))[room.id].last_seq == 0


async def test_the_longest_message(services: Services, people: People, room: Room) -> None:
    message, _, _ = await services.messages.send(await people("ann"), room.id, "ä" * 12_000, client_id="c1")
    assert len(message.content) == 12_000


async def test_answers_stay_in_their_room(services: Services, people: People, room: Room, clock: ManualClock) -> None:
    ann, cleo = await people("ann"), await people("cleo")
    first, _, _ = await services.messages.send(ann, room.id, "question", client_id="c1")
    answer, _, _ = await services.messages.send(await people("ben"), room.id, "yes", client_id="c1", reply_to=first.id)
    assert answer.reply_to == first.id
    other = await services.rooms.open_direct(ann, cleo.user.id)
    with pytest.raises(InvalidInput):
        await services.messages.send(ann, other.id, "what", client_id="c1", reply_to=first.id)


async def test_an_archived_room_can_be_read_only(
    services: Services, people: People, room: Room, clock: ManualClock
) -> None:
    ann = await people("ann")
    await services.messages.send(ann, room.id, "before", client_id="c1")
    await services.store.rooms.update(room.id, {"archived_at": clock()})
    with pytest.raises(NotAllowed):
        await services.messages.send(ann, room.id, "after", client_id="c2")
    assert len((await services.messages.page(ann, room.id)).messages) == 1


async def test_somebody_elses_room_is_not_there(services: Services, people: People, room: Room) -> None:
    await _fill(services, people, room, 1)
    eve = await people("eve")
    for room_id in (room.id, new_id(), "", "\0"):
        with pytest.raises(NotFound):
            await services.messages.send(eve, room_id, "hello", client_id="c1")
        with pytest.raises(NotFound):
            await services.messages.page(eve, room_id)
        with pytest.raises(NotFound):
            await services.messages.join(eve, room_id, after_rev=0)


async def test_an_ex_member_sees_nothing(services: Services, people: People, room: Room) -> None:
    await _fill(services, people, room, 1)
    ben = await people("ben")
    await services.store.members.remove(room.id, ben.user.id)
    with pytest.raises(NotFound):
        await services.messages.page(ben, room.id)


async def test_pages_meet_without_gap_or_overlap(services: Services, people: People, room: Room) -> None:
    await _fill(services, people, room, 25)
    ann = await people("ann")

    async def seqs(**bounds: int) -> tuple[list[int], bool]:
        page = await services.messages.page(ann, room.id, limit=10, **bounds)
        return [message.seq for message in page.messages], page.has_more

    assert await seqs() == (list(range(16, 26)), True)
    assert await seqs(before=16) == (list(range(6, 16)), True)
    assert await seqs(before=6) == (list(range(1, 6)), False)
    assert await seqs(before=11) == (list(range(1, 11)), False)
    assert await seqs(before=1) == ([], False)
    assert await seqs(after=0) == (list(range(1, 11)), True)
    assert await seqs(after=10) == (list(range(11, 21)), True)
    assert await seqs(after=15) == (list(range(16, 26)), False)
    assert await seqs(after=25) == ([], False)
    assert await seqs(before=2**53) == (list(range(16, 26)), True)


@pytest.mark.parametrize(
    "bounds",
    [
        {"before": 1, "after": 1},
        {"before": 0},
        {"before": -1},
        {"after": -1},
        {"before": 10**30},
        {"after": 10**30},
        {"limit": 0},
        {"limit": -1},
        {"limit": 201},
    ],
)
async def test_bounds_that_make_no_sense(services: Services, people: People, room: Room, bounds: dict) -> None:
    with pytest.raises(InvalidInput) as caught:
        await services.messages.page(await people("ann"), room.id, **bounds)
    assert set(caught.value.fields) <= set(bounds)
    assert caught.value.fields


async def test_joining_anew_gives_the_newest_page(services: Services, people: People, room: Room) -> None:
    ann = await people("ann")
    empty = await services.messages.join(ann, room.id, after_rev=None)
    assert (empty.messages, empty.rev, empty.has_more, empty.complete) == ([], 0, False, False)
    await _fill(services, people, room, 60)
    joined = await services.messages.join(ann, room.id, after_rev=None)
    assert [message.seq for message in joined.messages] == list(range(11, 61))
    assert (joined.rev, joined.has_more, joined.complete) == (60, True, False)


async def test_joining_again_gives_what_changed(services: Services, people: People, room: Room) -> None:
    ann = await people("ann")
    await _fill(services, people, room, 5)
    view = RoomView()
    joined = await services.messages.join(ann, room.id, after_rev=None)
    view.resume(joined.messages, joined.rev)
    nothing = await services.messages.join(ann, room.id, after_rev=view.rev)
    assert (nothing.messages, nothing.rev, nothing.complete) == ([], 5, True)
    from dataclasses import replace

    first = joined.messages[0]
    await services.store.messages.change(first.id, lambda message: replace(message, content="changed"))
    await services.messages.send(ann, room.id, "new", client_id="new")
    resumed = await services.messages.join(ann, room.id, after_rev=view.rev)
    assert [message.rev for message in resumed.messages] == [6, 7]
    assert (resumed.rev, resumed.complete) == (7, True)
    view.resume(resumed.messages, resumed.rev)
    fresh = await services.messages.join(ann, room.id, after_rev=None)
    assert view.timeline() == fresh.messages
    assert view.rev == fresh.rev


async def test_after_too_long_an_absence_the_copy_starts_anew(services: Services, people: People, room: Room) -> None:
    await _fill(services, people, room, 201)
    ann = await people("ann")
    whole = await services.messages.join(ann, room.id, after_rev=1)
    assert (len(whole.messages), whole.complete) == (200, True)
    fresh = await services.messages.join(ann, room.id, after_rev=0)
    assert (len(fresh.messages), fresh.complete, fresh.has_more, fresh.rev) == (50, False, True, 201)


@pytest.mark.parametrize("after", [3, 2**53, 10**30])
async def test_a_number_from_the_future_starts_anew(services: Services, people: People, room: Room, after: int) -> None:
    await _fill(services, people, room, 2)
    joined = await services.messages.join(await people("ann"), room.id, after_rev=after)
    assert ([message.seq for message in joined.messages], joined.complete, joined.rev) == ([1, 2], False, 2)


async def test_a_negative_number_is_refused(services: Services, people: People, room: Room) -> None:
    with pytest.raises(InvalidInput):
        await services.messages.join(await people("ann"), room.id, after_rev=-1)


async def test_pages_of_long_messages_are_shorter(services: Services, people: People, room: Room) -> None:
    ann = await people("ann")
    long = "x" * services.settings.max_content
    for number in range(60):
        await services.messages.send(ann, room.id, long, client_id=f"n{number}")
    newest = await services.messages.page(ann, room.id, limit=60)
    assert newest.has_more
    assert [message.seq for message in newest.messages] == list(range(61 - len(newest.messages), 61))
    assert 500_000 < sum(len(message.content) for message in newest.messages) <= PAGE_WEIGHT
    older = await services.messages.page(ann, room.id, before=newest.messages[0].seq, limit=60)
    assert [message.seq for message in older.messages] == list(range(1, newest.messages[0].seq))
    assert not older.has_more
    oldest = await services.messages.page(ann, room.id, after=0, limit=60)
    assert oldest.has_more
    assert [message.seq for message in oldest.messages] == list(range(1, len(newest.messages) + 1))

    # What changed is told whole, or the client begins anew.
    assert (await services.messages.join(ann, room.id, after_rev=30)).complete
    again = await services.messages.join(ann, room.id, after_rev=0)
    assert (again.complete, again.has_more) == (False, True)
    assert again.messages == newest.messages[-len(again.messages) :]


def test_a_single_message_is_always_given() -> None:
    large = Message("m", "r", 1, 1, "u", "c", "text", "x" * PAGE_WEIGHT * 2, datetime(2026, 1, 1, tzinfo=UTC))
    assert (fitting([]), fitting([large]), fitting([large, large])) == (0, 1, 1)
