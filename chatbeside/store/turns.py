"""Long lists, made so that whoever else is served waits for a piece of one and not for all."""

import asyncio
from collections.abc import Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

TURN = 100
"""Items that are made without a break."""


async def in_turns(make: Callable[[Item], Made], items: Iterable[Item]) -> list[Made]:
    """Return what ``make`` makes of each item; others have their turn in between when there are many."""
    made: list[Made] = []
    for number, item in enumerate(items, 1):
        made.append(make(item))
        if number % TURN == 0:
            await asyncio.sleep(0)
    return made
