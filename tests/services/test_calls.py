"""Calls under the services: who may what, time under the test's control, and one entry in the timeline each."""

import asyncio
from datetime import timedelta

import pytest

from chatbeside.domain.calls import Busy, Call, CallKind, CallState, EndReason
from chatbeside.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, TooMany
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Message, User
from chatbeside.services.calls import Calls
from chatbeside.services.container import Services
from chatbeside.services.events import CallChanged, CallSignalled
from chatbeside.services.ice import ice_servers
from chatbeside.services.passwords import Passwords
from chatbeside.services.principal import Principal
from chatbeside.services.signals import KEPT_BYTES_MOST, SIGNAL_MOST
from chatbeside.settings import Settings
from tests.conftest import ManualClock, People, Recorder


@pytest.fixture
async def ann(people: People) -> Principal:
    return await people("ann")


@pytest.fixture
async def ben(people: People) -> Principal:
    return await people("ben")


@pytest.fixture
async def eve(people: People) -> Principal:
    return await people("eve")


@pytest.fixture
def calls(services: Services) -> Calls:
    return services.calls


async def ring(calls: Calls, caller: Principal, callee: Principal, device: str = "a1") -> Call:
    return await calls.begin(caller, kind=CallKind.AUDIO, device=device, receiver=callee.user.id)


async def entries(services: Services, who: Principal, call: Call) -> list[Message]:
    page = await services.messages.page(who, call.room_id)
    return [message for message in page.messages if message.kind == "call"]


async def test_a_call_that_was_talked_in(
    services: Services, calls: Calls, ann: Principal, ben: Principal, clock: ManualClock, publisher: Recorder
) -> None:
    call = await ring(calls, ann, ben)
    assert (call.state, call.caller_id, call.callee_id) == (CallState.RINGING, ann.user.id, ben.user.id)
    clock.advance(5)
    accepted = await calls.accept(ben, call.id, "b1")
    assert (accepted.state, accepted.callee_device) == (CallState.CONNECTING, "b1")
    clock.advance(1)
    assert (await calls.connected(ann, call.id, "a1")).state is CallState.ACTIVE
    clock.advance(75)
    over = await calls.end(ben, call.id, device="b1")
    assert (over.reason, over.seconds, over.ended_by) == (EndReason.HUNG_UP, 75, ben.user.id)
    told = [event.call.state for event in publisher.take() if isinstance(event, CallChanged)]
    assert told == [CallState.RINGING, CallState.CONNECTING, CallState.ACTIVE, CallState.ENDED]
    (entry,) = await entries(services, ben, call)
    assert entry.data == {"call": call.id, "kind": "audio", "reason": "hung_up", "seconds": 75}
    assert (entry.sender_id, entry.content) == (ann.user.id, "Call with sound, 1 min")
    assert await calls.current(ann) is None


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (EndReason.DECLINED, "Declined call"),
        (EndReason.CANCELLED, "Missed call"),
        (EndReason.MISSED, "Missed call"),
        (EndReason.FAILED, "Call that could not be connected"),
        (EndReason.CALLER_GONE, "Call that was not answered"),
    ],
)
async def test_a_call_that_was_not(
    reason: EndReason,
    text: str,
    services: Services,
    calls: Calls,
    ann: Principal,
    ben: Principal,
    clock: ManualClock,
) -> None:
    call = await ring(calls, ann, ben)
    match reason:
        case EndReason.DECLINED:
            await calls.decline(ben, call.id)
        case EndReason.CANCELLED:
            await calls.end(ann, call.id, device="a1")
        case EndReason.MISSED:
            clock.advance(44.999)
            await calls.tick()
            assert not (await calls.get(ann, call.id)).ended
            clock.advance(0.001)
            await calls.tick()
        case EndReason.FAILED:
            await calls.accept(ben, call.id, "b1")
            await calls.end(ann, call.id, device="a1", failed=True)
        case EndReason.CALLER_GONE:
            calls.left(ann.user.id, "a1")
            clock.advance(20)
            await calls.tick()
    over = await calls.get(ben, call.id)
    assert over.reason is reason
    (entry,) = await entries(services, ann, call)
    assert (entry.content, entry.data["reason"], entry.data["seconds"]) == (text, reason.value, 0)
    await calls.end(ann, call.id, device="a1")  # late
    await calls.decline(ben, call.id)
    assert (await calls.get(ben, call.id)) == over
    assert len(await entries(services, ann, call)) == 1


