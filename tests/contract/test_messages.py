from dataclasses import replace

import pytest

from chatbeside.domain.errors import NotAllowed
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Attachment, Message, MessageKind, RoomHead
from chatbeside.store.interfaces import Store, Taken
from tests.contract.make import START, at, fill, message


async def test_a_message_comes_back_as_it_was(store: Store) -> None:
    new = message(
        new_id(),
        content='two\nlines, "quotes", \\, NUL \0, 🧑\u200d🚀, ﷽',
        reply_to=new_id(),
        attachments=(
            Attachment(new_id(), "cat.png", "image/png", 12345, 800, 600, None, True),
            Attachment(new_id(), "song.ogg", "audio/ogg", 2**33, duration=12.5),
        ),
        mentions=(new_id(), new_id()),
        data={"call": {"seconds": 5, "a.b": [{"$x": None}]}, "n": 2**53},
    )
    stored, created = await store.messages.append(new)
    assert created
    assert (stored.seq, stored.rev) == (1, 1)
    for name in ("id", "room_id", "sender_id", "client_id", "content", "reply_to", "attachments", "mentions", "data"):
        assert getattr(stored, name) == getattr(new, name)
    assert await store.messages.get(stored.id) == stored
    assert await store.messages.get_many([stored.id, new_id()]) == {stored.id: stored}
    assert await store.messages.get(new_id()) is None


async def test_sending_again_gets_what_was_stored(store: Store) -> None:
    new = message(new_id())
    first, _ = await store.messages.append(new)
    again, created = await store.messages.append(replace(new, id=new_id(), content="other words"))
    assert (again, created) == (first, False)
    others = [replace(new, id=new_id(), sender_id=new_id()), replace(new, id=new_id(), room_id=new_id())]
    assert [(await store.messages.append(each))[1] for each in others] == [True, True]


async def test_an_id_is_used_once(store: Store) -> None:
    new = message(new_id())
    await store.messages.append(new)
    with pytest.raises(Taken) as refused:
        await store.messages.append(replace(new, client_id=new_id(), room_id=new_id()))
    assert refused.value.field == "id"


async def test_numbers_are_gapless_in_each_room(store: Store) -> None:
    rooms = [new_id(), new_id()]
    for _ in range(3):
        for room_id in rooms:
            await store.messages.append(message(room_id))
    for room_id in rooms:
        assert [(each.seq, each.rev) for each in await store.messages.page(room_id, limit=9)] == [
            (1, 1),
            (2, 2),
            (3, 3),
        ]


async def test_paging_in_both_directions(store: Store) -> None:
    room_id = new_id()
    await fill(store, room_id, 25)
    await fill(store, new_id(), 3)

    async def seqs(limit: int = 10, **bounds: int) -> list[int]:
        return [each.seq for each in await store.messages.page(room_id, limit=limit, **bounds)]

    assert await seqs() == list(range(16, 26))
    assert await seqs(before=16) == list(range(6, 16))
    assert await seqs(before=6) == list(range(1, 6))
    assert await seqs(before=1) == []
    assert await seqs(after=0) == list(range(1, 11))
    assert await seqs(after=20) == list(range(21, 26))
    assert await seqs(after=25) == []
    assert await seqs(after=5, before=8) == [6, 7]
    assert await store.messages.page(new_id(), limit=10) == []


async def test_a_change_gets_the_next_number_of_the_room(store: Store) -> None:
    room_id = new_id()
    ids = await fill(store, room_id, 3)
    before = await store.messages.get(ids[0])
    assert before

    def edit(old: Message) -> Message:
        return replace(
            old,
            content="new",
            edited_at=at(5),
            pinned_at=at(6),
            pinned_by=new_id(),
            reactions={"👍🏽": ("b", "a"), "x.$y": ("c",)},
            mentions=(),
        )

    changed = await store.messages.change(ids[0], edit)
    assert changed
    assert (changed.content, changed.seq, changed.rev) == ("new", 1, 4)
    assert list(changed.reactions.items()) == [("👍🏽", ("b", "a")), ("x.$y", ("c",))]
    assert await store.messages.get(ids[0]) == changed
    back = await store.messages.change(ids[0], lambda old: replace(before, rev=99))
    assert back == replace(before, rev=5)
    assert (await store.messages.append(message(room_id)))[0].rev == 6


