"""Debian's Redis on loopback, with nothing kept on disk."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def redis_server(*options: str) -> Iterator[int]:
    """Start it on a free port, which it yields. Skips the test where there is none.

    Args:
        options: Further arguments, for example ``--maxmemory-policy allkeys-lru``.
    """
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("There is no redis-server here.")
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        port = chosen.getsockname()[1]
    settings = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", *options]
    server = subprocess.Popen([program, *settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
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
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                if connection.recv(16).startswith(b"+PONG"):
                    return
        except OSError:
            pass
        assert time.monotonic() < end, "redis-server did not start"
        time.sleep(0.02)