async def test_the_ring_runs_out_by_itself(
    services: Services, calls: Calls, ann: Principal, ben: Principal, clock: ManualClock, publisher: Recorder
) -> None:
    """Not by a call of tick(): the keeper wakes when its wait is over, here at once."""
    call = await ring(calls, ann, ben)
    clock.advance(45)
    calls.lines._news.set()
    async with asyncio.timeout(30):
        while not (await calls.get(ann, call.id)).ended:  # noqa: ASYNC110 - the keeper tells nobody
            await asyncio.sleep(0.01)
    assert (await calls.get(ann, call.id)).reason is EndReason.MISSED


async def test_no_ring_lasts_for_hours_when_the_clock_is_set_back(
    calls: Calls, ann: Principal, ben: Principal, clock: ManualClock
) -> None:
    call = await ring(calls, ann, ben)
    clock.advance(-2 * 3600)
    await calls.tick()
    over = await calls.get(ann, call.id)
    assert (over.reason, over.ended_at) == (EndReason.MISSED, call.rings_until)
    again = await ring(calls, ann, ben)
    await calls.accept(ben, again.id, "b1")
    await calls.connected(ben, again.id, "b1")
    calls.left(ben.user.id, "b1")
    clock.advance(-2 * 3600)
    await calls.tick()
    assert (await calls.get(ann, again.id)).reason is EndReason.CALLEE_GONE


async def test_who_comes_back_in_time_stays(calls: Calls, ann: Principal, ben: Principal, clock: ManualClock) -> None:
    call = await ring(calls, ann, ben)
    await calls.accept(ben, call.id, "b1")
    await calls.connected(ben, call.id, "b1")
    calls.left(ben.user.id, "b1")
    calls.left(ben.user.id, "b2")  # not in the call
    clock.advance(19)
    await calls.tick()
    await calls.join(ben, call.id, device="b1")
    clock.advance(60)
    await calls.tick()
    assert not (await calls.get(ann, call.id)).ended
    calls.left(ben.user.id, "b1")
    clock.advance(20)
    await calls.tick()
    assert (await calls.get(ann, call.id)).reason is EndReason.CALLEE_GONE


async def test_busy(services: Services, calls: Calls, ann: Principal, ben: Principal, eve: Principal) -> None:
    call = await ring(calls, ann, ben)
    with pytest.raises(Busy, match="ben is in another call"):
        await ring(calls, eve, ben, "e1")
    room = await services.rooms.find_direct(eve, ben.user.id)
    assert room
    page = await services.messages.page(ben, room.id)
    assert [(m.data["reason"], m.content) for m in page.messages] == [("busy", "Missed call, the line was busy")]
    with pytest.raises(Busy, match="You are in a call already"):
        await ring(calls, ann, eve, "a2")
    assert (await calls.current(ben)) == call
    assert await calls.current(eve) is None


async def test_asking_again_gives_the_same_call(calls: Calls, ann: Principal, ben: Principal) -> None:
    call = await ring(calls, ann, ben)
    assert await ring(calls, ann, ben) == call
    with pytest.raises(Busy):
        await ring(calls, ann, ben, "a2")


async def test_two_who_call_each_other_are_connected(calls: Calls, ann: Principal, ben: Principal) -> None:
    first, second = await asyncio.gather(ring(calls, ann, ben, "a1"), ring(calls, ben, ann, "b1"))
    assert first.id == second.id
    both = await calls.get(ann, first.id)
    assert both.state is CallState.CONNECTING
    assert {both.caller_device, both.callee_device} == {"a1", "b1"}


