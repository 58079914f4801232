"""Events of a room go out by rising number only, whatever comes late, twice or not at all."""

import asyncio
from collections.abc import Callable, Mapping

from hypothesis import given
from hypothesis import strategies as st

from chatbeside.realtime.order import RoomOrder


class Told:
    """What went out, and a store with the numbers that it can be asked for."""

    def __init__(self, stored: set[int] | None = None) -> None:
        self.revs: list[int] = []
        self.stored = stored or set()
        self.asked: list[tuple[int, int]] = []
        self.answer = asyncio.Event()
        self.answer.set()
        self.came = asyncio.Event()
        self.asking = asyncio.Event()

    def of(self, rev: int) -> Callable[[], None]:
        def tell() -> None:
            self.revs.append(rev)
            self.came.set()

        return tell

    async def missing(self, room_id: str, first: int, last: int) -> Mapping[int, Callable[[], None]]:
        self.asked.append((first, last))
        self.asking.set()
        await self.answer.wait()
        return {rev: self.of(rev) for rev in self.stored if first <= rev <= last}

    async def until(self, *revs: int) -> None:
        async with asyncio.timeout(30):
            while self.revs != list(revs):
                self.came.clear()
                await self.came.wait()


def offer(order: RoomOrder, told: Told, *revs: int, room: str = "room") -> None:
    for rev in revs:
        order.offer(room, rev, told.of(rev))


@given(st.permutations(range(2, 12)))
def test_any_order_in_is_one_order_out(revs: list[int]) -> None:
    async def run() -> list[int]:
        told = Told()
        order = RoomOrder(told.missing, patience=60)
        offer(order, told, 1, *revs)
        order.close()
        return told.revs

    assert asyncio.run(run()) == list(range(1, 12))


@given(st.permutations([*range(4, 14), 5, 9]), st.integers(0, 3))
def test_whatever_comes_when_all_that_is_stored_goes_out_in_order(revs: list[int], known: int) -> None:
    """Each late one has been read from the store; that one comes twice must not show either."""

    async def run() -> list[int]:
        told = Told(stored=set(range(1, 14)))
        order = RoomOrder(told.missing, patience=0)
        order.known("room", known)
        for rev in revs:
            offer(order, told, rev)
            await asyncio.sleep(0)
        await told.until(*range(known + 1, 14))
        order.close()
        return told.revs

    assert asyncio.run(run()) == list(range(known + 1, 14))


async def test_a_number_that_stays_away_is_read_from_the_store_and_let_go_when_it_comes_late() -> None:
    told = Told(stored={1, 2, 3, 4})
    order = RoomOrder(told.missing, patience=0.02)
    offer(order, told, 1, 4)
    assert told.revs == [1]
    await told.until(1, 2, 3, 4)
    assert told.asked == [(2, 3)]
    offer(order, told, 3, 2, 5)
    assert told.revs == [1, 2, 3, 4, 5]


async def test_a_number_that_is_nowhere_is_passed_over() -> None:
    told = Told(stored={2})
    order = RoomOrder(told.missing, patience=0.02)
    offer(order, told, 1, 4)
    await told.until(1, 2, 4)
    offer(order, told, 3, 5)
    assert told.revs == [1, 2, 4, 5], "too late: whoever listens has noticed the gap"


async def test_what_comes_while_the_store_is_asked_goes_out_in_its_place() -> None:
    told = Told(stored={2, 3})
    told.answer.clear()
    order = RoomOrder(told.missing, patience=0)
    offer(order, told, 1, 4)
    await told.asking.wait()
    offer(order, told, 2, 6, 5)
    assert told.revs == [1, 2]
    told.answer.set()
    await told.until(1, 2, 3, 4, 5, 6)


async def test_a_store_that_does_not_answer_stops_nothing() -> None:
    told = Told()

    async def broken(room_id: str, first: int, last: int) -> Mapping[int, Callable[[], None]]:
        raise OSError("no answer")

    order = RoomOrder(broken, patience=0)
    offer(order, told, 1, 3)
    await told.until(1, 3)
    offer(order, told, 2, 4)
    assert told.revs == [1, 3, 4]


async def test_the_first_news_of_a_room_comes_after_what_its_people_know() -> None:
    told = Told(stored={8})
    order = RoomOrder(told.missing, patience=60)
    order.known("room", 7)
    order.known("room", 9)  # somebody who came later: the first one has not heard 8 and 9 yet
    offer(order, told, 9)
    assert told.revs == []
    offer(order, told, 8)
    assert told.revs == [8, 9]
    order.close()


async def test_a_steady_stream_does_not_put_off_what_is_missing() -> None:
    told = Told(stored={2})
    order = RoomOrder(told.missing, patience=0.02)
    offer(order, told, 1)
    rev = 2
    async with asyncio.timeout(30):
        while not told.asked:
            offer(order, told, rev := rev + 1)
            await asyncio.sleep(0.001)
            assert rev < 250, "the store was not asked before too many were held"
    await told.until(*range(1, rev + 1))


async def test_rooms_do_not_wait_for_each_other() -> None:
    told = Told()
    order = RoomOrder(told.missing, patience=60)
    offer(order, told, 1, 3, room="one")
    offer(order, told, 7, room="other")
    assert told.revs == [1, 7]
    order.close()


async def test_nothing_leaves_a_room_that_is_held() -> None:
    told = Told()
    order = RoomOrder(told.missing)
    order.hold("room")
    offer(order, told, 2, 1)
    assert told.revs == []
    order.release("room")
    assert told.revs == [1, 2]


async def test_more_than_can_be_held_is_let_go() -> None:
    told = Told()
    order = RoomOrder(told.missing, patience=60)
    offer(order, told, 1, *range(3, 400))
    assert told.revs == [1, *range(3, 400)]
    order.close()


async def test_a_quiet_room_is_forgotten_when_nobody_listens() -> None:
    told = Told()
    order = RoomOrder(told.missing, patience=60)
    offer(order, told, 5, room="left")
    offer(order, told, 5, room="heard")
    loop = asyncio.get_running_loop()
    for line in order._lines.values():  # as if an hour had passed
        line.used = loop.time() - 3600
    order.sweep(lambda room_id: room_id == "heard")
    offer(order, told, 7, room="left")
    offer(order, told, 7, room="heard")
    assert told.revs == [5, 5, 7]
    order.close()
