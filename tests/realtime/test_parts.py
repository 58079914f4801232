"""The small parts of the hub by themselves."""

import asyncio
import json

import pytest
from engineio.packet import MESSAGE
from engineio.packet import Packet as EnginePacket
from hypothesis import given
from hypothesis import strategies as st

from chatbeside.realtime.limits import Bucket
from chatbeside.realtime.outgoing import Outgoing
from chatbeside.realtime.packets import Json, event
from chatbeside.realtime.presence import Presence


def packet(text: str) -> EnginePacket:
    return EnginePacket(MESSAGE, text)


class TestOutgoing:
    async def test_packets_leave_in_order_and_all_at_once(self) -> None:
        queue = Outgoing(lambda: None)
        taking = asyncio.create_task(queue.take_all())
        await asyncio.sleep(0)
        one, two = packet("one"), packet("two")
        queue.offer(one)
        queue.put_nowait(two)
        assert await taking == [one, two]

    async def test_what_is_held_follows_the_first_answer(self) -> None:
        queue = Outgoing(lambda: None)
        live, ready = packet("live"), packet("ready")
        queue.hold()
        queue.offer(live)
        queue.put_nowait(ready)
        queue.release()
        assert await queue.take_all() == [ready, live]

    @pytest.mark.parametrize("held", [False, True])
    async def test_too_many_packets_give_the_client_up_once(self, held: bool) -> None:
        given_up: list[None] = []
        queue = Outgoing(lambda: given_up.append(None), max_packets=3)
        if held:
            queue.hold()
        for number in range(3):
            queue.offer(packet(str(number)))
        assert not queue.given_up
        for number in range(3):
            queue.offer(packet(str(number)))
        assert queue.given_up and given_up == [None]
        assert await queue.take_all() == []

    async def test_too_much_text_gives_the_client_up_but_one_large_answer_does_not(self) -> None:
        queue = Outgoing(lambda: None, max_characters=100)
        queue.offer(packet("x" * 1000))
        assert not queue.given_up
        queue.offer(packet("y"))
        assert queue.given_up

    async def test_the_end_comes_after_what_waits(self) -> None:
        queue = Outgoing(lambda: None)
        last = packet("last")
        queue.put_nowait(last)
        queue.put_nowait(None)
        queue.put_nowait(packet("too late"))
        assert await queue.take_all() == [last]
        assert await queue.take_all() == []


class TestPresence:
    def test_a_claim_runs_out_by_itself(self) -> None:
        now = [0.0]
        presence = Presence(lambda: now[0], lease=10, grace=2)
        assert presence.claim("ann", "phone") == "online"
        now[0] = 9
        presence.renew("ann", ["phone", "unknown"])
        assert presence.expire() == []
        now[0] = 20
        assert presence.expire() == [("ann", "offline")]
        assert presence.state("ann") == "offline"

    def test_a_reload_is_not_a_departure(self) -> None:
        now = [0.0]
        presence = Presence(lambda: now[0], lease=10, grace=2)
        presence.claim("ann", "phone")
        assert presence.leave("ann", "phone") is None
        now[0] = 1
        assert presence.claim("ann", "phone again") is None
        now[0] = 5
        assert presence.expire() == [] and presence.state("ann") == "online"

    @given(
        st.lists(st.tuples(st.sampled_from(["online", "away", "leave", "wait"]), st.sampled_from("abc")), max_size=30)
    )
    def test_what_is_told_is_what_holds(self, steps: list[tuple[str, str]]) -> None:
        """Whoever follows the news knows the same as whoever asks."""
        now = [0.0]
        presence = Presence(lambda: now[0], lease=100, grace=2)
        told = "offline"
        sockets: dict[str, str] = {}
        for what, sid in steps:
            now[0] += 1
            if what == "wait":
                now[0] += 3
            elif what == "leave":
                told = presence.leave("ann", sid) or told
                sockets.pop(sid, None)
            else:
                told = presence.claim("ann", sid, what) or told  # type: ignore[arg-type]
                sockets[sid] = what
            told = dict(presence.expire()).get("ann", told)  # type: ignore[arg-type]
            assert presence.state("ann") == told
            if sockets:
                assert told == ("online" if "online" in sockets.values() else "away")
        now[0] += 3
        told = dict(presence.expire()).get("ann", told)  # type: ignore[arg-type]
        assert (told == "offline") == (not sockets)


def test_a_bucket_fills_again() -> None:
    bucket = Bucket(rate=2, burst=2)
    assert [bucket.take(0), bucket.take(0)] == [0, 0]
    assert bucket.take(0) == 0.5
    assert bucket.take(0.5) == 0
    assert bucket.take(0.5) > 0


def test_text_travels_as_it_is() -> None:
    assert event("said", {"text": "こんにちは"}).encode() == '42["said",{"text":"こんにちは"}]'


@given(st.recursive(st.none() | st.integers() | st.text(st.characters()), st.lists))
def test_any_text_can_be_sent(value: object) -> None:
    """Half a surrogate pair must not break the socket of everybody in the room."""
    assert json.loads(Json.dumps(value).encode()) == value
