"""Every route against everybody: who gets through, that nothing happens to others, and that nothing is told to them."""

from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest

from tests.access.rest_rows import ROWS, Row
from tests.access.scene import ASKERS, OUTSIDE, Place, Scene, Stage, leaked
from tests.api.test_guards import _routes
from tests.services.files_kit import picture


def test_every_route_has_a_row(place: Place) -> None:
    registered = {f"{method} {path}" for _, method, path in _routes(place.backend.api)}
    rows = {row.door for row in ROWS}
    assert registered - rows == set(), "say in tests/access/rest_rows.py who gets through these routes"
    assert rows - registered == set(), "these routes are gone: take their rows out of tests/access/rest_rows.py"


async def knock(place: Place, row: Row, letter: str, scene: Scene) -> httpx.Response:
    """Use the door as this asker."""
    method, path = row.door.split(" ", 1)
    for name, value in row.names.items():
        path = path.replace(f"{{{name}}}", quote(unquote(scene.fill(value)), safe=""))
    options: dict[str, Any] = {"params": scene.fill(row.query)}
    if row.body is not None:
        options["json"] = scene.fill(row.body)
    if row.form:
        options["files"] = {"file": ("a.jpg", picture(size=(8, 8)), "image/jpeg")}
    headers = {} if letter == "N" else {"Authorization": f"Bearer {place.tokens[letter]}"}
    transport = httpx.ASGITransport(place.backend.api)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.local", headers=headers) as client:
        return await client.request(method, scene.fill(path), **options)


def told(answer: httpx.Response) -> list[str]:
    """Return all that somebody learns from an answer."""
    return [answer.text, *(unquote(value) for value in answer.headers.values())]


def expected(row: Row, letter: str) -> int:
    if letter in row.refused:
        return row.refused[letter]
    return 401 if letter == "N" else 404 if letter in OUTSIDE else 403


@pytest.mark.parametrize("letter", ASKERS, ids=ASKERS.values())
async def test_who_is_kept_out_changes_nothing_and_learns_nothing(place: Place, letter: str) -> None:
    refused = [row for row in ROWS if letter not in row.through]
    for row in refused:
        if row.before:
            await row.before(place)
        await place.settle()
        before = await place.everything()
        answer = await knock(place, row, letter, place.scene)
        if letter in row.vain:
            assert answer.is_success, f"{row}: {answer.text}"
        else:
            assert answer.status_code == expected(row, letter), f"{row}: {answer.text}"
            assert answer.is_redirect or answer.json()["status"] == answer.status_code
        assert leaked(told(answer), place.scene) == [], f"{row} tells {ASKERS[letter]}"
        await place.settle()
        assert await place.everything() == before, f"{row} changed something"
        if letter in OUTSIDE:
            # What is there looks exactly like what is not.
            nothing = await knock(place, row, letter, place.scene.nowhere())
            assert (answer.status_code, answer.text) == (nothing.status_code, nothing.text), row
    assert len(refused) >= 15


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_who_gets_through(stage: Stage, row: Row) -> None:
    # What only reads leaves the scene as it is for the next asker.
    for letters in [row.through] if row.door.startswith("GET") else row.through:
        async with stage.place() as place:
            if row.before:
                await row.before(place)
            for letter in letters:
                await passes(place, row, letter)


async def passes(place: Place, row: Row, letter: str) -> None:
    answer = await knock(place, row, letter, place.scene)
    assert answer.is_success, f"{ASKERS[letter]}: {answer.text}"
    if letter in OUTSIDE:
        if letter not in row.tells:
            assert leaked(told(answer), place.scene) == [], f"tells {ASKERS[letter]}"
    else:
        words = "\n".join(told(answer))
        assert [word for word in row.holds if word not in words] == []
