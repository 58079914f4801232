from chatbeside.domain.audit import AuditEntry, AuditKind
from chatbeside.domain.ids import new_id, timed_id
from chatbeside.store.interfaces import Store
from tests.contract.make import at

ANN, BEN = new_id(), new_id()


def entry(seconds: float, kind: AuditKind = AuditKind.LOGGED_IN, **more: object) -> AuditEntry:
    return AuditEntry(timed_id(at(seconds)), at(seconds), kind, **more)


async def test_entries_come_newest_first_in_pages(store: Store) -> None:
    made = [entry(number) for number in range(5)]
    for each in (made[3], made[0], made[4], made[2], made[1]):
        await store.audit.add(each)
    first = await store.audit.page(limit=3)
    assert first == made[:1:-1]
    assert await store.audit.page(before=first[-1].id, limit=3) == [made[1], made[0]]
    assert await store.audit.page(before=made[0].id, limit=3) == []


async def test_entries_of_one_kind_and_of_one_person(store: Store) -> None:
    own = entry(1, actor_id=ANN, subject_id=ANN)
    done = entry(2, AuditKind.ROLE_CHANGED, actor_id=ANN, subject_id=BEN, room_id=new_id(), data={"role": "admin"})
    suffered = entry(3, AuditKind.LOG_IN_FAILED, subject_id=ANN, address="192.0.2.7", agent="Firefox on Linux")
    others = entry(4, actor_id=BEN, subject_id=BEN)
    for each in (own, done, suffered, others):
        await store.audit.add(each)
    assert await store.audit.page(person=ANN, limit=9) == [suffered, done, own]
    assert await store.audit.page(person=ANN, before=suffered.id, limit=1) == [done]
    assert await store.audit.page(person=BEN, limit=9) == [others, done]
    assert await store.audit.page(kind=AuditKind.LOGGED_IN, limit=9) == [others, own]
    assert await store.audit.page(kind=AuditKind.LOGGED_IN, person=ANN, limit=9) == [own]
    assert await store.audit.page(kind=AuditKind.LOGGED_IN, person=ANN, before=own.id, limit=9) == []


async def test_old_entries_are_forgotten(store: Store) -> None:
    made = [entry(number) for number in range(4)]
    for each in made:
        await store.audit.add(each)
    assert await store.audit.forget(at(2)) == 2
    assert await store.audit.forget(at(2)) == 0
    assert await store.audit.page(limit=9) == [made[3], made[2]]
