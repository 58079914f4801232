import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Message
from chatbeside.domain.polls import ballot_of, number_emoji, poll_data, voted
from chatbeside.store.interfaces import Store
from chatbeside.store.mongo import MongoStore
from tests.contract.conftest import Place
from tests.contract.make import fill, member, message


async def two_processes(place: Place) -> list[Store]:
    """Return two stores on the same data.

    FerretDB 1 reads, changes and writes a document in separate steps, so updates from several
    connections at once get lost in it (even two ``$max``); there it is one store, whose locks hold.
    """
    first = await place.open()
    return [first, first if place.kind == "ferretdb" else await place.open()]


async def numbers(store: Store, room_id: str) -> tuple[list[int], list[int]]:
    stored = await store.messages.page(room_id, limit=1000)
    return [each.seq for each in stored], sorted(each.rev for each in stored)


def react(user_id: str) -> Callable[[Message], Message]:
    return lambda old: replace(old, reactions={"👍": (*old.reactions.get("👍", ()), user_id)})


async def test_two_hundred_at_once_leave_no_gap(store: Store) -> None:
    room_id = new_id()
    results = await asyncio.gather(*(store.messages.append(message(room_id)) for _ in range(200)))
    assert all(created for _, created in results)
    assert await numbers(store, room_id) == (list(range(1, 201)), list(range(1, 201)))
    assert {each.id: each for each, _ in results} == await store.messages.get_many([each.id for each, _ in results])


async def test_two_processes_leave_no_gap(place: Place) -> None:
    stores = [await place.open(), await place.open()]
    room_id = new_id()
    appends = [stores[number % 2].messages.append(message(room_id)) for number in range(80)]
    await asyncio.gather(*appends)
    for store in stores:
        assert await numbers(store, room_id) == (list(range(1, 81)), list(range(1, 81)))


async def test_the_same_message_sent_twenty_times_is_stored_once(place: Place) -> None:
    stores = [await place.open(), await place.open()]
    new = message(new_id())
    sends = [stores[number % 2].messages.append(replace(new, id=new_id())) for number in range(20)]
    results = await asyncio.gather(*sends)
    assert sum(created for _, created in results) == 1
    assert len({each.id for each, _ in results}) == 1
    assert await numbers(stores[0], new.room_id) == ([1], [1])


async def test_no_change_gets_lost(place: Place) -> None:
    stores = await two_processes(place)
    room_id = new_id()
    ids = await fill(stores[0], room_id, 2)
    users = [new_id() for _ in range(30)]
    changes = [
        stores[number % 2].messages.change(ids[number // 2 % 2], react(user_id)) for number, user_id in enumerate(users)
    ]
    appends = [stores[number % 2].messages.append(message(room_id)) for number in range(20)]
    changed = await asyncio.gather(*changes)
    await asyncio.gather(*appends)
    assert len({each.rev for each in changed if each}) == 30
    both = [await stores[0].messages.get(message_id) for message_id in ids]
    assert {user_id for each in both if each for user_id in each.reactions["👍"]} == set(users)
    seqs, revs = await numbers(stores[1], room_id)
    assert seqs == list(range(1, 23))
    assert len(set(revs)) == 22
    assert max(revs) == 52


@pytest.mark.parametrize("late", ["change", "append"])
async def test_a_number_that_was_given_up_is_not_given_again(place: Place, late: str) -> None:
    """One process reads the highest number and is slow; meanwhile another takes the next and, by a change of the same
    message, the one after. The first process must not take the number between, which no message has any more."""
    if place.kind == "ferretdb":
        pytest.skip("has no index over the values of an array")
    slow, quick = await place.open(), await place.open()
    room_id = new_id()
    ids = await fill(quick, room_id, 2)
    if isinstance(slow, MongoStore):  # the embedded store reads and writes in one step
        real, overtaken = slow.messages.collection.highest, False

        async def highest(where: Mapping[str, Any], field: str) -> int:
            nonlocal overtaken
            found = await real(where, field)
            if field == "rev" and not overtaken:
                overtaken = True
                for _ in range(2):
                    await quick.messages.change(ids[0], react(new_id()))
            return found

        slow.messages.collection.highest = highest  # type: ignore[method-assign]
        expected = 5
    else:
        expected = 3
    if late == "change":
        done = await slow.messages.change(ids[1], react(new_id()))
    else:
        done, _ = await slow.messages.append(message(room_id))
    assert done is not None
    assert done.rev == expected


async def test_changes_and_appends_at_once_use_every_number_once(place: Place) -> None:
    stores = await two_processes(place)
    room_id = new_id()
    ids = await fill(stores[0], room_id, 5)
    work = [stores[number % 2].messages.append(message(room_id)) for number in range(20)]
    edits = [stores[number % 2].messages.change(ids[number % 5], react(new_id())) for number in range(20)]
    appended, changed = await asyncio.gather(asyncio.gather(*work), asyncio.gather(*edits))
    given = [each.rev for each, _ in appended] + [each.rev for each in changed if each]
    assert sorted(given) == list(range(6, 46))


async def test_pointers_of_many_devices_end_at_the_highest(place: Place) -> None:
    if place.kind == "ferretdb":
        pytest.skip("FerretDB 1 does not update atomically.")
    stores = await two_processes(place)
    room_id, user_id = new_id(), new_id()
    moves = [
        stores[number % 2].receipts.advance(room_id, user_id, read_seq=number, delivered_seq=50 - number)
        for number in range(40)
    ]
    results = await asyncio.gather(*moves)
    assert all(result.read_seq >= number for number, result in enumerate(results))
    final = await stores[0].receipts.get(room_id, user_id)
    assert (final.read_seq, final.delivered_seq) == (39, 50)


async def test_joining_twice_at_once_is_joining_once(place: Place) -> None:
    stores = await two_processes(place)
    made = member(new_id(), new_id())
    joined = await asyncio.gather(*(stores[number % 2].members.add(made) for number in range(10)))
    assert sum(joined) == 1
    assert await stores[0].members.count(made.room_id) == 1


async def test_votes_of_two_processes_count_once_each(place: Place) -> None:
    stores = await two_processes(place)
    asked = replace(message(new_id()), data=poll_data("Lunch?", ("yes", "no", "later")))
    await stores[0].messages.append(asked)
    voters = [new_id() for _ in range(12)]

    def vote(user_id: str, emoji: str) -> Callable[[Message], Message | None]:
        def edit(old: Message) -> Message | None:
            ballot = ballot_of(old)
            assert ballot
            return voted(old, ballot, user_id, emoji, on=True)

        return edit

    await asyncio.gather(
        *(
            stores[(number + turn) % 2].messages.change(asked.id, vote(user_id, number_emoji(1 + (number + turn) % 3)))
            for turn in range(3)
            for number, user_id in enumerate(voters)
        )
    )
    after = await stores[0].messages.get(asked.id)
    assert after
    assert sorted(user_id for people in after.reactions.values() for user_id in people) == sorted(voters)
