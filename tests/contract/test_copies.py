"""Dumps: the same form from every store, and back without loss."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from chatbeside.domain.assistant import Answering, Citation, Reminder, Usage
from chatbeside.domain.audit import AuditEntry, AuditKind
from chatbeside.domain.calls import Call, CallKind, CallState, EndReason
from chatbeside.domain.files import StoredFile
from chatbeside.domain.group_calls import GroupCall, GroupEnd, GroupState, Seat
from chatbeside.domain.ids import new_id, pair_key, timed_id
from chatbeside.domain.models import Attachment, Invite, Room, RoomKind, Session, User
from chatbeside.domain.moderation import Block, Report, ReportReason
from chatbeside.domain.proofs import Identity, OneTime, SecondFactor
from chatbeside.domain.push import PushSubscription
from chatbeside.store.interfaces import NOUNS, Store, Taken
from chatbeside.store.records import DUMP_BATCH, KEYS
from tests.contract.conftest import KINDS, Place
from tests.contract.make import START, at, fill, member, message, room, session, user


async def furnish(store: Store) -> None:
    """Store some of everything."""
    ann, ben = user("Ann", email="a@x.org", email_key="a@x.org", preferences={"a.b": {"$c": 1}}), user("Ben", bot=True)
    public, direct = room("Garden", public=True), room(kind=RoomKind.DIRECT, pair=pair_key(ann.id, ben.id))
    for person in (ann, ben):
        await store.users.add(person)
    for made in (public, direct):
        await store.rooms.add(made)
        for person in (ann, ben):
            await store.members.add(member(made.id, person.id))
            await store.receipts.advance(made.id, person.id, read_seq=3, delivered_seq=4)
    log_in = session(ann.id)
    await store.sessions.add(log_in)
    await store.sessions.add(session(ben.id, 5))
    await store.sessions.revoke(log_in.id, at(9))
    ids = await fill(store, public.id, 7, ann.id)
    await store.messages.append(
        message(
            direct.id, ann.id, mentions=(ben.id,), attachments=(Attachment(new_id(), "a", "b/c", 5),), data={"x.y": 1}
        )
    )
    await store.messages.change(ids[2], lambda old: replace(old, reactions={"👍": (ben.id,)}, edited_at=at(3)))
    await store.messages.change(ids[3], lambda old: replace(old, deleted_at=at(4), content=""))
    await store.config.put("assistant", {"model": {"a.b": 1}})
    await store.usage.add(Usage("2026-01", ann.id, public.id, 1, 2, 3))
    await store.usage.add(Usage("2026-01", ann.id, direct.id, 1, 2, 3))
    done, undone = (Reminder(new_id(), ann.id, "tea", at(number), START) for number in range(2))
    for reminder in (done, undone):
        await store.reminders.add(reminder)
    await store.reminders.finish(done.id, at(3))
    await store.answers.begin(Answering(new_id(), public.id, ids[0], ann.id, START))
    await store.citations.put(ids[1], [Citation(ids[0], ids[1], 1), Citation(ids[2], ids[1], 2)])
    await _furnish_calls(store, ann, ben, public, direct)
    await _furnish_around(store, ann, ben, public, ids[0], log_in)
    await _furnish_trust(store, ann, ben)


async def _furnish_calls(store: Store, ann: User, ben: User, public: Room, direct: Room) -> None:
    over = Call(new_id(), CallKind.VIDEO, direct.id, ann.id, ben.id, "a", START)
    over = replace(over, state=CallState.ENDED, reason=EndReason.MISSED, ended_at=at(45))
    for call in (over, Call(new_id(), CallKind.AUDIO, direct.id, ben.id, ann.id, "b", at(60))):
        await store.calls.add(call)
    first = GroupCall(new_id(), public.id, CallKind.VIDEO, ann.id, START, "p", seats=(Seat(ann.id, "a", camera=True),))
    closed = replace(first, id=new_id(), state=GroupState.ENDED, reason=GroupEnd.LEFT, ended_at=at(45), seats=())
    for group_call in (first, replace(closed, people=(ann.id, ben.id))):
        await store.group_calls.add(group_call)


async def _furnish_around(store: Store, ann: User, ben: User, public: Room, first: str, log_in: Session) -> None:
    for limits in ({}, {"expires_at": at(50), "uses_left": 3, "revoked_at": at(7)}):
        await store.invites.add(Invite(new_id(), public.id, ann.id, START, **limits))
    picture = StoredFile(new_id(), ann.id, "a.png", "image/png", 5, "c", START, 3, 4, None, True, first, at(3))
    for file in (picture, StoredFile(new_id(), ben.id, "b.mp3", "audio/mpeg", 6, "d", at(9), duration=1.5)):
        await store.files.add(file)
    for number in range(2):
        await store.push.put(PushSubscription(f"https://a.org/{number}", ann.id, log_in.id, "p", "a", at(number)))


async def _furnish_trust(store: Store, ann: User, ben: User) -> None:
    await store.blocks.add(Block(ann.id, ben.id, START))
    report = Report(
        timed_id(at(1)), ann.id, ben.id, ReportReason.SPAM, at(1), "w", new_id(), new_id(), "copy", ("a.txt",)
    )
    await store.reports.add(report)
    await store.reports.add(replace(report, id=timed_id(at(2)), closed_at=at(3), closed_by=ben.id, action="dismiss"))
    await store.audit.add(
        AuditEntry(timed_id(at(1)), at(1), AuditKind.ROLE_CHANGED, ann.id, ben.id, data={"role": "x"})
    )
    await store.audit.add(AuditEntry(timed_id(at(2)), at(2), AuditKind.LOG_IN_FAILED, address="::1", agent="curl"))
    await prove(store, ann.id, ben.id)


async def prove(store: Store, ann: str, ben: str) -> None:
    """Store some proofs beside passwords."""
    for number in range(2):
        await store.onetimes.add(OneTime(new_id(), "reset", ann, START, at(60)))
        await store.identities.add(Identity("https://a.org", str(number), ann, at(number)))
    await store.factors.put(SecondFactor(ann, "s", START, confirmed_at=at(3), last_step=5, codes=("a",)))
    await store.factors.put(SecondFactor(ben, "s", START))


async def everything(store: Store) -> dict[str, list[Any]]:
    return {noun: [record async for batch in store.dump(noun) for record in batch] for noun in NOUNS}


@pytest.fixture
async def target(request: pytest.FixtureRequest, places: Callable[[str], Place]) -> AsyncIterator[Store]:
    """A second, empty store."""
    made = places(request.param)
    yield await made.open()
    await made.close()


@pytest.mark.parametrize("target", KINDS, indirect=True)
async def test_round_trip(store: Store, target: Store) -> None:
    await furnish(store)
    dumped = await everything(store)
    assert {noun: len(records) for noun, records in dumped.items()} == {
        "users": 2,
        "sessions": 2,
        "rooms": 2,
        "members": 4,
        "receipts": 4,
        "messages": 8,
        "config": 1,
        "usage": 2,
        "reminders": 2,
        "answers": 1,
        "citations": 2,
        "calls": 2,
        "group_calls": 2,
        "invites": 2,
        "files": 2,
        "push": 2,
        "audit": 2,
        "blocks": 1,
        "reports": 2,
        "onetimes": 2,
        "factors": 2,
        "identities": 2,
    }
    assert json.loads(json.dumps(dumped)) == dumped
    for noun, records in dumped.items():
        keys = [tuple(record[name] for name in KEYS[noun]) for record in records]
        assert keys == sorted(keys)
        await target.load(noun, records)
    assert await everything(target) == dumped
    for noun, records in dumped.items():  # again changes nothing
        await target.load(noun, records)
    assert await everything(target) == dumped


async def test_what_is_derived_is_there_after_loading(store: Store, places: Callable[[str], Place]) -> None:
    place = places("sqlite")
    source = await place.open()
    await furnish(source)
    for noun, records in (await everything(source)).items():
        await store.load(noun, records)
    for noun, records in (await everything(source)).items():
        await store.load(noun, records)
    for user_id in [each.id for each in await source.users.search("", limit=9)]:
        assert await store.sessions.of_user(user_id) == await source.sessions.of_user(user_id)
        assert await store.calls.open_of(user_id) == await source.calls.open_of(user_id)
        counts = [await each.files.count_unsettled(user_id, limit=9) for each in (store, source)]
        assert counts[0] == counts[1]
        assert await store.audit.page(person=user_id, limit=9) == await source.audit.page(person=user_id, limit=9)
        assert await store.reminders.open_of(user_id) == await source.reminders.open_of(user_id)
        for room_id in await source.receipts.of_user(user_id):
            for each in ("count_unread", "count_mentions"):
                asked = {"user_id": user_id, "spans": {room_id: (0, 99)}, "limit": 99}
                assert await getattr(store.messages, each)(**asked) == await getattr(source.messages, each)(**asked)
            assert await store.group_calls.open_in(room_id) == await source.group_calls.open_in(room_id)
            assert await store.messages.heads([room_id]) == await source.messages.heads([room_id])
    assert await store.rooms.public(limit=9) == await source.rooms.public(limit=9)
    with pytest.raises(Taken):
        await store.users.add(user("ann"))
    with pytest.raises(Taken):
        await store.users.add(user("cem", email="a@x.org", email_key="a@x.org"))
    await place.close()


async def test_many_records_come_in_batches(store: Store) -> None:
    count = DUMP_BATCH * 2 + 3
    room_ids = sorted(new_id() for _ in range(3))
    receipts = [
        {"room_id": room_ids[number % 3], "user_id": f"{number:024x}", "read_seq": number, "delivered_seq": 0}
        for number in range(count)
    ]
    for start in range(0, count, 400):
        await store.load("receipts", receipts[start : start + 400])
    batches = [batch async for batch in store.dump("receipts")]
    assert [len(batch) for batch in batches] == [DUMP_BATCH, DUMP_BATCH, 3]
    dumped = [record for batch in batches for record in batch]
    assert dumped == sorted(receipts, key=lambda record: (record["room_id"], record["user_id"]))


async def test_loading_replaces_what_is_there(store: Store) -> None:
    ann = user("ann")
    await store.users.add(ann)
    (record,) = (await everything(store))["users"]
    await store.load("users", [{**record, "display_name": "Ann"}])
    assert await store.users.get(ann.id) == replace(ann, display_name="Ann")


async def test_two_messages_do_not_share_a_place(store: Store) -> None:
    room_id = new_id()
    await fill(store, room_id, 1)
    (record,) = (await everything(store))["messages"]
    with pytest.raises(Taken):
        await store.load("messages", [{**record, "id": new_id(), "client_id": new_id()}])
    assert (await everything(store))["messages"] == [record]
