"""Debian's TURN server on loopback."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.ports import free_port

SECRET = "a secret of two servers"


@contextmanager
def coturn(folder: Path) -> Iterator[int]:
    """Start it with :data:`SECRET`; yields its port. Skips the test where there is none.

    Args:
        folder: For what it writes.
    """
    program = shutil.which("turnserver")
    if program is None:
        pytest.skip("There is no coturn here.")
    port = free_port()
    options = [
        "-n", f"--listening-port={port}", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--no-tls", "--no-dtls",
        "--no-cli", "--use-auth-secret", f"--static-auth-secret={SECRET}", "--realm=chatbeside",
        "--allow-loopback-peers", f"--userdb={folder / 'turn.db'}", f"--pidfile={folder / 'turn.pid'}",
        f"--log-file={folder / 'turn.log'}", "--simple-log",
    ]  # fmt: skip
    server = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port: int) -> None:
    end = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < end, "coturn did not start"
            time.sleep(0.05)
