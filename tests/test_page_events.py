"""What happens with events of a page that Reflex itself cannot take."""

import logging

import pytest
import redis

from chatbeside.chatbeside import app
from chatbeside.page_events import failed


def test_what_reflex_cannot_take_is_noted_and_nothing_is_sent_for_it(caplog: pytest.LogCaptureFixture) -> None:
    assert app.backend_exception_handler is failed
    for trouble in (redis.exceptions.ConnectionError("refused"), ValueError("a state that cannot be read")):
        failed(trouble)
    away, other = caplog.records
    assert (away.levelno, away.exc_info) == (logging.ERROR, None)
    assert away.getMessage() == "an event of a page was not taken: Redis is away"
    assert other.exc_info is not None
    assert other.exc_info[0] is ValueError