async def test_of_two_answers_at_once_one_holds(calls: Calls, ann: Principal, ben: Principal) -> None:
    call = await ring(calls, ann, ben)
    answers = await asyncio.gather(*(calls.accept(ben, call.id, f"b{n}") for n in range(8)), return_exceptions=True)
    held = [answer for answer in answers if isinstance(answer, Call)]
    assert len(held) == 1
    assert all(isinstance(answer, Conflict) for answer in answers if answer is not held[0])
    assert (await calls.get(ann, call.id)).callee_device == held[0].callee_device


async def test_a_third_person_is_out(calls: Calls, ann: Principal, ben: Principal, eve: Principal) -> None:
    call = await ring(calls, ann, ben)
    for does in (
        calls.get(eve, call.id),
        calls.accept(eve, call.id, "e1"),
        calls.decline(eve, call.id),
        calls.end(eve, call.id, device="a1"),
        calls.connected(eve, call.id, "a1"),
        calls.join(eve, call.id, device="a1"),
        calls.signal(eve, call.id, device="a1", n=1, data={}),
        calls.get(ann, new_id()),
        calls.signal(ann, "nonsense", device="a1", n=1, data={}),
    ):
        with pytest.raises(NotFound):
            await does
    assert (await calls.get(ann, call.id)) == call
    with pytest.raises(NotAllowed):
        await calls.accept(ann, call.id, "a2")


async def test_who_can_be_called(
    services: Services, calls: Calls, ann: Principal, ben: Principal, clock: ManualClock
) -> None:
    bot = User(new_id(), "helper", "helper", clock(), bot=True)
    await services.store.users.add(bot)
    for receiver in (ann.user.id, bot.id):
        with pytest.raises(InvalidInput):
            await calls.begin(ann, kind=CallKind.AUDIO, device="a1", receiver=receiver)
    with pytest.raises(NotFound):
        await calls.begin(ann, kind=CallKind.AUDIO, device="a1", receiver=new_id())
    room = await services.rooms.open_direct(ann, ben.user.id)
    call = await calls.begin(ann, kind=CallKind.VIDEO, device="a1", room_id=room.id)
    assert call.callee_id == ben.user.id


async def test_signals_reach_the_other_device_and_are_kept_for_a_late_one(
    calls: Calls, ann: Principal, ben: Principal, publisher: Recorder
) -> None:
    call = await ring(calls, ann, ben)
    await calls.signal(ann, call.id, device="a1", n=1, data={"offer": 1})
    publisher.take()
    with pytest.raises(NotAllowed):
        await calls.signal(ben, call.id, device="b1", n=1, data={})
    _, before = await calls.join(ben, call.id, device="b1")
    assert before == (), "nothing for a device that has not answered"
    await calls.accept(ben, call.id, "b1")
    assert not [event for event in publisher.take() if isinstance(event, CallSignalled)]
    _, kept = await calls.join(ben, call.id, device="b1")
    assert [(signal.n, signal.data) for signal in kept] == [(1, {"offer": 1})]
    assert (await calls.join(ben, call.id, device="b2"))[1] == ()
    await calls.signal(ben, call.id, device="b1", n=1, data={"answer": 1})
    (told,) = [event for event in publisher.take() if isinstance(event, CallSignalled)]
    assert (told.device, told.sender_id, told.data) == ("a1", ben.user.id, {"answer": 1})
    for device in ("a2", "b1"):
        with pytest.raises(NotAllowed):
            await calls.signal(ann, call.id, device=device, n=2, data={})
    await calls.end(ann, call.id, device="a1")
    with pytest.raises(Conflict):
        await calls.signal(ann, call.id, device="a1", n=2, data={})
    assert (await calls.join(ann, call.id, device="a1"))[1] == ()


