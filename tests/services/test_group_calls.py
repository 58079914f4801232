"""Calls of rooms: who may, what is told to whom, what time does, and what becomes of the connections."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from chatbeside.domain.calls import Busy, CallKind
from chatbeside.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, TooMany, Unavailable
from chatbeside.domain.group_calls import ALONE, AWAY, CallFull, GroupCall, GroupEnd
from chatbeside.domain.models import MessageKind, Room
from chatbeside.services.bus import Alone
from chatbeside.services.container import Services
from chatbeside.services.events import GroupCallChanged, GroupMedia
from chatbeside.services.group_calls import OFFER_MOST, GroupCalls
from chatbeside.services.media import MediaEvent
from chatbeside.services.owners import Owners
from chatbeside.services.principal import Principal
from chatbeside.settings import Settings
from tests.conftest import ManualClock, People, Recorder


class FakeLeg:
    def __init__(self, kind: str, data: Mapping[str, Any]) -> None:
        self.id, self.kind, self.data = data["peer"], kind, data
        self.opened = {"answer": f"answer to {data['offer']}", "version": 0, "tracks": [], "missing": {}}
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.told: asyncio.Queue[MediaEvent | None] = asyncio.Queue()
        self.ended = False

    async def ask(self, what: str, **data: Any) -> Mapping[str, Any]:
        self.asked.append((what, data))
        return {"answer": "again", "version": 0, "tracks": [], "missing": {}}

    async def events(self) -> AsyncIterator[MediaEvent]:
        while (event := await self.told.get()) is not None:
            yield event

    async def close(self) -> None:
        self.die()

    def die(self) -> None:
        self.ended = True
        self.told.put_nowait(None)


class FakeMedia:
    def __init__(self) -> None:
        self.legs: list[FakeLeg] = []
        self.broken = False

    async def open(self, kind: str, **data: Any) -> FakeLeg:
        if self.broken:
            raise Unavailable("no")
        self.legs.append(FakeLeg(kind, data))
        return self.legs[-1]

    async def finish(self, folder: str, file: str) -> Mapping[str, Any]:
        raise Unavailable("There are no recordings here.")


class Stage:
    """A room with people, and the calls service with a media worker that is none."""

    def __init__(self, services: Services, publisher: Recorder, clock: ManualClock) -> None:
        self.services, self.publisher, self.clock = services, publisher, clock
        self.media = FakeMedia()
        self.calls = self.again()
        self.people: list[Principal] = []
        self.room: Room

    def again(self) -> GroupCalls:
        bus = Alone()
        return GroupCalls(
            store=self.services.store,
            settings=Settings(turn_url="turn:x:1", turn_secret="secret"),
            access=self.services.access,
            messages=self.services.messages,
            media=self.media,
            publisher=self.publisher,
            clock=self.clock,
            bus=bus,
            owners=Owners(bus),
            limits=self.services.limits,
        )

    async def join(self, who: Principal, device: str = "", *, camera: bool = False) -> tuple[GroupCall, str]:
        device = device or f"{who.user.username}-1"
        return await self.calls.join(who, self.room.id, kind=CallKind.AUDIO, device=device, camera=camera)

    async def connect(self, who: Principal, call: GroupCall, session: str = "s1") -> FakeLeg:
        device = f"{who.user.username}-1"
        await self.calls.offer(who, call.id, device=device, session=session, offer="offer")
        return self.media.legs[-1]

    def told(self, kind: type) -> list[Any]:
        return [event for event in self.publisher.events if isinstance(event, kind)]

    async def media_news(self) -> list[GroupMedia]:
        while not (news := self.told(GroupMedia)):  # noqa: ASYNC110 - the recorder has no event
            await asyncio.sleep(0)
        return news

    async def entries(self) -> list[Any]:
        page = await self.services.messages.page(self.people[0], self.room.id)
        return [message for message in page.messages if message.kind == MessageKind.CALL]


@pytest.fixture
async def stage(services: Services, people: People, publisher: Recorder, clock: ManualClock) -> AsyncIterator[Stage]:
    made = Stage(services, publisher, clock)
    for name in ("ann", "ben", "cleo", "eve"):
        made.people.append(await people(name))
    ann, ben, cleo, _ = made.people
    made.room = await services.groups.create(ann, "Garden", members=[ben.user.id, cleo.user.id])
    await made.calls.start()
    yield made
    await made.calls.stop()


async def test_a_call_that_people_come_to_and_leave(stage: Stage) -> None:
    ann, ben, _, _ = stage.people
    call, words = await stage.join(ann)
    assert (words, call.started_by, [seat.user_id for seat in call.seats]) == ("", ann.user.id, [ann.user.id])
    same, _ = await stage.join(ben)
    assert same.id == call.id, "the call that goes on"
    leg = await stage.connect(ann, call)
    assert leg.data["room"] == call.id
    assert leg.data["peer"] == f"{ann.user.id}.s1"
    assert leg.data["picture"] is False
    assert leg.data["iceServers"][0]["username"].endswith(f":{ann.user.id}")
    await stage.connect(ben, call)
    stage.clock.advance(65)
    await stage.calls.leave(ann, call.id, "ann-1")
    await asyncio.sleep(0)
    assert leg.ended, "the connection goes with the seat"
    over = await stage.calls.leave(ben, call.id, "ben-1")
    assert (over.reason, over.seconds) == (GroupEnd.LEFT, 65)
    [entry] = await stage.entries()
    assert entry.data == {
        "call": call.id,
        "kind": "audio",
        "reason": "left",
        "seconds": 65,
        "people": [ann.user.id, ben.user.id],
    }
    assert entry.content == "Call with sound, 1 min, 2 people"
    assert [len(event.call.seats) for event in stage.told(GroupCallChanged)] == [1, 2, 1, 0]


async def test_only_members(stage: Stage) -> None:
    ann, _, _, eve = stage.people
    call, _ = await stage.join(ann)
    with pytest.raises(NotFound):
        await stage.join(eve)
    for act in (
        stage.calls.get(eve, call.id),
        stage.calls.of_room(eve, stage.room.id),
        stage.calls.leave(eve, call.id, "ann-1"),
        stage.calls.offer(eve, call.id, device="ann-1", session="s", offer="o"),
        stage.calls.show(eve, call.id, device="ann-1", muted=True, camera=False, screen=False),
    ):
        with pytest.raises(NotFound):
            await act
    assert await stage.calls.current(eve) == []
    assert await stage.calls.current(ann) == [call]
    assert stage.media.legs == []


async def test_a_member_without_a_seat_gets_no_media(stage: Stage) -> None:
    ann, ben, _, _ = stage.people
    call, _ = await stage.join(ann)
    with pytest.raises(NotAllowed):
        await stage.calls.offer(ben, call.id, device="ben-1", session="s", offer="o")
    with pytest.raises(NotAllowed):
        await stage.calls.offer(ann, call.id, device="other", session="s", offer="o")
    direct = await stage.services.rooms.open_direct(ann, ben.user.id)
    with pytest.raises(InvalidInput, match="two people"):
        await stage.calls.join(ann, direct.id, kind=CallKind.AUDIO, device="d")


async def test_who_is_put_out_of_the_room_is_cut_off_at_once(stage: Stage) -> None:
    ann, ben, _, _ = stage.people
    call, _ = await stage.join(ann)
    await stage.join(ben)
    leg = await stage.connect(ben, call)
    await stage.services.groups.remove_member(ann, stage.room.id, ben.user.id)
    for event in list(stage.publisher.events):
        await stage.calls.publish(event)
    await asyncio.sleep(0)
    assert leg.ended
    assert [seat.user_id for seat in (await stage.calls.get(ann, call.id)).seats] == [ann.user.id]
    gone = [event for event in stage.told(GroupMedia) if event.data == {"gone": True}]
    assert [event.user_id for event in gone] == [ben.user.id]


async def test_an_archived_room_has_no_call(stage: Stage) -> None:
    ann = stage.people[0]
    call, _ = await stage.join(ann)
    await stage.services.groups.update(ann, stage.room.id, archived=True)
    for event in list(stage.publisher.events):
        await stage.calls.publish(event)
    assert (await stage.calls.get(ann, call.id)).reason is GroupEnd.ROOM_CLOSED
    with pytest.raises(NotAllowed):
        await stage.join(ann)


async def test_a_session_is_renegotiated_and_a_new_one_takes_its_place(stage: Stage) -> None:
    ann = stage.people[0]
    call, _ = await stage.join(ann)
    first = await stage.connect(ann, call, "s1")
    await stage.calls.offer(ann, call.id, device="ann-1", session="s1", offer="more")
    assert first.asked == [("offer", {"offer": "more"})]
    second = await stage.connect(ann, call, "s2")
    await asyncio.sleep(0)
    assert (first.ended, second.ended, len(stage.media.legs)) == (True, False, 2)


async def test_what_lanes_carry_is_told_by_person_to_the_device_alone(stage: Stage) -> None:
    ann, ben, _, _ = stage.people
    call, _ = await stage.join(ann)
    leg = await stage.connect(ann, call)
    told = {"version": 3, "missing": {"video": 1}}
    leg_tracks = [{"mid": "2", "peer": f"{ben.user.id}.s9", "kind": "audio"}]
    leg.told.put_nowait(MediaEvent("lanes", {**told, "tracks": leg_tracks}))
    async with asyncio.timeout(30):
        news = await stage.media_news()
    assert (news[0].user_id, news[0].device, news[0].session) == (ann.user.id, "ann-1", "s1")
    assert news[0].data == {**told, "tracks": [{"mid": "2", "user": ben.user.id, "kind": "audio"}]}


async def test_a_lost_connection_is_told_and_the_seat_kept_for_a_while(stage: Stage) -> None:
    ann, ben, _, _ = stage.people
    call, _ = await stage.join(ann)
    await stage.join(ben)
    leg = await stage.connect(ann, call)
    await stage.connect(ben, call)
    leg.die()
    async with asyncio.timeout(30):
        news = await stage.media_news()
    assert news[0].data == {"lost": True}
    stage.clock.advance(AWAY.total_seconds() - 1)
    await stage.calls.tick()
    await stage.connect(ann, call, "s2")
    stage.clock.advance(AWAY.total_seconds())
    await stage.calls.tick()
    assert len((await stage.calls.get(ann, call.id)).seats) == 2, "it came back in time"
    stage.media.legs[-1].die()
    async with asyncio.timeout(30):
        while [each.data for each in stage.told(GroupMedia)].count({"lost": True}) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0)
    stage.clock.advance(AWAY.total_seconds())
    await stage.calls.tick()
    assert [seat.user_id for seat in (await stage.calls.get(ann, call.id)).seats] == [ben.user.id]


async def test_who_comes_without_media_or_goes_without_a_word_is_not_waited_for(stage: Stage) -> None:
    ann, ben, _, _ = stage.people
    call, _ = await stage.join(ann)
    await stage.join(ben)
    await stage.connect(ann, call)
    stage.clock.advance(AWAY.total_seconds())
    await stage.calls.tick()
    assert [seat.user_id for seat in (await stage.calls.get(ann, call.id)).seats] == [ann.user.id]
    stage.calls.left(ann.user.id, "ann-1")
    await stage.calls.show(ann, call.id, device="ann-1", muted=False, camera=False, screen=False)
    stage.clock.advance(AWAY.total_seconds())
    await stage.calls.tick()
    assert not (await stage.calls.get(ann, call.id)).ended
    stage.calls.left(ann.user.id, "ann-1")
    stage.clock.advance(AWAY.total_seconds())
    await stage.calls.tick()
    assert (await stage.calls.get(ann, call.id)).reason is GroupEnd.LEFT


async def test_alone_for_long(stage: Stage) -> None:
    ann = stage.people[0]
    call, _ = await stage.join(ann)
    await stage.connect(ann, call)
    stage.clock.advance(ALONE.total_seconds())
    await stage.calls.tick()
    assert (await stage.calls.get(ann, call.id)).reason is GroupEnd.ALONE
    await asyncio.sleep(0)
    assert stage.media.legs[-1].ended


async def test_showing_lets_the_picture_through(stage: Stage) -> None:
    ann = stage.people[0]
    call, _ = await stage.join(ann)
    leg = await stage.connect(ann, call)
    shown = await stage.calls.show(ann, call.id, device="ann-1", muted=True, camera=True, screen=False)
    assert (shown.seats[0].muted, shown.seats[0].camera) == (True, True)
    assert leg.asked == [("picture", {"on": True})]


async def test_many_at_once_begin_one_call(stage: Stage) -> None:
    answers = await asyncio.gather(*(stage.join(person) for person in stage.people[:3]))
    assert len({call.id for call, _ in answers}) == 1
    assert len((await stage.calls.get(stage.people[0], answers[0][0].id)).seats) == 3


async def test_the_thirteenth_and_the_seventh_picture(stage: Stage, people: People) -> None:
    ann = stage.people[0]
    crowd = [await people(f"guest{number}") for number in range(12)]
    for each in crowd:
        await stage.services.groups.add_member(ann, stage.room.id, each.user.id)
    words = [(await stage.join(each, camera=True))[1] for each in crowd]
    assert words[:6] == [""] * 6
    assert all("sound only" in each for each in words[6:])
    with pytest.raises(CallFull):
        await stage.join(ann)


async def test_nobody_is_in_two_calls(stage: Stage) -> None:
    ann, ben, _, _ = stage.people
    other = await stage.services.groups.create(ann, "Other")
    call, _ = await stage.join(ann)
    await stage.connect(ann, call)
    with pytest.raises(Busy):
        await stage.calls.join(ann, other.id, kind=CallKind.AUDIO, device="tablet")
    moved, _ = await stage.calls.join(ann, other.id, kind=CallKind.AUDIO, device="ann-1")
    assert moved.room_id == other.id
    assert (await stage.calls.get(ann, call.id)).ended, "the same device leaves the one for the other"
    await stage.services.calls.begin(ben, kind=CallKind.AUDIO, device="b", receiver=stage.people[2].user.id)
    with pytest.raises(Busy):
        await stage.join(ben)


async def test_a_restart_ends_it_with_an_entry(stage: Stage) -> None:
    ann = stage.people[0]
    call, _ = await stage.join(ann)
    await stage.calls.stop()
    stage.calls = stage.again()
    await stage.calls.start()
    assert (await stage.calls.get(ann, call.id)).reason is GroupEnd.SERVER_RESTARTED
    assert len(await stage.entries()) == 1
    with pytest.raises(Conflict):
        await stage.calls.offer(ann, call.id, device="ann-1", session="s", offer="o")


async def test_limits(stage: Stage) -> None:
    ann = stage.people[0]
    call, _ = await stage.join(ann)
    with pytest.raises(InvalidInput):
        await stage.calls.offer(ann, call.id, device="ann-1", session="s", offer="x" * (OFFER_MOST + 1))
    with pytest.raises(TooMany):
        for _ in range(101):
            await stage.connect(ann, call)
    with pytest.raises(TooMany):
        for number in range(100):
            await stage.calls.show(ann, call.id, device="ann-1", muted=number % 2 == 0, camera=False, screen=False)
    with pytest.raises(TooMany):
        for _ in range(100):
            await stage.join(ann)


async def test_without_a_media_worker_it_is_said(stage: Stage) -> None:
    ann = stage.people[0]
    call, _ = await stage.join(ann)
    stage.media.broken = True
    with pytest.raises(Unavailable):
        await stage.connect(ann, call)
