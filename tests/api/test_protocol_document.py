"""docs/protocol.md names every route of the OpenAPI document, and no other."""

import re
from pathlib import Path

from fastapi import FastAPI

from chatbeside.domain.wire import InviteWire, MemberWire, MessageWire, PublicRoomWire, ReceiptWire, RoomWire, UserWire

TEXT = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()


def _plain(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def test_routes(app: FastAPI) -> None:
    written = {
        (method, _plain(path))
        for methods, path in re.findall(r"`((?:[A-Z]+, )*[A-Z]+) (/api/[^`?\s]*)", TEXT)
        for method in methods.split(", ")
    }
    documented = {
        (method.upper(), _plain(path)) for path, entry in app.state.document()["paths"].items() for method in entry
    }
    assert written == documented | {("GET", "/api/openapi.json"), ("GET", "/api/metrics")}


def test_every_field_is_named() -> None:
    for shape in (UserWire, MessageWire, RoomWire, ReceiptWire, MemberWire, PublicRoomWire, InviteWire):
        for field in shape.__annotations__:
            assert re.search(rf"[`{{ ]{field}[`}},]", TEXT), f"{shape.__name__}.{field} is not in docs/protocol.md"
