"""Page handlers called with whatever a client can send: refused or answered, and never a failure of the server."""

import asyncio
import inspect
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbeside.services import runtime
from chatbeside.services.container import Services
from chatbeside.ui.states.door import DoorState
from tests.conftest import People
from tests.fuzzing import run, texts, values
from tests.ui.test_guards import all_states, entry_points
from tests.ui.test_room_states import Page

STATES = {state.__name__: state for state in all_states()}
# What the forms of the pages send.
FIELDS = [
    "new_name", "new_topic", "new_kind", "edit_room", "edit_name", "edit_topic", "edit_kind", "invite_room",
    "invite_days", "invite_uses", "provider", "base_url", "model", "key", "monthly_tokens", "name", "username",
    "email", "password",
]  # fmt: skip


# The server, in the same process, may use ``random`` while a case is made.
@pytest.mark.filterwarnings("ignore:Do not use the:hypothesis.errors.HypothesisDeprecationWarning")
async def test_any_argument_is_refused_or_answered(
    services: Services, people: People, caplog: pytest.LogCaptureFixture
) -> None:
    runtime.install(services)
    ben, cleo = await people("ben"), await people("cleo")
    theirs = await services.groups.create(cleo, "secretroom")
    mine = await services.groups.create(ben, "ours", members=[(await people("ann")).user.id])
    ids = [mine.id, theirs.id, ben.user.id, cleo.user.id, "public", "private", "1", "7", "never", "any", "admin", "all"]
    likely = st.sampled_from(ids) | st.booleans()
    form = st.dictionaries(st.sampled_from(FIELDS) | texts, st.sampled_from(ids) | texts | values, max_size=5)
    pages = [Page(await people.token("ann")), Page(), Page(await people.token("ann"), "/join?code=\ud800")]
    loop = asyncio.get_running_loop()
    calls = [(name, len(inspect.signature(entry.fn).parameters) - 1) for name, entry in entry_points()]
    tried = 0

    @run(600)
    @given(st.sampled_from(calls), st.sampled_from(pages), st.lists(form | likely | values, min_size=4, max_size=4))
    def attack(call: tuple[str, int], page: Page, arguments: list[Any]) -> None:
        nonlocal tried
        kind, _, name = call[0].partition(".")
        # Now and then one too many.
        given_to = arguments[: call[1] + (arguments[3] is None)]
        asyncio.run_coroutine_threadsafe(page.call(STATES[kind], name, *given_to), loop).result(15)
        assert "secretroom" not in str({each: page.state(state).dict() for each, state in STATES.items()})
        tried += 1

    with caplog.at_level(logging.ERROR):
        await asyncio.to_thread(attack)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert tried >= 400
    await pages[0].call(DoorState, "arrive")
    runtime.install(None)
