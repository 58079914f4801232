"""Opening a message by its permalink: it comes with its neighbours."""

import pytest

from tests.realtime.harness import World


async def test_a_message_comes_with_those_before_and_after_it(world: World) -> None:
    room = await world.direct("ann", "ben")
    ann = await world.join("ann")
    ids = [(await ann.send(room, f"{number}"))["message"]["_id"] for number in range(1, 12)]

    async def around(seq: int, limit: int) -> tuple[list[int], bool, bool]:
        page = await ann.ask("history", {"room": room, "around": ids[seq - 1], "limit": limit})
        return [message["seq"] for message in page["messages"]], page["hasMore"], page["hasNewer"]

    assert await around(6, 5) == ([4, 5, 6, 7, 8], True, True)
    assert await around(6, 4) == ([5, 6, 7, 8], True, True)
    assert await around(1, 5) == ([1, 2, 3], False, True)
    assert await around(11, 5) == ([9, 10, 11], True, False)
    assert await around(9, 5) == ([7, 8, 9, 10, 11], True, False)
    assert await around(3, 1) == ([3], True, True)
    assert await around(6, 50) == (list(range(1, 12)), False, False)


@pytest.mark.parametrize("wanted", ["0" * 24, "nonsense"])
async def test_a_message_that_is_not_there_is_said_so(world: World, wanted: str) -> None:
    room = await world.direct("ann", "ben")
    ann = await world.join("ann")
    answer = await ann.ask("history", {"room": room, "around": wanted})
    assert answer["error"]["code"] == "not_found"


async def test_a_message_of_another_room_is_not_there(world: World) -> None:
    ours, theirs = await world.direct("ann", "ben"), await world.direct("ben", "cyd")
    ann, ben = await world.join("ann"), await world.join("ben")
    secret = (await ben.send(theirs, "between us"))["message"]["_id"]
    for room in (ours, theirs):
        answer = await ann.ask("history", {"room": room, "around": secret})
        assert answer["error"]["code"] == "not_found", answer


async def test_around_goes_with_no_other_bound(world: World) -> None:
    room = await world.direct("ann", "ben")
    ann = await world.join("ann")
    message = (await ann.send(room, "one"))["message"]["_id"]
    answer = await ann.ask("history", {"room": room, "around": message, "before": 3})
    assert answer["error"]["code"] == "invalid"
