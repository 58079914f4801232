"""Files by REST: up, down, and what the answers say about them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from chatbeside.api import build_api
from chatbeside.api.multipart import FilePart
from chatbeside.api.ranges import Part, Unsatisfiable, wanted
from chatbeside.domain.errors import InvalidInput
from chatbeside.services import files
from chatbeside.services.container import Services
from chatbeside.settings import Settings
from tests.api.conftest import Callers, problem
from tests.conftest import People
from tests.realtime.harness import serve
from tests.services.files_kit import CAMERA, WEBM, on_disk, picture

HTML = b"<!doctype html><script>alert(1)</script>"
MEGABYTE = 1024 * 1024


async def upload(client: httpx.AsyncClient, name: str, data: bytes, kind: str = "", **query: object) -> dict:
    answer = await client.post("/api/files", files={"file": (name, data, kind)}, params=query)
    assert answer.status_code == 201, answer.text
    return answer.json()["file"]


async def send(client: httpx.AsyncClient, *ids: str, receiver: str = "ben", **more: object) -> dict:
    answer = await client.post("/api/chat/send", json={"receiver": receiver, "attachments": list(ids), **more})
    assert answer.status_code == 201, answer.text
    return answer.json()["message"]


@pytest.fixture
async def ann(callers: Callers) -> httpx.AsyncClient:
    await callers("ben")
    return await callers("ann")


async def test_a_picture_on_its_way(ann: httpx.AsyncClient, callers: Callers) -> None:
    file = await upload(ann, "C:\\me\\gar\u202eden.jpg", picture(size=(1200, 800)), "text/html")
    assert {**file, "size": 0} == {
        "_id": file["_id"],
        "name": "garden.jpg",
        "mediaType": "image/jpeg",
        "size": 0,
        "width": 1200,
        "height": 800,
        "duration": None,
        "url": f"/api/files/{file['_id']}",
        "thumbnailUrl": f"/api/files/{file['_id']}?thumbnail=1",
    }
    message = await send(ann, file["_id"])
    assert message["content"] == ""
    assert message["attachments"] == [file]
    ben = await callers("ben")
    whole = await ben.get(file["url"])
    assert whole.status_code == 200
    assert len(whole.content) == file["size"] == int(whole.headers["content-length"])
    assert CAMERA.encode() not in whole.content
    assert whole.headers["content-type"] == "image/jpeg"
    assert whole.headers["content-disposition"] == "inline; filename=\"garden.jpg\"; filename*=UTF-8''garden.jpg"
    small = await ben.get(file["thumbnailUrl"])
    assert (small.status_code, small.headers["content-type"]) == (200, "image/webp")
    assert small.headers["content-disposition"].startswith("inline")
    assert small.headers["etag"] != whole.headers["etag"]
    for answer in (whole, small):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "private, no-cache"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    saved = await ben.get(file["url"], params={"download": "1"})
    assert saved.headers["content-disposition"].startswith("attachment")


async def test_who_gets_it(ann: httpx.AsyncClient, callers: Callers, services: Services, people: People) -> None:
    file = await upload(ann, "a.jpg", picture())
    ben, eve = await callers("ben"), await callers("eve")
    for url in (file["url"], file["thumbnailUrl"]):
        assert (await ann.get(url)).status_code == 200
        problem(await ben.get(url), 404, "not_found")
    message = await send(ann, file["_id"])
    nobody = problem(await eve.get("/api/files/" + "0" * 24), 404, "not_found")
    for url in (file["url"], file["thumbnailUrl"]):
        assert (await ben.get(url)).status_code == 200
        assert problem(await eve.get(url), 404, "not_found") == nobody
    problem(await eve.delete(file["url"]), 404, "not_found")
    problem(await ann.delete(file["url"]), 409, "conflict")
    await services.store.members.remove(message["room"], (await people("ben")).user.id)
    problem(await ben.get(file["url"]), 404, "not_found")
    etag = (await ann.get(file["url"])).headers["etag"]
    problem(await ben.get(file["url"], headers={"If-None-Match": etag}), 404, "not_found")
    assert (await ann.delete(f"/api/chat/messages/{message['_id']}")).status_code == 200
    problem(await ann.get(file["url"]), 404, "not_found")


@pytest.mark.parametrize(
    ("name", "data", "kind", "served"),
    [
        ("photo.png", HTML, "image/png", "text/plain; charset=utf-8"),
        ("photo.gif", b"GIF89a/*" + HTML, "image/gif", "application/octet-stream"),
        (
            "a.svg",
            b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
            "image/svg+xml",
            "text/plain; charset=utf-8",
        ),
        ("a.html", HTML, "text/html", "text/plain; charset=utf-8"),
        ("a.pdf", b"%PDF-1.7 ...", "application/pdf", "application/pdf"),
        ("a.exe", b"MZ" + bytes(200), "", "application/x-msdownload"),
    ],
)
async def test_what_could_do_harm_is_only_ever_saved(
    ann: httpx.AsyncClient, name: str, data: bytes, kind: str, served: str
) -> None:
    file = await upload(ann, name, data, kind)
    answer = await ann.get(file["url"])
    assert answer.content == data
    assert answer.headers["content-type"] == served
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    problem(await ann.get(file["url"], params={"thumbnail": "1"}), 404, "not_found")


async def test_a_picture_with_a_page_in_it_loses_the_page(ann: httpx.AsyncClient) -> None:
    file = await upload(ann, "a.png", picture("PNG") + HTML, "text/html")
    answer = await ann.get(file["url"])
    assert answer.headers["content-type"] == "image/png"
    assert HTML not in answer.content


@pytest.mark.parametrize("name", ["größe.txt", 'a".txt', "a\r\nX-Evil: 1.txt", "名.txt", "a%41.txt"])
async def test_names_stay_in_their_header(ann: httpx.AsyncClient, name: str) -> None:
    file = await upload(ann, name, b"words")
    answer = await ann.get(file["url"])
    assert "x-evil" not in answer.headers
    assert answer.headers["content-disposition"].startswith('attachment; filename="')
    assert httpx.URL("http://x/?" + answer.headers["content-disposition"].split("''")[1]).query.decode().isascii()


@pytest.mark.parametrize(
    ("header", "status", "content_range", "start", "stop"),
    [
        (None, 200, None, 0, 300_000),
        ("bytes=0-0", 206, "bytes 0-0/300000", 0, 1),
        ("bytes=5-99", 206, "bytes 5-99/300000", 5, 100),
        ("bytes=262100-262200", 206, "bytes 262100-262200/300000", 262_100, 262_201),
        ("bytes=299999-", 206, "bytes 299999-299999/300000", 299_999, 300_000),
        ("bytes=0-999999999", 206, "bytes 0-299999/300000", 0, 300_000),
        ("bytes=-5", 206, "bytes 299995-299999/300000", 299_995, 300_000),
        ("bytes=-400000", 206, "bytes 0-299999/300000", 0, 300_000),
        ("bytes=9-5", 200, None, 0, 300_000),
        ("bytes=0-1,5-6", 200, None, 0, 300_000),
        ("pages=1-2", 200, None, 0, 300_000),
        ("bytes=-", 200, None, 0, 300_000),
    ],
)
async def test_ranges(
    ann: httpx.AsyncClient, header: str | None, status: int, content_range: str | None, start: int, stop: int
) -> None:
    data = bytes(number * 7 % 251 for number in range(300_000))
    file = await upload(ann, "a.bin", data)
    answer = await ann.get(file["url"], headers={"Range": header} if header else {})
    assert answer.status_code == status
    assert answer.headers.get("content-range") == content_range
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.content == data[start:stop]


async def test_a_range_behind_the_end_and_of_another_version(ann: httpx.AsyncClient) -> None:
    file = await upload(ann, "a.bin", b"0123456789")
    for header in ("bytes=10-", "bytes=10-20", "bytes=-0"):
        answer = await ann.get(file["url"], headers={"Range": header})
        problem(answer, 416, "bad_range")
        assert answer.headers["content-range"] == "bytes */10"
    etag = (await ann.get(file["url"])).headers["etag"]
    same = await ann.get(file["url"], headers={"Range": "bytes=1-2", "If-Range": etag})
    assert (same.status_code, same.content) == (206, b"12")
    other = await ann.get(file["url"], headers={"Range": "bytes=1-2", "If-Range": '"other"'})
    assert (other.status_code, other.content) == (200, b"0123456789")


def test_a_part_of_nothing() -> None:
    with pytest.raises(Unsatisfiable):
        wanted("bytes=0-", 0)
    assert wanted("bytes=2-3", 9) == Part(2, 4, 9)


async def test_what_the_browser_has_is_not_sent_again(ann: httpx.AsyncClient) -> None:
    file = await upload(ann, "a.jpg", picture())
    for url in (file["url"], file["thumbnailUrl"]):
        etag = (await ann.get(url)).headers["etag"]
        for known in (etag, f'"x", W/{etag}', "*"):
            answer = await ann.get(url, headers={"If-None-Match": known})
            assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
        assert (await ann.get(url, headers={"If-None-Match": '"x"'})).status_code == 200


async def test_51_megabytes_are_refused_before_they_are_read(ann: httpx.AsyncClient, settings: Settings) -> None:
    sent = 0

    async def form() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(51):
            sent += 1
            yield bytes(MEGABYTE)
        yield b"\r\n--x--\r\n"

    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    told = await ann.post("/api/files", content=form(), headers={**kind, "Content-Length": str(51 * MEGABYTE + 100)})
    assert "50 MB" in problem(told, 413, "too_large")["detail"]
    assert sent == 0
    untold = await ann.post("/api/files", content=form(), headers=kind)
    assert "50 MB" in problem(untold, 413, "too_large")["detail"]
    assert sent == 51
    assert on_disk(settings.data) == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=" + "x" * 300, b"x"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"no form at all"),
        ("multipart/form-data; boundary=x", b"--x--\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\n1\r\n--x--\r\n',
        ),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n\r\n--x--\r\n'),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n1'),
        ("multipart/form-data; boundary=x", b"--x\r\n\xff\xfe: 1\r\n\r\n1\r\n--x--\r\n"),
    ],
)
async def test_what_is_no_form_with_a_file(ann: httpx.AsyncClient, settings: Settings, kind: str, body: bytes) -> None:
    answer = await ann.post("/api/files", content=body, headers={"Content-Type": kind})
    assert "file" in problem(answer, 422, "invalid")["fields"]
    assert on_disk(settings.data) == []


async def test_other_parts_are_read_over(ann: httpx.AsyncClient) -> None:
    answer = await ann.post(
        "/api/files", data={"note": "x" * 1000}, files=[("file", ("a", b"one")), ("file", ("b", b"two"))]
    )
    file = answer.json()["file"]
    assert (file["name"], (await ann.get(file["url"])).content) == ("a", b"one")


async def test_a_caller_who_hangs_up_leaves_nothing(
    app: FastAPI, ann: httpx.AsyncClient, people: People, settings: Settings
) -> None:
    begun = [
        {
            "type": "http.request",
            "body": b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n',
            "more_body": True,
        },
        {"type": "http.request", "body": bytes(2 * MEGABYTE), "more_body": True},
        {"type": "http.disconnect"},
    ]
    answered: list[dict] = []
    headers = [
        (b"authorization", f"Bearer {await people.token('ann')}".encode()),
        (b"content-type", b"multipart/form-data; boundary=x"),
    ]

    async def receive() -> dict:
        await asyncio.sleep(0)
        return begun.pop(0)

    async def answer(message: dict) -> None:
        answered.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/files",
        "raw_path": b"/api/files",
        "query_string": b"",
        "headers": headers,
        "http_version": "1.1",
        "scheme": "http",
        "server": ("chat.local", 80),
        "client": ("127.0.0.1", 1),
    }
    await app(scope, receive, answer)
    assert answered[0]["status"] == 400
    assert on_disk(settings.data) == []
    assert await services_have_none(app)


async def services_have_none(app: FastAPI) -> bool:
    return [batch async for batch in app.state.services.store.dump("files")] == []


async def test_a_full_disk_is_said(ann: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", refuse)
        answer = await ann.post("/api/files", files={"file": ("a", b"x")})
    assert "no room left" in problem(answer, 507, "storage_full")["detail"]


async def test_sound_has_a_length(ann: httpx.AsyncClient) -> None:
    file = await upload(ann, "voice.webm", WEBM, "audio/webm;codecs=opus", duration=2.5)
    assert (file["mediaType"], file["duration"], file["thumbnailUrl"]) == ("audio/webm", 2.5, None)
    answer = await ann.get(file["url"], headers={"Range": "bytes=0-"})
    assert (answer.status_code, answer.headers["content-disposition"][:6]) == (206, "inline")
    for wrong in ("-1", "nan", "inf", "x"):
        refused = await ann.post("/api/files", files={"file": ("a", b"x")}, params={"duration": wrong})
        problem(refused, 422, "invalid")


async def test_a_cookie_alone_uploads_nothing(client: httpx.AsyncClient, people: People) -> None:
    client.headers["Cookie"] = f"chatbeside_session={await people.token('ann')}"
    problem(await client.post("/api/files", files={"file": ("a", b"x")}), 403, "forbidden")
    client.headers["X-Chatbeside"] = "1"
    assert (await client.post("/api/files", files={"file": ("a", b"x")})).status_code == 201


async def test_words_and_files_together(ann: httpx.AsyncClient) -> None:
    ids = [(await upload(ann, name, b"x"))["_id"] for name in "ab"]
    message = await send(ann, *ids, content="look", clientId="c1")
    assert [each["_id"] for each in message["attachments"]] == ids
    again = await ann.post(
        "/api/chat/send", json={"receiver": "ben", "attachments": ids, "content": "look", "clientId": "c1"}
    )
    assert (again.status_code, again.json()["message"]) == (200, message)
    other = await ann.post("/api/chat/send", json={"receiver": "ben", "attachments": ids, "content": "again"})
    assert "attachments" in problem(other, 422, "invalid")["fields"]


async def test_a_copy_for_forwarding(ann: httpx.AsyncClient, callers: Callers) -> None:
    file = await upload(ann, "a.txt", b"words")
    await send(ann, file["_id"])
    ben, eve = await callers("ben"), await callers("eve")
    problem(await eve.post(f"/api/files/{file['_id']}/copy"), 404, "not_found")
    answer = await ben.post(f"/api/files/{file['_id']}/copy")
    assert answer.status_code == 201
    copy = answer.json()["file"]
    assert copy["_id"] != file["_id"]
    assert (copy["name"], copy["size"], copy["mediaType"]) == ("a.txt", 5, "text/plain")
    assert (await ann.get(copy["url"])).status_code == 404
    assert (await send(ben, copy["_id"], receiver="eve"))["attachments"] == [copy]
    assert (await eve.get(copy["url"])).content == b"words"


async def test_an_upload_that_only_trickles_gives_its_place_to_others(
    services: Services, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "STALLED", 0.3)
    monkeypatch.setattr(files, "PACE", 5000)
    monkeypatch.setattr(files, "ALL_TOGETHER_MOST", 1)
    slow, quick = await people.token("ann"), await people.token("ben")
    async with serve(build_api(services)) as url, httpx.AsyncClient(base_url=url) as client:
        host, port = url.removeprefix("http://").split(":")
        reading, writing = await asyncio.open_connection(host, int(port))
        head = f"POST /api/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {slow}\r\nContent-Length: 100000\r\n"
        part = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        # Much at first is no reason to dawdle afterwards.
        start = f"{head}Content-Type: multipart/form-data; boundary=b\r\n\r\n{part}{'a' * 12_000}"
        writing.write(start.encode())

        async def trickle() -> None:
            while True:
                writing.write(b"a")
                await writing.drain()
                await asyncio.sleep(0.01)

        trickling = asyncio.create_task(trickle())
        try:
            async with asyncio.timeout(20):
                answer = await reading.readuntil(b"\r\n\r\n") + await reading.readuntil(b"}")
        finally:
            trickling.cancel()
            writing.close()
        assert b" 422 " in answer
        assert b"Too little of the file came within a minute." in answer
        upload = await client.post(
            "/api/files", files={"file": ("a.txt", b"a")}, headers={"Authorization": f"Bearer {quick}"}
        )
        assert upload.status_code == 201


async def test_a_form_that_never_comes_to_its_file_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbeside.api.multipart.STALLED", 0.01)

    async def receive() -> dict[str, Any]:
        return await asyncio.Future()

    headers = [(b"content-type", b"multipart/form-data; boundary=b")]
    part = FilePart(Request({"type": "http", "method": "POST", "headers": headers}, receive))
    with pytest.raises(InvalidInput, match="No file came"):
        await part.begin()
