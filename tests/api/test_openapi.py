"""Property tests over the OpenAPI document against a real server: whatever is sent, it answers as documented."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import schemathesis.specs.openapi.checks  # registers the checks of OpenAPI
import uvicorn
from hypothesis import given
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation

from chatbeside.api import build_api
from chatbeside.domain.limits import LimitName
from chatbeside.media.supervisor import MediaSupervisor
from chatbeside.services.container import Services
from chatbeside.services.events import Silent
from chatbeside.services.passwords import Passwords
from chatbeside.settings import Settings
from chatbeside.store.sqlite import SqliteStore
from tests.conftest import PASSWORD
from tests.fuzzing import run

# What a schema cannot say (names that are free, rooms one is in, common passwords) makes valid requests fail, and
# every account is a fresh one, so these checks would test the generator.
LEFT_OUT = {"positive_data_acceptance", "ensure_resource_availability", "use_after_free", "not_a_server_error"}


def no_failure(context: object, response: schemathesis.Response, case: schemathesis.Case) -> None:
    """Take 503 and 507, which say what is missing, and no other answer of a server that does not know what to do."""
    assert response.status_code in (503, 507) or response.status_code < 500, response.text


class Server:
    """The real API on a free port, with one account."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.token = ""
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def __enter__(self) -> "Server":
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    async def _serve(self) -> None:
        # Without limits to speak of: an answer "too often" would tell nothing about the route.
        options = Settings(data=self._folder, limits_text=",".join(f"{name}=1000000/10s" for name in LimitName))
        cheap = Passwords(1, time_cost=1, memory_cost=64)
        media = MediaSupervisor()
        services = Services.build(
            SqliteStore(self._folder / "store.db"), options, Silent(), passwords=cheap, media=media
        )
        await services.start()
        ann = await services.accounts.sign_up("ann", "ann@example.org", PASSWORD)
        ben = await services.accounts.sign_up("ben", "ben@example.org", PASSWORD)
        principal = await services.accounts.authenticate(ann.token)
        room = await services.rooms.open_direct(principal, ben.user.id)
        await services.messages.send(principal, room.id, "hello", client_id="c1")
        self.token = ann.token
        config = uvicorn.Config(build_api(services), lifespan="off", log_level="critical", ws="none")
        self._server = uvicorn.Server(config)
        self._ready.set()
        await self._server.serve(sockets=[self._socket])
        await services.stop()
        await media.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("openapi")) as server:
        yield server


@pytest.fixture(scope="module")
def document(server: Server) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_url(f"{server.url}/api/openapi.json")


RUN = run(20)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_operation_answers_as_documented(
    document: schemathesis.BaseSchema, server: Server, subtests: pytest.Subtests, mode: GenerationMode
) -> None:
    left_out = [check for check in CHECKS.get_all() if check.__name__ in LEFT_OUT]
    assert len(left_out) == len(LEFT_OUT)
    operations = [result.ok() for result in document.get_all_operations()]
    assert len(operations) >= 14
    for operation in operations:
        # Logging out would end the session that the other requests use.
        token = "x" if operation.path.endswith("/logout") else server.token
        with subtests.test(operation.label):
            try:
                _try(
                    operation,
                    mode,
                    headers={"Authorization": f"Bearer {token}"},
                    excluded_checks=left_out,
                    additional_checks=[no_failure],
                )
            except Unsatisfiable:
                # Nothing about this operation can be wrong: it takes neither parameters nor a body.
                assert mode is GenerationMode.NEGATIVE
                assert "requestBody" not in operation.definition.raw


def _try(operation: APIOperation, mode: GenerationMode, **options: Any) -> None:
    @RUN
    @given(operation.as_strategy(generation_mode=mode))
    def answers(case: schemathesis.Case) -> None:
        case.call_and_validate(**options)

    answers()


def test_the_document_is_valid_and_described(document: schemathesis.BaseSchema) -> None:
    document.validate()
    for path, entry in document.raw_schema["paths"].items():
        for method, operation in entry.items():
            assert operation.get("description"), f"{method} {path} has no description"
            assert "HTTPValidationError" not in str(operation)
