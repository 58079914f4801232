"""Ports of loopback for servers that take a number."""

import contextlib
import itertools
import os
import random
import socket
from typing import Final

_EACH: Final = 3_000
_SLICE: Final = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 4
# Below what Linux gives to who asks for any port (32768 and up), and a slice for each process that runs tests: a number
# that is handed out here is not given to somebody else before its server listens, or while that is started anew.
_FIRST: Final = 20_000 + _EACH * _SLICE
_ports = itertools.cycle(random.sample(range(_FIRST, _FIRST + _EACH), _EACH))


def free_port() -> int:
    """Return a port on which nobody listens, another one each time."""
    for port in itertools.islice(_ports, _EACH):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise RuntimeError("There is no free port.")
