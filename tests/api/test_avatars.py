"""Pictures of people and rooms: set, seen, taken away."""

import io

import httpx
from PIL import Image

from chatbeside.domain.avatars import EDGE
from chatbeside.services.container import Services
from chatbeside.settings import Settings
from tests.api.conftest import Callers, problem
from tests.conftest import ManualClock
from tests.services.files_kit import CAMERA, on_disk, picture


async def put(client: httpx.AsyncClient, path: str, data: bytes) -> httpx.Response:
    return await client.put(path, files={"file": ("me.jpg", data, "image/jpeg")})


async def make(client: httpx.AsyncClient, **more: object) -> str:
    return (await client.post("/api/rooms", json={"name": "garden", **more})).json()["room"]["room"]


def look(answer: httpx.Response) -> Image.Image:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    return Image.open(io.BytesIO(answer.content))


async def test_a_picture_of_a_room(
    callers: Callers, services: Services, settings: Settings, clock: ManualClock
) -> None:
    ann, ben = await callers("ann"), await callers("ben")
    room = await make(ann)
    path = f"/api/rooms/{room}/avatar"
    problem(await ann.get(path), 404, "not_found")
    answer = await put(ann, path, picture(size=(900, 300), orientation=6))
    assert answer.status_code == 200, answer.text
    avatar = answer.json()["room"]["avatar"]
    assert avatar.startswith(f"{path}?v=")
    seen = await ann.get(avatar)
    image = look(seen)
    assert image.size == (EDGE, EDGE)
    assert CAMERA.encode() not in seen.content and not image.getexif()
    # It stood on its side: red was on the left and is now above.
    red, blue = image.convert("RGB").getpixel((EDGE // 2, 9)), image.convert("RGB").getpixel((EDGE // 2, EDGE - 9))
    assert red[0] > 200 > 60 > blue[0]
    problem(await ben.get(avatar), 404, "not_found")
    line = (await ann.get(f"/api/rooms/{room}")).json()["room"]["lastMessage"]
    assert line["content"] == "ann changed the picture of this room"

    kept = on_disk(settings.data)
    other = (await put(ann, path, picture("PNG", size=(20, 40)))).json()["room"]["avatar"]
    assert other != avatar
    assert look(await ann.get(other)).size == (EDGE, EDGE)
    # The one before is gone; and what is kept stays, however long ago it was set.
    assert len(on_disk(settings.data)) == len(kept) and set(on_disk(settings.data)).isdisjoint(kept)
    clock.advance(3 * 24 * 3600)
    await services.files.sweep()
    look(await ann.get(other))

    assert (await ann.delete(path)).json()["room"]["avatar"] is None
    assert (await ann.delete(path)).status_code == 200
    problem(await ann.get(other), 404, "not_found")
    assert on_disk(settings.data) == []


async def test_who_sees_the_picture_of_a_room(callers: Callers, client: httpx.AsyncClient) -> None:
    ann, ben = await callers("ann"), await callers("ben")
    private, public = await make(ann), await make(ann, public=True)
    for room in (private, public):
        await put(ann, f"/api/rooms/{room}/avatar", picture())
    (found,) = (await ben.get("/api/rooms/public")).json()["rooms"]
    look(await ben.get(found["avatar"]))
    problem(await ben.get(f"/api/rooms/{private}/avatar"), 404, "not_found")
    code = (await ann.post(f"/api/rooms/{private}/invites", json={})).json()["invite"]["code"]
    invited = (await ben.get(f"/api/invites/{code}")).json()["room"]
    assert invited["avatar"].startswith(f"/api/invites/{code}/avatar")
    look(await client.get(invited["avatar"]))
    await ann.delete(f"/api/rooms/{private}/invites/{code}")
    problem(await client.get(invited["avatar"]), 404, "not_found")
    await ann.patch(f"/api/rooms/{public}", json={"archived": True})
    problem(await ben.get(found["avatar"]), 404, "not_found")
    look(await ann.get(found["avatar"]))


async def test_ones_own_picture(callers: Callers) -> None:
    ann, ben = await callers("ann"), await callers("ben")
    user = (await put(ann, "/api/auth/me/avatar", picture("WEBP"))).json()["user"]
    (seen,) = (await ben.get("/api/users", params={"query": "ann"})).json()["users"]
    assert seen["avatar"] == user["avatar"]
    look(await ben.get(seen["avatar"]))
    assert (await ann.delete("/api/auth/me/avatar")).json()["user"]["avatar"] is None
    problem(await ben.get(seen["avatar"]), 404, "not_found")


async def test_what_is_no_picture_changes_nothing(callers: Callers, settings: Settings) -> None:
    ann = await callers("ann")
    path = f"/api/rooms/{await make(ann)}/avatar"
    avatar = (await put(ann, path, picture())).json()["room"]["avatar"]
    for data in (b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture()[:400], b""):
        answer = problem(await put(ann, path, data), 422, "invalid")
        assert list(answer["fields"]) == ["file"]
    problem(await put(ann, path, picture() + bytes(11 * 1024 * 1024)), 413, "too_large")
    problem(await ann.put(path, json={}), 422, "invalid")
    look(await ann.get(avatar))
    assert len(on_disk(settings.data)) == 2  # it, and its thumbnail
