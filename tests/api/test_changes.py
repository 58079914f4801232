from urllib.parse import quote

import pytest

from chatbeside.domain.ids import new_id
from tests.api.conftest import Callers, problem


@pytest.fixture
async def said(callers: Callers) -> dict:
    """What Ann said to Ben."""
    ann = await callers("ann")
    await callers("ben")
    return (await ann.post("/api/chat/send", json={"receiver": "ben", "content": "hello"})).json()["message"]


async def test_the_life_of_a_message(callers: Callers, said: dict) -> None:
    ann, ben = await callers("ann"), await callers("ben")
    path = f"/api/chat/messages/{said['_id']}"
    assert (await ben.get(path)).json() == {"message": said}
    edited = (await ann.patch(path, json={"content": "hello Ben"})).json()["message"]
    assert (edited["content"], edited["rev"]) == ("hello Ben", 2)
    assert edited["editedAt"] == "2026-01-31T12:00:00.000Z"
    thumb = f"{path}/reactions/{quote('👍🏽')}"
    given = (await ben.put(thumb)).json()["message"]
    assert given["reactions"] == {"👍🏽": said["receiver"]}
    assert (await ben.put(thumb)).json()["message"] == given
    assert (await ben.delete(thumb)).json()["message"]["reactions"] == {}
    pinned = (await ben.put(f"{path}/pin")).json()["message"]
    assert (pinned["pinnedAt"], pinned["pinnedBy"]) == ("2026-01-31T12:00:00.000Z", said["receiver"][0])
    assert (await ann.get(f"/api/rooms/{said['room']}/pins")).json() == {"messages": [pinned]}
    assert (await ann.delete(f"{path}/pin")).json()["message"]["pinnedAt"] is None
    assert (await ann.get(f"/api/rooms/{said['room']}/pins")).json() == {"messages": []}
    gone = (await ann.delete(path)).json()["message"]
    assert (gone["content"], gone["deletedAt"], gone["seq"]) == ("", "2026-01-31T12:00:00.000Z", 1)
    assert (await ann.delete(path)).json()["message"] == gone
    problem(await ann.patch(path, json={"content": "back"}), 409, "conflict")
    problem(await ben.put(thumb), 409, "conflict")
    page = (await ben.get("/api/chat/messages", params={"with": "ann"})).json()
    assert page["messages"] == [gone]


async def test_other_peoples_words(callers: Callers, said: dict) -> None:
    ben = await callers("ben")
    path = f"/api/chat/messages/{said['_id']}"
    problem(await ben.patch(path, json={"content": "other"}), 403, "forbidden")
    problem(await ben.delete(path), 403, "forbidden")


@pytest.mark.parametrize("emoji", ["ok", "%00", "%F0%9F%91%8D%20", "a" * 500, "%ff"])
async def test_what_is_no_emoji(callers: Callers, said: dict, emoji: str) -> None:
    ann = await callers("ann")
    answer = await ann.put(f"/api/chat/messages/{said['_id']}/reactions/{emoji}")
    assert list(problem(answer, 422, "invalid")["fields"]) == ["emoji"]


@pytest.mark.parametrize("body", [{}, {"content": ""}, {"content": 1}, {"content": "x", "seq": 1}])
async def test_edits_that_make_no_sense(callers: Callers, said: dict, body: dict) -> None:
    ann = await callers("ann")
    problem(await ann.patch(f"/api/chat/messages/{said['_id']}", json=body), 422, "invalid")


async def test_somebody_elses_message_is_not_there(callers: Callers, said: dict) -> None:
    eve = await callers("eve")
    for message_id in (said["_id"], new_id(), "x"):
        path = f"/api/chat/messages/{message_id}"
        for answer in (
            await eve.get(path),
            await eve.patch(path, json={"content": "x"}),
            await eve.delete(path),
            await eve.put(f"{path}/reactions/%F0%9F%91%8D"),
            await eve.delete(f"{path}/reactions/%F0%9F%91%8D"),
            await eve.put(f"{path}/pin"),
            await eve.delete(f"{path}/pin"),
        ):
            problem(answer, 404, "not_found")
