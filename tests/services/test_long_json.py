"""Long answers are the same text, and let others have their turn while they are made."""

import asyncio
import json
from typing import Any

import pytest

from chatbeside.realtime import packets
from chatbeside.services import long_json

ITEMS = [{"room": f"{number}", "name": "ü\n", "peer": None} for number in range(3 * long_json.PIECE + 1)]


@pytest.mark.parametrize(
    "value",
    [{}, {"rooms": []}, {"rooms": ITEMS[:1]}, {"rooms": ITEMS, "call": None, "people": ITEMS[: long_json.PIECE]}],
)
async def test_it_is_what_one_go_would_give(value: dict[str, Any]) -> None:
    assert await long_json.encode(value, packets.Json.dumps) == packets.Json.dumps(value)
    assert (await packets.long_event("ready", value)).encode() == packets.event("ready", value).encode()


async def test_no_piece_is_longer_than_it_should_be() -> None:
    """Counted, not timed: the items that are encoded between two turns of the loop."""
    since_turn, most = 0, 0

    def dumps(value: Any) -> str:
        nonlocal since_turn, most
        since_turn += len(value) if isinstance(value, list) else 0
        most = max(most, since_turn)
        return json.dumps(value, separators=(",", ":"))

    async def turns() -> None:
        nonlocal since_turn
        while True:
            since_turn = 0
            await asyncio.sleep(0)

    others = asyncio.create_task(turns())
    await asyncio.sleep(0)
    text = await long_json.encode({"rooms": ITEMS}, dumps)
    others.cancel()
    assert json.loads(text) == {"rooms": ITEMS}
    assert most == long_json.PIECE