async def test_what_tells_a_message_apart_never_changes(store: Store) -> None:
    (message_id,) = await fill(store, new_id(), 1)
    before = await store.messages.get(message_id)

    def edit(old: Message) -> Message:
        return replace(
            old, id="x", room_id="x", seq=9, rev=9, sender_id="x", client_id="x", created_at=at(9), content="y"
        )

    assert before
    assert await store.messages.change(message_id, edit) == replace(before, content="y", rev=2)


async def test_a_change_can_be_declined_or_refused(store: Store) -> None:
    (message_id,) = await fill(store, new_id(), 1)
    before = await store.messages.get(message_id)

    def refuse(_: Message) -> Message:
        raise NotAllowed("This is not yours.")

    assert await store.messages.change(message_id, lambda _: None) == before
    with pytest.raises(NotAllowed):
        await store.messages.change(message_id, refuse)
    assert await store.messages.get(message_id) == before
    assert await store.messages.change(new_id(), lambda _: None) is None


async def test_changes_after_a_number(store: Store) -> None:
    room_id = new_id()
    ids = await fill(store, room_id, 5)
    await store.messages.change(ids[1], lambda old: replace(old, content="edited"))  # rev 6
    await store.messages.change(ids[0], lambda old: replace(old, deleted_at=START))  # rev 7
    await store.messages.change(ids[1], lambda old: replace(old, content="again"))  # rev 8

    async def found(after_rev: int, limit: int = 10) -> list[tuple[int, int]]:
        return [
            (each.rev, each.seq) for each in await store.messages.changes(room_id, after_rev=after_rev, limit=limit)
        ]

    assert await found(0) == [(3, 3), (4, 4), (5, 5), (7, 1), (8, 2)]
    assert await found(5) == [(7, 1), (8, 2)]
    assert await found(3, 2) == [(4, 4), (5, 5)]
    assert await found(8) == []


async def test_heads(store: Store) -> None:
    room_id, empty, other = new_id(), new_id(), new_id()
    ids = await fill(store, room_id, 3)
    await fill(store, other, 1)
    await store.messages.change(ids[0], lambda old: replace(old, content="edited"))
    heads = await store.messages.heads([room_id, empty, room_id])
    last = await store.messages.get(ids[2])
    assert heads == {room_id: RoomHead(room_id, 3, 4, last), empty: RoomHead(empty, 0, 0, None)}
    assert await store.messages.heads([]) == {}


async def test_what_one_person_wrote_in_a_room(store: Store) -> None:
    room_id, ann, ben = new_id(), new_id(), new_id()
    await fill(store, room_id, 2, ann)
    await fill(store, room_id, 3, ben)
    await fill(store, room_id, 2, ann)
    await fill(store, new_id(), 1, ann)
    assert [each.seq for each in await store.messages.of_sender(room_id, ann, limit=3)] == [1, 2, 6]
    assert [each.seq for each in await store.messages.of_sender(room_id, ann, after=6, limit=3)] == [7]
    assert await store.messages.of_sender(room_id, ann, after=7, limit=3) == []
    assert await store.messages.of_sender(room_id, new_id(), limit=3) == []


async def test_unread_leaves_out_own_deleted_and_quiet_ones(store: Store) -> None:
    room_id, ann, ben = new_id(), new_id(), new_id()
    ids = await fill(store, room_id, 5, ben)
    await fill(store, room_id, 2, ann)
    await store.messages.append(message(room_id, ben, kind=MessageKind.SYSTEM))
    await store.messages.append(message(room_id, ben, kind=MessageKind.CALL))

    async def unread(after_seq: int = 0, limit: int = 99, user_id: str = ann) -> int:
        return (await store.messages.count_unread(user_id, {room_id: (after_seq, 99)}, limit=limit)).get(room_id, 0)

    assert await unread() == 6
    assert await unread(after_seq=4) == 2
    assert await unread(limit=3) == 3
    assert await unread(user_id=ben) == 2
    assert await unread(after_seq=9) == 0
    await store.messages.change(ids[0], lambda old: replace(old, deleted_at=START))
    assert await unread() == 5
    await store.messages.change(ids[0], lambda old: replace(old, deleted_at=None))
    assert await unread() == 6


