import pytest

from chatbeside.domain.ids import new_id
from chatbeside.services.container import Services
from tests.api.conftest import Callers, problem
from tests.conftest import People

MESSAGE_FIELDS = {
    "_id", "room", "seq", "rev", "sender", "receiver", "messageType", "content", "timestamp", "clientId", "editedAt",
    "deletedAt", "replyTo", "reactions", "attachments", "mentions", "pinnedAt", "pinnedBy", "data",
}  # fmt: skip


async def test_a_conversation(callers: Callers, people: People) -> None:
    ann, ben = await callers("ann"), await callers("ben")
    ben_id, ann_id = (await people("ben")).user.id, (await people("ann")).user.id
    sent = await ann.post("/api/chat/send", json={"receiver": ben_id, "content": "hello", "clientId": "c1"})
    assert sent.status_code == 201
    message = sent.json()["message"]
    assert set(message) == MESSAGE_FIELDS
    assert message == message | {
        "seq": 1, "rev": 1, "sender": ann_id, "receiver": [ben_id], "messageType": "text", "content": "hello",
        "timestamp": "2026-01-31T12:00:00.000Z", "clientId": "c1", "editedAt": None, "deletedAt": None,
        "replyTo": None, "reactions": {}, "attachments": [],
    }  # fmt: skip
    again = await ann.post("/api/chat/send", json={"receiver": "Ben", "content": "hello", "clientId": "c1"})
    assert (again.status_code, again.json()) == (200, sent.json())
    answer = await ben.post(
        "/api/chat/send", json={"room": message["room"], "content": "hi", "replyTo": message["_id"]}
    )
    assert answer.status_code == 201
    assert answer.json()["message"]["replyTo"] == message["_id"]
    for asker, other in ((ann, ben_id), (ben, "ann"), (ben, ann_id)):
        page = (await asker.get("/api/chat/messages", params={"with": other})).json()
        assert [entry["content"] for entry in page["messages"]] == ["hello", "hi"]
        assert page["hasMore"] is False
    same = (await ann.get("/api/chat/messages", params={"room": message["room"]})).json()
    assert same == page


async def test_pages(callers: Callers, people: People) -> None:
    ann = await callers("ann")
    await people("ben")
    for number in range(5):
        await ann.post("/api/chat/send", json={"receiver": "ben", "content": str(number)})

    async def page(**bounds: int) -> tuple[list[int], bool]:
        body = (await ann.get("/api/chat/messages", params={"with": "ben", "limit": 2, **bounds})).json()
        return [message["seq"] for message in body["messages"]], body["hasMore"]

    assert await page() == ([4, 5], True)
    assert await page(before=4) == ([2, 3], True)
    assert await page(before=2) == ([1], False)
    assert await page(after=1) == ([2, 3], True)
    assert await page(after=4) == ([5], False)


async def test_reading_a_conversation_that_never_was_makes_none(
    callers: Callers, people: People, services: Services
) -> None:
    ann = await callers("ann")
    await people("ben")
    answer = await ann.get("/api/chat/messages", params={"with": "ben"})
    assert answer.json() == {"messages": [], "hasMore": False}
    assert await services.rooms.list(await people("ann")) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"content": ""}, "content"),
        ({"content": " \n\t"}, "content"),
        ({"content": "x" * 100_000}, "content"),
        ({"content": "a\0b"}, "content"),
        ({"content": None}, "content"),
        ({"content": 5}, "content"),
        ({"content": ["x"]}, "content"),
        ({"content": {"text": "x"}}, "content"),
        ({"clientId": ""}, "clientId"),
        ({"clientId": 5}, "clientId"),
        ({"clientId": "a b"}, "clientId"),
        ({"messageType": "system"}, "messageType"),
        ({"messageType": 1}, "messageType"),
        ({"replyTo": "x"}, "replyTo"),
        ({"replyTo": 1}, "replyTo"),
        ({"receiver": 1}, "receiver"),
        ({"receiver": ["ben"]}, "receiver"),
        ({"receiver": None}, "room"),
        ({"room": "0" * 24}, "room"),
        ({"sender": "ben"}, "sender"),
        ({"seq": 7}, "seq"),
        ({"client_id": "c1"}, "client_id"),
    ],
)
async def test_what_cannot_be_sent(callers: Callers, people: People, body: dict, field: str) -> None:
    ann = await callers("ann")
    await people("ben")
    answer = await ann.post("/api/chat/send", json={"receiver": "ben", "content": "hello", **body})
    assert list(problem(answer, 422, "invalid")["fields"]) == [field]
    page = await ann.get("/api/chat/messages", params={"with": "ben"})
    assert page.json()["messages"] == []


@pytest.mark.parametrize("content", ["\\ud800", "x\\udfff", "\\u0000"])
async def test_escaped_rubbish(callers: Callers, people: People, content: str) -> None:
    ann = await callers("ann")
    await people("ben")
    answer = await ann.post(
        "/api/chat/send",
        content=f'{{"receiver": "ben", "content": "{content}"}}',
        headers={"Content-Type": "application/json"},
    )
    assert list(problem(answer, 422, "invalid")["fields"]) == ["content"]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "room"),
        ({"room": "x", "with": "ben"}, "room"),
        ({"with": "ben", "limit": "0"}, "limit"),
        ({"with": "ben", "limit": "9999"}, "limit"),
        ({"with": "ben", "limit": "many"}, "limit"),
        ({"with": "ben", "before": "0"}, "before"),
        ({"with": "ben", "before": "-5"}, "before"),
        ({"with": "ben", "before": "1.5"}, "before"),
        ({"with": "ben", "after": "9" * 40}, "after"),
        ({"with": "ben", "after": "1", "before": "2"}, "after"),
        ({"with": "ben", "since": "1"}, "since"),
    ],
)
async def test_bounds_that_make_no_sense(callers: Callers, params: dict, field: str) -> None:
    ann, ben = await callers("ann"), await callers("ben")
    await ben.post("/api/chat/send", json={"receiver": "ann", "content": "hello"})
    answer = await ann.get("/api/chat/messages", params=params)
    assert field in problem(answer, 422, "invalid")["fields"]


async def test_somebody_elses_conversation_is_not_there(callers: Callers, people: People) -> None:
    ann, eve = await callers("ann"), await callers("eve")
    await people("ben")
    room = (await ann.post("/api/chat/send", json={"receiver": "ben", "content": "hello"})).json()["message"]["room"]
    for room_id in (room, new_id(), "x", "%00", "../x"):
        refused = [
            await eve.get("/api/chat/messages", params={"room": room_id}),
            await eve.post("/api/chat/send", json={"room": room_id, "content": "hello"}),
        ]
        if "/" not in room_id:
            refused += [
                await eve.get(f"/api/rooms/{room_id}"),
                await eve.get(f"/api/rooms/{room_id}/members"),
                await eve.post(f"/api/rooms/{room_id}/read", json={"readSeq": 1}),
            ]
        for answer in refused:
            assert problem(answer, 404, "not_found")["detail"].startswith("There is no such conversation")
    assert (await eve.get("/api/chat/messages", params={"with": "ann"})).json()["messages"] == []


async def test_nobody_to_send_to(callers: Callers) -> None:
    ann = await callers("ann")
    for who in ("nobody", new_id(), "", "\0"):
        problem(await ann.post("/api/chat/send", json={"receiver": who, "content": "hello"}), 404, "not_found")
        problem(await ann.get("/api/chat/messages", params={"with": who}), 404, "not_found")
