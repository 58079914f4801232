"""Pictures of people and rooms."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import HTTPException, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.requests import ClientDisconnect

from chatbeside.api.multipart import FilePart
from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, Asker, router
from chatbeside.api.shapes import MeAnswer, Parameters, RoomAnswer
from chatbeside.domain.avatars import BYTES_MOST
from chatbeside.domain.files import StoredFile
from chatbeside.domain.wire import account_to_wire
from chatbeside.services import guard

routes = router(prefix="/api", tag="pictures")

_FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        }
    },
}
_UPLOAD: dict[str, Any] = {"max_body_size": BYTES_MOST + 64 * 1024, "openapi_extra": {"requestBody": _FORM}}
_PICTURE: dict[str, Any] = {
    "response_class": Response,
    "responses": {**errors(404), 200: {"description": "The picture.", "content": {"image/webp": {}}}},
}


class AvatarQuery(Parameters):
    """Which form of it."""

    v: str | None = Field(None, description="Changes with the picture, so that browsers may keep it.")


@routes.put("/rooms/{room}/avatar", **_UPLOAD, responses=errors(403, 404, 429, 507))
@guard.signed_in
async def set_room(api: Api, asker: Asker, room: str, request: Request) -> RoomAnswer:
    """Give a room a picture: the part `file` of a form. Kept of it is its middle, square, without what it tells."""
    await api.avatars.set_room(asker, room, _sent(request))
    return {"room": await api.rooms.one(asker, room)}


@routes.delete("/rooms/{room}/avatar", responses=errors(403, 404))
@guard.signed_in
async def clear_room(api: Api, asker: Asker, room: str) -> RoomAnswer:
    """Take a room's picture away."""
    await api.avatars.clear_room(asker, room)
    return {"room": await api.rooms.one(asker, room)}


@routes.get("/rooms/{room}/avatar", **_PICTURE)
@guard.signed_in
async def of_room(api: Api, asker: Asker, room: str, query: Annotated[AvatarQuery, Query()]) -> Response:
    """Return the picture of a room one is in, or may join."""
    return await _picture(api, await api.avatars.of_room(asker, room))


@routes.put("/auth/me/avatar", **_UPLOAD, responses=errors(429, 507))
@guard.signed_in
async def set_own(api: Api, asker: Asker, request: Request) -> MeAnswer:
    """Give oneself a picture, like a room."""
    return {"user": account_to_wire(await api.avatars.set_own(asker, _sent(request)))}


@routes.delete("/auth/me/avatar")
@guard.signed_in
async def clear_own(api: Api, asker: Asker) -> MeAnswer:
    """Take one's own picture away."""
    return {"user": account_to_wire(await api.avatars.clear_own(asker))}


@routes.get("/users/{user}/avatar", **_PICTURE)
@guard.signed_in
async def of_user(api: Api, asker: Asker, user: str, query: Annotated[AvatarQuery, Query()]) -> Response:
    """Return the picture that a person has set."""
    return await _picture(api, await api.avatars.of_user(asker, user))


@routes.get("/invites/{code}/avatar", **_PICTURE)
@guard.public("a newcomer sees what an invite leads to before they sign up; the code is what lets them see it")
async def of_invite(api: Api, code: str, query: Annotated[AvatarQuery, Query()]) -> Response:
    """Return the picture of the room that an invite leads to."""
    return await _picture(api, await api.avatars.of_invite(code))


async def _sent(request: Request) -> AsyncIterator[bytes]:
    part = FilePart(request)
    try:
        await part.begin()
        async for chunk in part.chunks():
            yield chunk
    except ClientDisconnect:  # nobody is there to read this
        raise HTTPException(HTTPStatus.BAD_REQUEST) from None


async def _picture(api: Api, file: StoredFile) -> Response:
    headers = {
        "Content-Length": str(file.size),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-site",
        # Another picture has another address.
        "Cache-Control": "private, max-age=86400",
        "Vary": "Authorization, Cookie",
    }
    content = await api.files.read(file, start=0, stop=file.size)
    return StreamingResponse(content, headers=headers, media_type=file.media_type)
