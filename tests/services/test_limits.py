"""Limits: what is counted, for how long, and what they cost."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from chatbeside.domain.errors import TooMany
from chatbeside.domain.limits import DEFAULTS, LimitName, Rate, limits_from
from chatbeside.services.limits import Limits, address_key
from chatbeside.settings import Settings
from tests.conftest import ManualClock
from tests.servers.redis import redis_server

SEARCHES = LimitName.SEARCHES


class Place:
    """Limits of 10 in 4 seconds, and a way to let time pass for whatever counts them."""

    def __init__(self, limits: Limits, clock: ManualClock, *, real: bool) -> None:
        self.limits = limits
        self._clock = clock
        self._real = real

    async def wait(self, seconds: float) -> None:
        self._clock.advance(seconds)
        if self._real:
            await asyncio.sleep(seconds)


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server() as redis:
        yield redis.url


@pytest.fixture(params=["memory", "redis"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    shared = request.param == "redis"
    url = request.getfixturevalue("redis_url") if shared else None
    settings = Settings(data=tmp_path, limits_text="searches=10/4s, messages=off", redis_url=url)
    clock = ManualClock()
    limits = Limits(settings, clock.monotonic)
    yield Place(limits, clock, real=shared)
    for name in ("ann", "ben"):
        await limits.give_back(SEARCHES, name)
    await limits.close()


async def spend(limits: Limits, *key: str) -> tuple[int, float]:
    """Return how many tries were free, and the seconds to wait for the next."""
    for count in range(50):
        try:
            await limits.take(SEARCHES, *key)
        except TooMany as error:
            return count, error.retry_after
    raise AssertionError("There is no limit.")


async def test_an_amount_is_free_and_then_one_waits(place: Place) -> None:
    free, wait = await spend(place.limits, "ann")
    assert free == 10
    assert 0 < wait <= 4.5
    assert (await spend(place.limits, "ben"))[0] == 10  # nobody waits for others
    await place.wait(wait + 0.02)
    free, again = await spend(place.limits, "ann")
    assert 1 <= free <= 2  # not a whole amount at the turn of a window
    assert 0 < again <= 1


async def test_giving_back_forgets_all_tries(place: Place) -> None:
    await spend(place.limits, "ann")
    await place.limits.give_back(SEARCHES, "ann")
    assert (await spend(place.limits, "ann"))[0] == 10


async def test_what_has_no_limit_is_not_counted(place: Place) -> None:
    for _ in range(500):
        await place.limits.take(LimitName.MESSAGES, "ann")


async def test_without_redis_each_process_counts_for_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(data=tmp_path, limits_text="searches=10/4s", redis_url="redis://127.0.0.1:1/0")
    limits = Limits(settings, ManualClock().monotonic)
    assert (await spend(limits, "ann"))[0] == 10
    await limits.give_back(SEARCHES, "ann")
    assert (await spend(limits, "ann"))[0] == 10
    assert caplog.text.count("Redis does not answer") == 1
    await limits.close()


async def test_a_jump_of_the_time_of_day_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits(Settings(data=tmp_path, limits_text="searches=10/4s"))
    await spend(limits, "ann")
    real = time.time
    for jump in (-86_400, 86_400):
        monkeypatch.setattr(time, "time", lambda jump=jump: real() + jump)
        with pytest.raises(TooMany):
            await limits.take(SEARCHES, "ann")


async def test_what_is_known_of_many_keys_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbeside.services.limits._KEYS_MOST", 100)
    limits = Limits(Settings(data=tmp_path, limits_text="searches=10/4s"), ManualClock().monotonic)
    await spend(limits, "ann")
    for number in range(99):
        await limits.take(SEARCHES, f"user{number}")
    assert (await spend(limits, "ann"))[0] == 0
    for number in range(200):
        await limits.take(SEARCHES, f"other{number}")
    assert (await spend(limits, "ann"))[0] == 10
    assert await limits._own[SEARCHES].storage.reset() <= 100


async def test_a_crowd_of_keys_of_one_kind_forgets_none_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbeside.services.limits._KEYS_MOST", 100)
    limits = Limits(Settings(data=tmp_path, limits_text="searches=10/4s"), ManualClock().monotonic)
    await spend(limits, "ann")
    for number in range(200):
        await limits.take(LimitName.REQUESTS, f"address{number}")
    assert (await spend(limits, "ann"))[0] == 0


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_what_addresses_are_counted_by(address: str, key: str) -> None:
    assert address_key(address) == key


def test_the_setting_changes_the_table() -> None:
    table = limits_from(" messages=50/10s, searches = off,invites=5/2h,uploads=9/m ")
    assert table[LimitName.MESSAGES] == Rate(50, 10)
    assert table[LimitName.SEARCHES] is None
    assert table[LimitName.INVITES] == Rate(5, 7200)
    assert table[LimitName.UPLOADS] == Rate(9, 60)
    assert table[LimitName.LOG_IN] == DEFAULTS[LimitName.LOG_IN].rate
    assert set(limits_from("off").values()) == {None}
    assert set(DEFAULTS) == set(LimitName)


@pytest.mark.parametrize(
    "text", ["messages", "messages=0/s", "messages=5", "messag=5/s", "messages=5/0s", "messages=x/s"]
)
def test_a_setting_that_cannot_be_read_is_explained(text: str) -> None:
    with pytest.raises(ValueError, match="messag"):
        Settings(limits_text=text)