async def test_mentions_count_like_unread_ones(store: Store) -> None:
    room_id, ann, ben = new_id(), new_id(), new_id()

    async def mentions(after_seq: int = 0, limit: int = 99, user_id: str = ann) -> int:
        return (await store.messages.count_mentions(user_id, {room_id: (after_seq, 99)}, limit=limit)).get(room_id, 0)

    one, _ = await store.messages.append(message(room_id, ben, mentions=(ann, new_id(), ann)))
    await store.messages.append(message(room_id, ben, mentions=(ann, ben)))
    await store.messages.append(message(room_id, ben))
    await store.messages.append(message(room_id, ann, mentions=(ann,)))
    await store.messages.append(message(room_id, ben, kind=MessageKind.SYSTEM, mentions=(ann,)))
    await store.messages.append(message(new_id(), ben, mentions=(ann,)))
    assert await mentions() == 2
    assert await mentions(after_seq=1) == 1
    assert await mentions(limit=1) == 1
    assert await mentions(user_id=ben) == 0
    await store.messages.change(one.id, lambda old: replace(old, mentions=(), content="nobody"))
    assert await mentions() == 1
    await store.messages.change(one.id, lambda old: replace(old, mentions=(ann,)))
    assert await mentions() == 2
    await store.messages.change(one.id, lambda old: replace(old, deleted_at=START))
    assert await mentions() == 1


async def test_counting_in_many_rooms_at_once(store: Store) -> None:
    ann, ben = new_id(), new_id()
    rooms = [new_id() for _ in range(230)]
    for room_id in rooms[::23]:
        for number in range(3):
            await store.messages.append(message(room_id, ben, mentions=(ann,) if number == 1 else ()))
    spans = dict.fromkeys(rooms, (0, 3)) | {rooms[23]: (1, 2), rooms[46]: (2, 3), rooms[69]: (3, 3)}
    unread = dict.fromkeys(rooms[::23], 3) | {rooms[23]: 1, rooms[46]: 1}
    del unread[rooms[69]]
    assert await store.messages.count_unread(ann, spans, limit=9) == unread
    assert await store.messages.count_unread(ann, spans, limit=2) == {each: min(2, n) for each, n in unread.items()}
    del unread[rooms[46]]
    assert await store.messages.count_mentions(ann, spans, limit=9) == dict.fromkeys(unread, 1)
    assert await store.messages.count_unread(ben, spans, limit=9) == {}
    assert await store.messages.count_unread(ann, {}, limit=9) == {}


async def test_what_counts_is_found_behind_much_that_does_not(store: Store) -> None:
    room_id, ann, ben = new_id(), new_id(), new_id()
    for number in range(30):
        await store.messages.append(message(room_id, ben if number in (0, 7, 28, 29) else ann, mentions=(ann,)))
    for last, unread in ((7, 1), (8, 2), (28, 2), (29, 3), (30, 3)):  # no further than three
        assert await store.messages.count_unread(ann, {room_id: (0, last)}, limit=3) == {room_id: unread}
        assert await store.messages.count_mentions(ann, {room_id: (0, last)}, limit=3) == {room_id: unread}


async def test_pinned_ones_are_found_last_pin_first(store: Store) -> None:
    room_id, other = new_id(), new_id()
    ids = await fill(store, room_id, 5)
    elsewhere = await fill(store, other, 1)
    for seconds, message_id in enumerate((ids[3], ids[0], ids[4], elsewhere[0])):
        await store.messages.change(message_id, lambda old, s=seconds: replace(old, pinned_at=at(s), pinned_by="ann"))
    await store.messages.change(ids[4], lambda old: replace(old, pinned_at=None, pinned_by=None))
    assert [each.id for each in await store.messages.pinned(room_id, limit=9)] == [ids[0], ids[3]]
    assert [each.id for each in await store.messages.pinned(room_id, limit=1)] == [ids[0]]
    assert await store.messages.pinned(new_id(), limit=9) == []