async def test_signals_are_bounded_in_size_and_number(
    calls: Calls, ann: Principal, ben: Principal, clock: ManualClock
) -> None:
    call = await ring(calls, ann, ben)
    await calls.accept(ben, call.id, "b1")
    with pytest.raises(InvalidInput):
        await calls.signal(ann, call.id, device="a1", n=1, data={"sdp": "x" * SIGNAL_MOST})
    with pytest.raises(InvalidInput):
        await calls.signal(ann, call.id, device="a1", n=0, data={})
    sent = 0
    with pytest.raises(TooMany) as refused:
        for n in range(1, 5000):
            await calls.signal(ann, call.id, device="a1", n=n, data={"sdp": "x" * 30_000})
            sent = n
    assert sent < 400
    assert refused.value.retry_after > 0
    _, kept = await calls.join(ben, call.id, device="b1")
    assert sum(signal.size for signal in kept) <= KEPT_BYTES_MOST
    assert kept[-1].n == sent
    clock.advance(60)
    await calls.signal(ann, call.id, device="a1", n=5000, data={})


async def test_nobody_rings_all_day(calls: Calls, ann: Principal, ben: Principal) -> None:
    with pytest.raises(TooMany):
        for _ in range(50):
            call = await ring(calls, ann, ben)
            await calls.end(ann, call.id, device="a1")


async def test_a_restart_ends_what_it_finds(
    services: Services, settings: Settings, ann: Principal, ben: Principal, clock: ManualClock
) -> None:
    call = await ring(services.calls, ann, ben)
    await services.calls.accept(ben, call.id, "b1")
    await services.calls.connected(ben, call.id, "b1")
    clock.advance(30)
    publisher = Recorder()
    again = Services.build(services.store, settings, publisher, clock, Passwords(1, time_cost=1, memory_cost=64))
    await again.calls.start()
    over = await again.calls.get(ann, call.id)
    assert (over.reason, over.seconds) == (EndReason.SERVER_RESTARTED, 30)
    assert [event.call for event in publisher.events if isinstance(event, CallChanged)] == [over]
    (entry,) = await entries(again, ann, call)
    assert entry.content == "Call with sound, 30 s"
    await again.calls.stop()
    again.passwords.close()


async def test_a_crash_between_the_entry_and_the_end_leaves_one_entry(
    services: Services, calls: Calls, ann: Principal, ben: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await ring(calls, ann, ben)

    async def crash(_: Call) -> bool:
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as broken:
        broken.setattr(services.store.calls, "replace", crash)
        with pytest.raises(RuntimeError):
            await calls.decline(ben, call.id)
    assert not (await calls.get(ann, call.id)).ended
    await calls.stop()
    await calls.start()
    assert (await calls.get(ann, call.id)).ended
    assert len(await entries(services, ann, call)) == 1


async def test_ten_calls_leave_nothing_behind(calls: Calls, ann: Principal, ben: Principal, clock: ManualClock) -> None:
    tasks = len(asyncio.all_tasks())
    for _ in range(10):
        call = await ring(calls, ann, ben)
        await calls.accept(ben, call.id, "b1")
        await calls.signal(ann, call.id, device="a1", n=1, data={})
        await calls.end(ann, call.id, device="a1")
        clock.advance(60)
    assert calls.lines._lines == {}
    assert len(asyncio.all_tasks()) == tasks


def test_credentials_run_out(clock: ManualClock) -> None:
    at = clock()
    assert ice_servers(Settings(), "ann", at) == []
    settings = Settings(turn_url="turn:x:1, turns:x:2", turn_secret="secret", stun_url="stun:y")
    stun, turn = ice_servers(settings, "ann", at)
    assert stun == {"urls": ["stun:y"]}
    expiry = int((at + timedelta(hours=6)).timestamp())
    assert turn["urls"] == ["turn:x:1", "turns:x:2"]
    assert turn["username"] == f"{expiry}:ann"
    # openssl dgst -sha1 -hmac secret -binary | base64, of the name above
    assert turn["credential"] == "yodfd3fOEZ7VSfE7vMrP4RW4g3o="
    assert ice_servers(Settings(turn_url="turn:x:1"), "ann", at) == [], "no secret, no server"
