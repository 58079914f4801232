"""Files: up, down, and away again while they are not sent."""

from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from chatbeside.api.multipart import FilePart
from chatbeside.api.openapi import errors
from chatbeside.api.ranges import Unsatisfiable, wanted
from chatbeside.api.routing import Api, Asker, router
from chatbeside.api.shapes import FileAnswer, FileQuery, UploadQuery
from chatbeside.domain.files import TEXT, StoredFile
from chatbeside.domain.wire import attachment_to_wire
from chatbeside.services import guard
from chatbeside.services.files import About

routes = router(prefix="/api/files", tag="files")

_AROUND = 64 * 1024
"""Bytes that a form may have beside its file."""
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
_CONTENT: dict[str, Any] = {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
_POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
)
"""Opened by itself a file can show itself, and do nothing."""


@routes.post(
    "",
    status_code=201,
    # Held to the settings' limit while it comes in; here is only what no setting can pass.
    max_body_size=2**40,
    openapi_extra={"requestBody": _FORM},
    responses=errors(409, 429, 507),
)
@guard.signed_in
async def upload(api: Api, asker: Asker, query: Annotated[UploadQuery, Query()], request: Request) -> FileAnswer:
    """Upload a file, as the part `file` of a form. Send its id in `attachments` of a message within a day."""
    length = request.headers.get("content-length", "")
    if length.isdecimal():
        api.files.check_size(int(length) - _AROUND)
    part = FilePart(request)
    try:
        await part.begin()
        file = await api.files.receive(
            asker,
            part.name,
            part.chunks(),
            declared=part.media_type,
            about=About(query.width, query.height, query.duration),
        )
    except ClientDisconnect:  # nobody is there to read this
        raise HTTPException(HTTPStatus.BAD_REQUEST) from None
    return {"file": attachment_to_wire(file.attachment())}


@routes.get(
    "/{file}",
    response_class=Response,
    responses={
        **errors(404, 416),
        200: {"description": "The file.", **_CONTENT},
        206: {"description": "The part of it that `Range` asks for.", **_CONTENT},
        304: {"description": "It is the one that `If-None-Match` names."},
    },
)
@guard.signed_in
async def download(
    api: Api, asker: Asker, file: str, query: Annotated[FileQuery, Query()], request: Request
) -> Response:
    """Return a file. Before it is sent only who uploaded it may have it, afterwards who may read the message."""
    found = await api.access.file(asker, file)
    headers = _headers(found, thumbnail=query.thumbnail, download=query.download)
    if _names(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if query.thumbnail:
        return Response(await api.files.thumbnail(found), headers=headers)
    # A part of another version than the one that is there would not fit.
    known = request.headers.get("if-range")
    try:
        part = wanted(request.headers.get("range") if known in (None, headers["ETag"]) else None, found.size)
    except Unsatisfiable:
        unsatisfied = {"Content-Range": f"bytes */{found.size}"}
        raise HTTPException(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=unsatisfied) from None
    start, stop = (part.start, part.stop) if part else (0, found.size)
    headers["Content-Length"] = str(stop - start)
    headers["Accept-Ranges"] = "bytes"
    if part:
        headers["Content-Range"] = part.content_range
    status = HTTPStatus.PARTIAL_CONTENT if part else HTTPStatus.OK
    return StreamingResponse(await api.files.read(found, start=start, stop=stop), status, headers=headers)


@routes.post("/{file}/copy", status_code=201, responses=errors(404, 409, 429, 507))
@guard.signed_in
async def copy(api: Api, asker: Asker, file: str) -> FileAnswer:
    """Make a file of one's own, not sent yet, from one that one may have; for forwarding."""
    return {"file": attachment_to_wire((await api.files.copy(asker, file)).attachment())}


@routes.delete("/{file}", status_code=204, responses=errors(404, 409))
@guard.signed_in
async def discard(api: Api, asker: Asker, file: str) -> None:
    """Remove an uploaded file that was not sent."""
    await api.files.discard(asker, file)


def _headers(file: StoredFile, *, thumbnail: bool, download: bool) -> dict[str, str]:
    media_type = "image/webp" if thumbnail else file.media_type
    inline = thumbnail or (file.inline and not download)
    return {
        "Content-Type": f"{TEXT}; charset=utf-8" if media_type == TEXT else media_type,
        "Content-Disposition": _disposition("inline" if inline else "attachment", file.name),
        "Content-Security-Policy": _POLICY,
        "Cross-Origin-Resource-Policy": "same-site",
        # Kept by the browser alone, and asked for again each time: who may see it can change.
        "Cache-Control": "private, no-cache",
        "ETag": f'"{file.checksum[:32]}{"-small" if thumbnail else ""}"',
        "Vary": "Authorization, Cookie",
    }


def _disposition(kind: str, name: str) -> str:
    """Return Content-Disposition (RFC 6266) with a name for old programs and the real one."""
    plain = "".join(char if char.isascii() and char not in '"\\%' else "_" for char in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _names(header: str | None, etag: str) -> bool:
    if header is None:
        return False
    return header.strip() == "*" or etag in [each.strip().removeprefix("W/") for each in header.split(",")]
