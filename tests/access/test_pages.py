"""Every page handler against everybody: who gets through, and that others see nothing on their page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

import pytest

from chatbeside.services import guard, runtime
from chatbeside.ui.states.base import LOGIN_PAGE
from tests.access.page_rows import ROWS, Row
from tests.access.scene import ASKERS, CANARIES, OUTSIDE, Place, Scene, Stage
from tests.ui.test_guards import all_states, entry_points
from tests.ui.test_room_states import Page, leads_to

STATES = {state.__name__: state for state in all_states()}


@asynccontextmanager
async def installed(stage: Stage) -> AsyncIterator[Place]:
    async with stage.place() as place:
        runtime.install(place.services)
        try:
            yield place
        finally:
            runtime.install(None)


def test_every_handler_has_a_row() -> None:
    handlers, rows = {name for name, _ in entry_points()}, {row.handler for row in ROWS}
    assert handlers - rows == set(), "say in tests/access/page_rows.py who gets through with these handlers"
    assert rows - handlers == set(), "these handlers are gone: take their rows out of tests/access/page_rows.py"


async def call(place: Place, row: Row, letter: str, scene: Scene) -> tuple[str, Any]:
    """Call the handler from this asker's page; return all that the page shows afterwards, and where it leads."""
    page = Page(place.tokens.get(letter, ""), scene.fill(row.address))
    kind, _, name = row.handler.partition(".")
    if row.first:
        await page.call(STATES[kind], row.first)
    event = await page.call(STATES[kind], name, *scene.fill(row.arguments))
    shown = {state: dict(page.state(STATES[state]).dict()) for state in STATES}
    return f"{shown} {event and leads_to(event)}", (page.state(STATES[kind]), event)


def neutral(shown: str, scene: Scene) -> str:
    """Return what a page shows with the ids that it was asked about left out."""
    for name, value in asdict(scene).items():
        shown = shown.replace(value, name)
    return shown


def passed(row: Row, state: Any, event: Any) -> bool:
    if event is not None and leads_to(event) == LOGIN_PAGE:
        return False
    return not (getattr(state, "trouble", "") or getattr(state, "errors", {}) or getattr(state, "went_wrong", False))


@pytest.mark.parametrize("letter", ASKERS, ids=ASKERS.values())
async def test_who_is_kept_out_changes_nothing_and_sees_nothing(stage: Stage, letter: str) -> None:
    refused = [row for row in ROWS if letter not in row.through]
    async with installed(stage) as place:
        for row in refused:
            await place.settle()
            before = await place.everything()
            shown, (state, event) = await call(place, row, letter, place.scene)
            assert passed(row, state, event) is (letter in row.vain), row
            if letter == "N" and guard.of(type(state).event_handlers[row.handler.partition(".")[2]].fn).needs_session:
                assert leads_to(event) == LOGIN_PAGE, row
            if letter in OUTSIDE and letter not in row.tells:
                assert [word for word in CANARIES if word in shown] == [], f"{row} shows {ASKERS[letter]}"
                nowhere = place.scene.nowhere()
                nothing, _ = await call(place, row, letter, nowhere)
                assert neutral(shown, place.scene) == neutral(nothing, nowhere), row
            await place.settle()
            assert await place.everything() == before, f"{row} changed something"
    assert len(refused) >= 10


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_who_gets_through(stage: Stage, row: Row) -> None:
    for letter in row.through:
        async with installed(stage) as place:
            shown, (state, event) = await call(place, row, letter, place.scene)
            assert passed(row, state, event), f"{ASKERS[letter]}: {shown}"
            if letter in OUTSIDE:
                if letter not in row.tells:
                    assert [word for word in CANARIES if word in shown] == [], f"shows {ASKERS[letter]}"
            else:
                assert [word for word in place.scene.fill(list(row.holds)) if word not in shown] == []
            await place.settle()
