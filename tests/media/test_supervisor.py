"""The worker as a process: started when needed, stopped when idle, started again when it dies, but not for ever."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from chatbeside.domain.errors import InvalidInput, Unavailable
from chatbeside.media.supervisor import COMMAND, MediaSupervisor, SupervisedLeg
from tests.media.conftest import Caller

Make = Callable[..., Caller]


@pytest.fixture
async def supervisors() -> AsyncIterator[Callable[..., MediaSupervisor]]:
    made: list[MediaSupervisor] = []

    def make(*command: str, **options: float) -> MediaSupervisor:
        made.append(MediaSupervisor(command or COMMAND, **options))
        return made[-1]

    yield make
    for each in made:
        await each.stop()
        assert each.pid is None
    assert not [task for task in asyncio.all_tasks() if "media worker" in task.get_name()]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0]


async def gone(pid: int) -> None:
    async with asyncio.timeout(30):
        while alive(pid):  # noqa: ASYNC110 - another process tells nobody
            await asyncio.sleep(0.02)


async def states_of(leg: SupervisedLeg) -> list[str]:
    return [event.data["state"] async for event in leg.events()]


async def test_an_echo_call_through_the_process(supervisors: Callable[..., MediaSupervisor], caller: Make) -> None:
    supervisor = supervisors(idle=0.3)
    assert supervisor.pid is None, "nothing runs before somebody needs it"
    ann = caller()
    leg = await supervisor.open("echo", offer=await ann.offer())
    pid = supervisor.pid
    assert pid is not None
    await ann.take(leg.opened["answer"])
    async with asyncio.timeout(15):
        assert max(await ann.loudness(120)) > 2000
    assert alive(pid), "as long as somebody uses it"
    states = asyncio.create_task(states_of(leg))
    await leg.close()
    await gone(pid)
    assert supervisor.pid is None
    assert leg.ended
    await leg.close()
    with pytest.raises(Unavailable):
        await leg.ask("anything")
    assert (await states)[-2:] == ["connected", "closed"], "and the stream of events ends with the leg"


async def test_it_answers_many_at_once_with_one_process(
    supervisors: Callable[..., MediaSupervisor], caller: Make
) -> None:
    supervisor = supervisors()
    people = [caller() for _ in range(3)]
    offers = [await each.offer() for each in people]
    legs = await asyncio.gather(*(supervisor.open("echo", offer=offer) for offer in offers))
    assert len({leg.id for leg in legs}) == 3
    await asyncio.gather(*(each.take(leg.opened["answer"]) for each, leg in zip(people, legs, strict=True)))
    async with asyncio.timeout(15):
        await asyncio.gather(*(each.loudness(10) for each in people))


async def test_a_bad_offer_is_the_askers_mistake(supervisors: Callable[..., MediaSupervisor]) -> None:
    supervisor = supervisors(idle=0.2)
    with pytest.raises(InvalidInput):
        await supervisor.open("echo", offer="v=0")
    pid = supervisor.pid
    assert pid is not None
    await gone(pid)


async def test_a_killed_worker_is_started_again(supervisors: Callable[..., MediaSupervisor], caller: Make) -> None:
    supervisor = supervisors()
    ann = caller()
    leg = await supervisor.open("echo", offer=await ann.offer())
    pid = supervisor.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(30):
        assert "closed" not in await states_of(leg), "it had no time to say so"
    assert leg.ended
    await gone(pid)
    ben = caller()
    async with asyncio.timeout(20):
        while True:
            try:
                await supervisor.open("echo", offer=await ben.offer())
                break
            except Unavailable:
                await asyncio.sleep(0.05)
    assert supervisor.pid not in {None, pid}


async def test_who_waits_when_it_dies_is_told(supervisors: Callable[..., MediaSupervisor]) -> None:
    supervisor = supervisors(sys.executable, "-c", "import sys; sys.stdin.readline(); sys.exit(3)")
    with pytest.raises(Unavailable):
        await supervisor.open("echo", offer="v=0")


@pytest.mark.parametrize("program", ["raise SystemExit(1)", "print('{'); import time; time.sleep(60)"])
async def test_one_that_dies_at_once_is_not_started_for_ever(
    program: str, supervisors: Callable[..., MediaSupervisor], tmp_path: Path
) -> None:
    log = tmp_path / "starts"
    counted = f"open({str(log)!r}, 'a').write('x'); {program}"
    supervisor = supervisors(sys.executable, "-c", counted, starts_most=3)
    for _ in range(10):
        with pytest.raises(Unavailable):
            await supervisor.open("echo", offer="v=0")
    assert log.read_text().count("x") == 3


async def test_one_that_does_not_answer_is_not_waited_for(supervisors: Callable[..., MediaSupervisor]) -> None:
    supervisor = supervisors(sys.executable, "-c", "import sys; sys.stdin.read()", answer_within=0.2)
    with pytest.raises(Unavailable):
        await supervisor.open("echo", offer="v=0")


async def test_it_cannot_be_started_at_all(supervisors: Callable[..., MediaSupervisor]) -> None:
    with pytest.raises(Unavailable):
        await supervisors("/nonexistent/program").open("echo", offer="v=0")


async def test_it_ends_with_the_server(supervisors: Callable[..., MediaSupervisor], caller: Make) -> None:
    supervisor = supervisors()
    await supervisor.open("echo", offer=await caller().offer())
    pid = supervisor.pid
    assert pid is not None
    await supervisor.stop()
    await gone(pid)


CHATTY = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps({"id": asked["id"], "data": {}}), flush=True)
    if asked["do"] == "ask":
        for n in range(1000):
            print(json.dumps({"leg": asked["leg"], "event": "more", "data": {"n": n}}), flush=True)
    if asked["do"] == "close":
        print(json.dumps({"ended": asked["leg"]}), flush=True)
"""


async def test_a_leg_whose_events_nobody_reads_is_closed(supervisors: Callable[..., MediaSupervisor]) -> None:
    supervisor = supervisors(sys.executable, "-c", CHATTY)
    leg, other = await supervisor.open("any"), await supervisor.open("any")
    await leg.ask("much")
    async with asyncio.timeout(30):
        await leg.close()
        kept = [event.data["n"] async for event in leg.events()]
    assert kept == list(range(256)), "what was kept can still be read"
    assert leg.ended
    assert not other.ended


async def test_what_is_too_long_for_a_line_is_refused(supervisors: Callable[..., MediaSupervisor]) -> None:
    supervisor = supervisors(sys.executable, "-c", CHATTY)
    with pytest.raises(InvalidInput):
        await supervisor.open("any", offer="a" * 600_000)
    leg = await supervisor.open("any")
    assert not leg.ended


async def test_a_thread_that_was_left_does_not_hold_it() -> None:
    """As aiortc's decoders leave one when a connection ends while it begins."""
    program = (
        "import runpy, threading; threading.Thread(target=threading.Event().wait).start();"
        " runpy.run_module('chatbeside.media.worker', run_name='__main__')"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdin=asyncio.subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(20):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
