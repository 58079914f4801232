from dataclasses import replace

from chatbeside.domain.ids import new_id, timed_id
from chatbeside.domain.moderation import Block, Report, ReportReason
from chatbeside.store.interfaces import Store
from tests.contract.make import START, at, fill, room, session, user

ANN, BEN, CLEO = (new_id() for _ in range(3))


async def test_blocks(store: Store) -> None:
    block = Block(ANN, BEN, START)
    assert await store.blocks.add(block) is True
    assert await store.blocks.add(Block(ANN, BEN, at(5))) is False
    await store.blocks.add(Block(CLEO, BEN, START))
    await store.blocks.add(Block(ANN, CLEO, START))
    assert await store.blocks.get(ANN, BEN) == block
    assert await store.blocks.get(BEN, ANN) is None
    assert {each.blocked_id for each in await store.blocks.of_user(ANN)} == {BEN, CLEO}
    assert await store.blocks.against(BEN) == {ANN, CLEO}
    assert await store.blocks.remove(ANN, BEN) is True
    assert await store.blocks.remove(ANN, BEN) is False
    assert await store.blocks.against(BEN) == {CLEO}


def report(seconds: float) -> Report:
    return Report(
        timed_id(at(seconds)), ANN, BEN, ReportReason.SPAM, at(seconds), "look", copy="hello", files=("a", "b")
    )


async def test_reports_are_open_until_somebody_closes_them(store: Store) -> None:
    made = [report(number) for number in range(4)]
    for each in made:
        await store.reports.add(each)
    assert await store.reports.get(made[2].id) == made[2]
    assert await store.reports.page(open=True, limit=3) == made[:0:-1]
    assert await store.reports.page(open=True, before=made[1].id, limit=3) == [made[0]]
    closed = await store.reports.close(made[1].id, at(9), CLEO, "dismiss", "a note")
    assert closed == replace(made[1], closed_at=at(9), closed_by=CLEO, action="dismiss", note="a note")
    assert await store.reports.close(made[1].id, at(10), ANN, "remove", "") is None
    assert await store.reports.close(new_id(), at(10), ANN, "remove", "") is None
    assert await store.reports.page(open=True, limit=9) == [made[3], made[2], made[0]]
    assert await store.reports.page(open=False, limit=9) == [closed]


async def test_administrators_and_closed_accounts(store: Store) -> None:
    ann, ben = user("ann", administrator=True), user("ben", deactivated_at=at(1), administrator=True)
    cleo = user("cleo")
    for person in (ann, ben, cleo):
        await store.users.add(person)
    assert await store.users.administrators() == [ann]
    assert await store.users.search("", limit=9) == [ann, cleo]
    assert await store.users.search("", limit=9, closed=True) == [ann, ben, cleo]
    assert await store.users.search("", limit=9, after="ann", closed=True) == [ben, cleo]


async def test_groups_by_name(store: Store) -> None:
    rooms = [room(name) for name in ("Attic", "garden", "Garden", "yard")]
    rooms[1:3] = sorted(rooms[1:3], key=lambda each: each.id)
    for each in reversed(rooms):
        await store.rooms.add(each)
    assert await store.rooms.groups(limit=2) == rooms[:2]
    assert await store.rooms.groups(limit=9, after="garden", after_id=rooms[1].id) == rooms[2:]
    assert await store.rooms.groups(limit=9, after="garden") == rooms[3:]


async def test_measures(store: Store) -> None:
    ann = user("ann")
    await store.users.add(ann)
    await store.users.add(user("beside", bot=True))
    await store.rooms.add(room("Garden"))
    await fill(store, new_id(), 3)
    await store.sessions.add(replace(session(ann.id), expires_at=at(10**9)))
    await store.sessions.add(session(ann.id))
    ended = replace(session(ann.id), expires_at=at(10**9))
    await store.sessions.add(ended)
    await store.sessions.revoke(ended.id, at(1))
    found = await store.measure()
    assert (found.users, found.rooms, found.messages, found.files, found.file_bytes) == (1, 1, 3, 0, 0)
    assert found.sessions in {1, 2}  # by the real clock
    assert found.database_bytes is None or found.database_bytes >= 0
