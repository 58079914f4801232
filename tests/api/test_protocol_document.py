"""docs/protocol.md names every route of the OpenAPI document, and no other."""

import re
from pathlib import Path

from fastapi import FastAPI

from chatbeside.domain.limits import DEFAULTS
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


def test_the_table_of_limits_is_the_servers() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.+?) \| .+ \|$", TEXT.split("\n## Limits\n")[1], re.MULTILINE))
    assert rows == {name.value: str(limit.rate) for name, limit in DEFAULTS.items()}
