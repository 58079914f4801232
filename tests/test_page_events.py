"""What happens with events of a page that Reflex itself cannot take."""

import logging
import subprocess
import sys

import pytest
import redis

from chatbeside.page_events import failed

_HANDLER = """
from chatbeside.chatbeside import app
print(app.backend_exception_handler.__module__, app.backend_exception_handler.__name__)
"""


def test_the_application_leaves_it_to_them() -> None:
    # A process can have one Reflex application, and other tests make their own.
    said = subprocess.run([sys.executable, "-c", _HANDLER], capture_output=True, text=True, check=True).stdout
    assert said.split() == [failed.__module__, failed.__name__]


def test_what_reflex_cannot_take_is_noted_and_nothing_is_sent_for_it(caplog: pytest.LogCaptureFixture) -> None:
    for trouble in (redis.exceptions.ConnectionError("refused"), ValueError("a state that cannot be read")):
        failed(trouble)
    away, other = caplog.records
    assert (away.levelno, away.exc_info) == (logging.ERROR, None)
    assert away.getMessage() == "an event of a page was not taken: Redis is away"
    assert other.exc_info is not None
    assert other.exc_info[0] is ValueError
