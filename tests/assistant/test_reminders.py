"""Reminders, also over a restart."""

from datetime import UTC, datetime

from tests.assistant.conftest import Chat, MakeChat


async def reminders_said(chat: Chat, person) -> list[str]:
    return [m.content for m in await chat.timeline(await chat.own(person)) if m.content.startswith("⏰")]


async def test_taken_listed_and_said(chat: Chat, clock) -> None:
    ann = await chat.people("ann")
    own = await chat.own(ann)
    answer = await chat.answer(ann, own, "/remind in 20 minutes take out the *bread*")
    assert answer.content == "I will remind you on Saturday, 31 January 2026 at 12:20 (UTC): take out the \\*bread\\*"
    assert "1. Saturday, 31 January 2026 at 12:20" in (await chat.answer(ann, own, "/remind list")).content
    service = chat.services.assistant
    assert await service.reminders.fire(service._remind) == 0
    clock.advance(20 * 60)
    assert await service.reminders.fire(service._remind) == 1
    assert await service.reminders.fire(service._remind) == 0
    assert await reminders_said(chat, ann) == ["⏰ You asked me to remind you: take out the *bread*"]
    assert "no reminders" in (await chat.answer(ann, own, "/remind list")).content


async def test_after_a_restart(make_chat: MakeChat, clock) -> None:
    first = await make_chat()
    ann = await first.people("ann")
    await first.answer(ann, await first.own(ann), "/remind in 2 hours call")
    await first.services.stop()
    clock.advance(3 * 3600)
    second = await make_chat()
    await second.heard.until(lambda e: "⏰" in getattr(getattr(e, "message", None), "content", ""))
    assert len(await reminders_said(second, ann)) == 1


async def test_said_once_when_the_process_ends_between(chat: Chat, clock) -> None:
    ann = await chat.people("ann")
    await chat.answer(ann, await chat.own(ann), "/remind in 1 minute tea")
    clock.advance(60)
    service = chat.services.assistant
    (due,) = await chat.services.store.reminders.due(clock(), limit=10)
    await service._remind(due)  # and here it ends, before the reminder is marked
    await service.reminders.fire(service._remind)
    assert len(await reminders_said(chat, ann)) == 1


async def test_one_that_cannot_be_said_does_not_hold_up_others(chat: Chat, clock, caplog) -> None:
    ann, ben = await chat.people("ann"), await chat.people("ben")
    await chat.answer(ann, await chat.own(ann), "/remind in 1 minute tea")
    await chat.answer(ben, await chat.own(ben), "/remind in 2 minutes coffee")
    clock.advance(120)
    service = chat.services.assistant

    async def say(reminder) -> None:
        if reminder.user_id == ann.user.id:
            raise RuntimeError("no")
        await service._remind(reminder)

    assert await service.reminders.fire(say) == 1
    assert len(await reminders_said(chat, ben)) == 1
    assert await service.reminders.fire(service._remind) == 1
    assert len(await reminders_said(chat, ann)) == 1


async def test_cancelled(chat: Chat, clock) -> None:
    ann = await chat.people("ann")
    own = await chat.own(ann)
    await chat.answer(ann, own, "/remind in 2 hours second")
    await chat.answer(ann, own, "/remind in 1 hour first")
    assert (await chat.answer(ann, own, "/remind cancel 1")).content.startswith("Taken back: first")
    assert "no reminder 5" in (await chat.answer(ann, own, "/remind cancel 5")).content
    clock.advance(3 * 3600)
    service = chat.services.assistant
    await service.reminders.fire(service._remind)
    assert await reminders_said(chat, ann) == ["⏰ You asked me to remind you: second"]


async def test_nobody_elses(chat: Chat) -> None:
    ann, ben = await chat.people("ann"), await chat.people("ben")
    await chat.answer(ann, await chat.own(ann), "/remind in 2 hours call")
    assert "no reminders" in (await chat.answer(ben, await chat.own(ben), "/remind list")).content
    assert "no reminder 1" in (await chat.answer(ben, await chat.own(ben), "/remind cancel 1")).content


async def test_in_the_askers_time_zone(chat: Chat) -> None:
    ann = await chat.people("ann")
    own = await chat.own(ann)
    message, _ = await chat.services.assistant.command(
        ann, own.id, "/remind tomorrow at 9 call", client_id="k", zone="Europe/Berlin"
    )
    assert "1 February 2026 at 09:00 (Europe/Berlin)" in (await chat.answer_to(message)).content
    (reminder,) = await chat.services.store.reminders.open_of(ann.user.id)
    assert reminder.due_at == datetime(2026, 2, 1, 8, tzinfo=UTC)
    for wrong in ("../../etc/passwd", "Nowhere/None", "x" * 300, ""):
        await chat.services.assistant.command(ann, own.id, "/help", client_id=f"z{len(wrong)}", zone=wrong)
    user = await chat.services.store.users.get(ann.user.id)
    assert user
    assert user.preferences["timezone"] == "Europe/Berlin"


async def test_what_is_missing_is_asked_for(chat: Chat) -> None:
    ann = await chat.people("ann")
    own = await chat.own(ann)
    assert "When?" in (await chat.answer(ann, own, "/remind the bread")).content
    assert "What shall" in (await chat.answer(ann, own, "/remind in 2 hours")).content
    assert "too long" in (await chat.answer(ann, own, f"/remind in 2 hours {'x' * 600}")).content
