"""What most tests need: an opened store, the services over it, a clock that stands still, and people."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis
import pytest

from chatbeside.services.accounts import SignedIn
from chatbeside.services.container import Services
from chatbeside.services.events import Event
from chatbeside.services.limits import Limits
from chatbeside.services.passwords import Passwords
from chatbeside.services.principal import Principal
from chatbeside.settings import Settings
from chatbeside.store.interfaces import Store
from chatbeside.store.sqlite import SqliteStore

os.environ["CHATBESIDE_LINK_PREVIEWS"] = "false"  # no test visits the internet, nor does a process it starts

# How fast an example runs says something about the machine, and nothing about what is tested.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")

PASSWORD = "correct horse battery"


class ManualClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def monotonic(self) -> float:
        """Return seconds that only rise, for what does not go by the time of day."""
        return self.now.timestamp()


class Recorder:
    """A publisher that keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    async def publish(self, event: Event) -> None:
        self.events.append(event)

    def take(self) -> list[Event]:
        """Return what was published since the last call."""
        taken, self.events = self.events, []
        return taken


class People:
    """Makes accounts on demand: ``await people("ann")`` is Ann, signed in; the same one the next time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.signed_in: dict[str, SignedIn] = {}

    async def __call__(self, name: str) -> Principal:
        if name not in self.signed_in:
            signed_in = await self._services.accounts.sign_up(name, f"{name}@example.org", PASSWORD)
            self.signed_in[name] = signed_in
        signed_in = self.signed_in[name]
        return Principal(signed_in.user, signed_in.session)

    async def token(self, name: str) -> str:
        """Return the session token of the person."""
        await self(name)
        return self.signed_in[name].token


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def publisher() -> Recorder:
    return Recorder()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", hash_threads=1, assistant=False, limits_text="messages=1000/10s")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An opened embedded store of its own, for tests below the services."""
    store = SqliteStore(tmp_path / "store.db")
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def services(
    tmp_path: Path, settings: Settings, clock: ManualClock, publisher: Recorder
) -> AsyncIterator[Services]:
    """Started services over an embedded store, with cheap password hashes."""
    cheap = Passwords(settings.hash_threads, time_cost=1, memory_cost=64)
    limits = Limits(settings, clock.monotonic)
    services = Services.build(SqliteStore(tmp_path / "services.db"), settings, publisher, clock, cheap, limits=limits)
    await services.start()
    yield services
    await services.stop()


@pytest.fixture
def people(services: Services) -> People:
    return People(services)
