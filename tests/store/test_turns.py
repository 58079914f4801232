from chatbeside.store.turns import TURN, in_turns
from tests.turns import Counted


async def test_others_have_their_turn_in_a_long_list() -> None:
    double = Counted(lambda number: 2 * number)
    async with double.counting():
        assert await in_turns(double, range(3 * TURN + 1)) == [2 * number for number in range(3 * TURN + 1)]
    assert double.most == TURN


async def test_a_short_list_is_made_at_once() -> None:
    same = Counted(lambda item: item)
    async with same.counting():
        assert await in_turns(same, "ab") == ["a", "b"]
        assert await in_turns(same, "") == []
    assert same.most == 2
