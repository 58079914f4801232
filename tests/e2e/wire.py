"""The wire between one browser and the product: a TCP relay that a test cuts and mends."""

import contextlib
import os
import queue
import random
import socket
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

# Seconds that what goes over one connection takes at most, in each direction: some quick, others slow, as dice fall.
# A test that does not wait for what it means, and a page that rests on the order of answers, then show themselves.
LONGEST = float(os.environ.get("CHATBESIDE_TEST_DELAY", "0"))


class Wire:
    """Relays connections from a port of its own to the product's port on this machine.

    Cutting ends open connections, WebSockets among them, and lets no new ones through: what a browser sees when the
    network is gone. (A browser's own offline switch leaves open WebSockets alone.)
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._listener.getsockname()[1]}"
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._whole = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Shutting it down first wakes the thread that waits in accept().
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        with self._lock:
            self._whole = False
            ends, self._open = self._open, set()
        for end in ends:
            _end(end)

    def mend(self) -> None:
        with self._lock:
            self._whole = True

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        with self._lock:
            whole = self._whole
        try:
            if not whole:
                raise ConnectionError
            far = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            near.close()
            return
        with self._lock:
            self._open |= {near, far}
            whole = self._whole
        if not whole:
            _end(near)
            _end(far)
        back = threading.Thread(target=_pump, args=(far, near), daemon=True)
        back.start()
        _pump(near, far)
        back.join()
        with self._lock:
            self._open -= {near, far}
        near.close()
        far.close()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        for data in _slowly(source, random.uniform(0, LONGEST)) if LONGEST else _read(source):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def _read(source: socket.socket) -> Iterator[bytes]:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            yield data


def _slowly(source: socket.socket, delay: float) -> Iterator[bytes]:
    """What comes, ``delay`` seconds later each: what comes meanwhile is under way at the same time."""
    under_way: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()

    def read() -> None:
        for data in _read(source):
            under_way.put((time.monotonic() + delay, data))
        under_way.put((time.monotonic() + delay, b""))

    threading.Thread(target=read, daemon=True).start()
    while True:
        due, data = under_way.get()
        time.sleep(max(0.0, due - time.monotonic()))
        if not data:
            return
        yield data


def _end(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
