import pytest

from chatbeside.domain.errors import InvalidInput, NotFound
from chatbeside.domain.models import Member, Receipt, Role, Room
from chatbeside.services.container import Services
from chatbeside.services.events import ReceiptAdvanced
from chatbeside.services.receipts import SHARED_MOST
from tests.conftest import People, Recorder


@pytest.fixture
async def room(services: Services, people: People, publisher: Recorder) -> Room:
    """The conversation of Ann and Ben, in which Ann said five things."""
    ann = await people("ann")
    room = await services.rooms.open_direct(ann, (await people("ben")).user.id)
    for number in range(5):
        await services.messages.send(ann, room.id, str(number), client_id=f"c{number}")
    publisher.take()
    return room


async def test_pointers_only_rise(services: Services, people: People, room: Room, publisher: Recorder) -> None:
    ben = await people("ben")

    async def advance(**pointers: int) -> tuple[int, int]:
        receipt = await services.receipts.advance(ben, room.id, **pointers)
        return receipt.read_seq, receipt.delivered_seq

    assert await advance(delivered=3) == (0, 3)
    assert await advance(read=2) == (2, 3)
    assert await advance(read=4) == (4, 4)
    assert len(publisher.take()) == 3
    assert await advance(read=1, delivered=1) == (4, 4)
    assert await advance() == (4, 4)
    assert publisher.take() == []


async def test_pointers_end_at_the_newest_message(services: Services, people: People, room: Room) -> None:
    ben = await people("ben")
    receipt = await services.receipts.advance(ben, room.id, read=10**30, delivered=2**53)
    assert receipt == Receipt(room.id, ben.user.id, 5, 5)


async def test_in_an_empty_room_there_is_nothing_to_read(services: Services, people: People) -> None:
    ann = await people("ann")
    room = await services.rooms.open_direct(ann, (await people("cleo")).user.id)
    assert await services.receipts.advance(ann, room.id, read=1) == Receipt(room.id, ann.user.id)


@pytest.mark.parametrize("pointers", [{"read": -1}, {"delivered": -1}])
async def test_negative_pointers(services: Services, people: People, room: Room, pointers: dict) -> None:
    with pytest.raises(InvalidInput):
        await services.receipts.advance(await people("ben"), room.id, **pointers)


async def test_only_members_have_pointers(services: Services, people: People, room: Room) -> None:
    eve = await people("eve")
    with pytest.raises(NotFound):
        await services.receipts.advance(eve, room.id, read=1)
    assert await services.store.receipts.of_user(eve.user.id) == {}


async def test_in_a_large_room_they_are_the_persons_own(
    services: Services, people: People, room: Room, publisher: Recorder
) -> None:
    ann, ben = await people("ann"), await people("ben")
    await services.receipts.advance(ben, room.id, read=1)
    assert [event.shared for event in publisher.take()] == [True]
    assert len((await services.rooms.one(ann, room.id))["receipts"]) == 2
    for number in range(SHARED_MOST - 1):
        await services.store.members.add(Member(room.id, f"{number:024x}", Role.MEMBER, ann.user.created_at))
    receipt = await services.receipts.advance(ben, room.id, read=2)
    assert publisher.take() == [ReceiptAdvanced(room, receipt, shared=False)]
    assert [entry["user"] for entry in (await services.rooms.one(ann, room.id))["receipts"]] == [ann.user.id]
