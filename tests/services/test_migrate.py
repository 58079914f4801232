"""Moving from one store to another."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from chatbeside.domain.ids import new_id
from chatbeside.services import migrate
from chatbeside.store.interfaces import NOUNS, StoreUnavailable
from chatbeside.store.sqlite import SqliteStore
from tests.contract.make import fill, room, user
from tests.contract.test_copies import everything, furnish


@pytest.fixture
async def source(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    made = SqliteStore(tmp_path / "source.db")
    await made.open()
    await furnish(made)
    await fill(made, new_id(), 700)  # more than one batch
    yield made
    await made.close()


class Breaking(SqliteStore):
    """A store that can be told to fail after so many batches."""

    left = 10_000

    async def load(self, noun: str, records: Sequence[Mapping[str, Any]]) -> None:
        if not self.left:
            raise StoreUnavailable("The wire was cut.")
        self.left -= 1
        await super().load(noun, records)


@pytest.fixture
async def target(tmp_path: Path) -> AsyncIterator[Breaking]:
    made = Breaking(tmp_path / "target.db")
    await made.open()
    yield made
    await made.close()


async def test_everything_arrives_and_is_proved(source: SqliteStore, target: Breaking) -> None:
    told: list[tuple[str, str, int]] = []
    copied = await migrate.run(source, target, lambda *step: told.append(step))
    assert await everything(target) == await everything(source)
    assert [each.noun for each in copied] == list(NOUNS)
    assert {each.noun: each.records for each in copied}["messages"] == 708
    assert [records for step, noun, records in told if (step, noun) == ("copy", "messages")] == [500, 708]
    assert ("compare", "messages", 708) in told


async def test_it_can_be_started_again(source: SqliteStore, target: Breaking) -> None:
    for left in (0, 1, 3, 7):
        target.left = left
        with pytest.raises(StoreUnavailable):
            await migrate.run(source, target)
    target.left = 10_000
    await migrate.run(source, target)
    assert await everything(target) == await everything(source)
    await fill(source, new_id(), 3)
    await source.users.update((await everything(source))["users"][0]["id"], {"display_name": "later"})
    copied = await migrate.run(source, target)
    assert {each.noun: each.records for each in copied}["messages"] == 711
    assert await everything(target) == await everything(source)


@pytest.mark.parametrize("noun", ["users", "rooms"])
async def test_a_target_with_data_of_its_own_is_left_alone(source: SqliteStore, target: Breaking, noun: str) -> None:
    await (target.users.add(user("eve")) if noun == "users" else target.rooms.add(room("own")))
    before = await everything(target)
    with pytest.raises(migrate.MigrationFailed, match=noun):
        await migrate.run(source, target)
    assert await everything(target) == before


async def test_a_clash_of_numbers_is_said(source: SqliteStore, target: Breaking) -> None:
    room_id = next(record["room_id"] for record in (await everything(source))["messages"])
    await fill(target, room_id, 1)
    with pytest.raises(migrate.MigrationFailed, match="messages"):
        await migrate.run(source, target)


class Forgetful(SqliteStore):
    """A store that keeps all but one record of a noun, or keeps one wrongly."""

    noun, damage = "", ""

    async def load(self, noun: str, records: Sequence[Mapping[str, Any]]) -> None:
        if noun == self.noun:
            last = [] if self.damage == "lost" else [{**records[-1], self.damage: "wrong"}]
            records = [*records[:-1], *last]
        await super().load(noun, records)


@pytest.mark.parametrize(
    ("noun", "damage"), [("users", "lost"), ("messages", "lost"), ("messages", "content"), ("members", "notify")]
)
async def test_a_lost_or_changed_record_is_noticed(source: SqliteStore, tmp_path: Path, noun: str, damage: str) -> None:
    target = Forgetful(tmp_path / "forgetful.db")
    target.noun, target.damage = noun, damage
    await target.open()
    with pytest.raises(migrate.MigrationFailed, match=noun):
        await migrate.run(source, target)
    await target.close()
