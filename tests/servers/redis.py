"""Debian's redis-server on a free port of loopback, with nothing kept on disk."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.servers.ports import free_port

PATIENCE = 30.0
PROGRAM = shutil.which("redis-server") or shutil.which("redis-server", path="/usr/sbin:/usr/local/bin:/sbin")


class RedisServer:
    """One server that can be stopped and started again on the same port.

    Args:
        options: Further arguments, for example ``--maxmemory-policy allkeys-lru``.
    """

    def __init__(self, *options: str) -> None:
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start, and return when it answers."""
        assert PROGRAM
        own = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [PROGRAM, *own, *self._options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        before = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None, "redis-server ended"
            assert time.monotonic() < before, "redis-server does not answer"
            time.sleep(0.02)

    def stop(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as asking:
                asking.sendall(b"PING\r\n")
                return asking.recv(16).startswith(b"+PONG")
        except OSError:
            return False


@contextmanager
def redis_server(*options: str) -> Iterator[RedisServer]:
    """Start one and stop it in the end. Skips the test where there is none; where there must be one, fails it."""
    if PROGRAM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("There is no redis-server on this machine.")
        pytest.skip("There is no redis-server on this machine.")
    server = RedisServer(*options)
    try:
        server.start()
        yield server
    finally:
        server.stop()
