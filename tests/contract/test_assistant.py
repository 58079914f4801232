from dataclasses import replace

from chatbeside.domain.assistant import Answering, Citation, Reminder, Usage
from chatbeside.domain.ids import new_id
from chatbeside.store.interfaces import Store
from tests.contract.make import START, at


async def test_settings_are_replaced_whole(store: Store) -> None:
    assert await store.config.get("assistant") == {}
    await store.config.put("assistant", {"model": "x", "limits": {"a.b": [1]}})
    await store.config.put("other", {"y": 1})
    assert await store.config.get("assistant") == {"model": "x", "limits": {"a.b": [1]}}
    await store.config.put("assistant", {"model": "z"})
    assert await store.config.get("assistant") == {"model": "z"}


async def test_usage_adds_up(store: Store) -> None:
    ann, ben, room_id, other = new_id(), new_id(), new_id(), new_id()
    for month, user_id, where in (
        ("2026-01", ann, room_id),
        ("2026-01", ann, room_id),
        ("2026-01", ann, other),
        ("2026-02", ann, room_id),
        ("2026-01", ben, room_id),
    ):
        await store.usage.add(Usage(month, user_id, where, 10, 5, 1))
    assert await store.usage.total("2026-01", ann) == 45
    assert await store.usage.total("2026-03", ann) == 0
    expected = [Usage("2026-01", ann, room_id, 20, 10, 2), Usage("2026-01", ann, other, 10, 5, 1)]
    expected += [Usage("2026-01", ben, room_id, 10, 5, 1)]
    expected.sort(key=lambda each: (each.user_id, each.room_id))
    assert await store.usage.of_month("2026-01", limit=9) == expected
    first, second, third = expected
    assert await store.usage.of_month("2026-01", limit=2) == [first, second]
    assert await store.usage.of_month("2026-01", limit=2, after=(second.user_id, second.room_id)) == [third]
    assert await store.usage.of_month("2026-01", limit=2, after=(first.user_id, first.room_id)) == [second, third]


async def test_reminders_are_said_once(store: Store) -> None:
    ann = new_id()
    made = [Reminder(new_id(), ann, f"number {number}", at(number), START) for number in range(4)]
    for each in reversed(made):
        await store.reminders.add(each)
    await store.reminders.add(Reminder(new_id(), new_id(), "of somebody else", at(100), START, "Europe/Berlin"))
    assert await store.reminders.due(at(2), limit=9) == made[:3]
    assert await store.reminders.due(at(2), limit=2) == made[:2]
    assert await store.reminders.finish(made[0].id, at(5)) is True
    assert await store.reminders.finish(made[0].id, at(5)) is False
    assert await store.reminders.due(at(2), limit=9) == made[1:3]
    assert await store.reminders.open_of(ann) == made[1:]


async def test_answers_that_are_being_written(store: Store) -> None:
    one, two = (Answering(new_id(), new_id(), new_id(), new_id(), at(number)) for number in range(2))
    for each in (two, one):
        await store.answers.begin(each)
    await store.answers.begin(replace(one, seen_at=at(0.5)))
    assert await store.answers.silent(at(1), limit=9) == [replace(one, seen_at=at(0.5))]
    assert await store.answers.silent(at(9), limit=9) == [replace(one, seen_at=at(0.5)), two]
    assert await store.answers.silent(at(9), limit=1) == [replace(one, seen_at=at(0.5))]
    await store.answers.touch(one.id, at(20))
    assert await store.answers.silent(at(9), limit=9) == [two]
    assert await store.answers.end(two.id) is True
    assert await store.answers.end(two.id) is False
    assert await store.answers.silent(at(9), limit=9) == []


async def test_citations_of_an_answer_are_replaced(store: Store) -> None:
    answer, other, cited = new_id(), new_id(), sorted(new_id() for _ in range(3))
    await store.citations.put(answer, [Citation(cited[0], answer, 1), Citation(cited[1], answer, 2)])
    await store.citations.put(other, [Citation(cited[0], other, 1)])
    first = sorted([Citation(cited[0], answer, 1), Citation(cited[0], other, 1)], key=lambda each: each.answer_id)
    assert await store.citations.of(cited[0]) == first
    await store.citations.put(answer, [Citation(cited[2], answer, 1), Citation(cited[1], answer, 3)])
    assert await store.citations.of(cited[0]) == [Citation(cited[0], other, 1)]
    assert await store.citations.of(cited[1]) == [Citation(cited[1], answer, 3)]
    assert await store.citations.of(cited[2]) == [Citation(cited[2], answer, 1)]
    await store.citations.put(answer, [])
    assert await store.citations.of(cited[1]) == []
