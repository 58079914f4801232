"""Several server processes on one port, with uvicorn's own supervisor: one that dies is started again."""

import contextlib
import http.client
import logging
import multiprocessing
import os
import shutil
import signal
import socket
import threading
from collections.abc import Callable

from uvicorn import Config
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from chatbeside.settings import Settings

_log = logging.getLogger(__name__)


def problem(settings: Settings) -> str | None:
    """Return why there cannot be as many workers as the settings want, in words."""
    if settings.workers > 1 and settings.redis_url is None:
        return (
            f"CHATBESIDE_WORKERS={settings.workers} needs Redis, over which workers talk: "
            "set REDIS_URL, for example redis://localhost:6379/0, or use one worker."
        )
    return None


def words(settings: Settings) -> list[str]:
    """Return what to say of several workers at the start."""
    if settings.workers == 1:
        return []
    if settings.mongodb_uri:
        return [f"{settings.workers} workers share the work."]
    return [
        f"{settings.workers} workers share the work, and one SQLite file: writes take turns.",
        "For many people, or more than one machine, use MongoDB (MONGODB_URI).",
    ]


class Workers(Multiprocess):
    """Keeps the wanted number of processes alive.

    Args:
        settings: How many, and where their data is.
        config: Returns how uvicorn serves in the process with this number, from 1 on.
        listener: The listening socket, which all of them accept from.
        ask: Asks for the page; raises when it does not come.
        announce: Called when it came.
    """

    def __init__(
        self,
        settings: Settings,
        config: Callable[[int], Config],
        listener: socket.socket,
        ask: Callable[[], None],
        announce: Callable[[], None],
    ) -> None:
        super().__init__(config(1), [listener])
        self.processes_num = settings.workers
        self.answered = False
        self._config_of = config
        self._ask = ask
        self._announce = announce
        self._numbers = settings.data / "metrics"

    def run(self) -> None:
        """Serve until SIGINT or SIGTERM."""
        # Each process writes its numbers into files there, and whichever is asked adds them up.
        shutil.rmtree(self._numbers, ignore_errors=True)
        self._numbers.mkdir(parents=True)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(self._numbers)
        threading.Thread(target=self._say, name="announcement", daemon=True).start()
        super().run()

    def init_processes(self) -> None:
        """Start all."""
        for number in range(1, self.processes_num + 1):
            self.processes.append(self._start(number))

    def keep_subprocess_alive(self) -> None:
        """Start again whatever has died; stop when a process cannot even start."""
        for place, process in enumerate(self.processes):
            if self.should_exit.is_set():
                return
            if process.is_alive(timeout=self.config.timeout_worker_healthcheck):
                continue
            process.kill()
            process.join()
            if process.exitcode == STARTUP_FAILURE:
                _log.error("Worker %d cannot start.", place + 1)
                self.should_exit.set()
                return
            _log.warning("Worker %d ended with %s and is started again.", place + 1, process.exitcode)
            self._forget_numbers(process.pid or 0)
            self.processes[place] = self._start(place + 1)

    def handle_hup(self) -> None:
        """Do nothing: a new version is started, not loaded."""

    handle_ttin = handle_ttou = handle_hup

    def _start(self, number: int) -> "_Worker":
        worker = _Worker(self._config_of(number), self.sockets)
        worker.start()
        return worker

    def _forget_numbers(self, pid: int) -> None:
        for file in self._numbers.glob(f"gauge_live*_{pid}.db"):
            with contextlib.suppress(FileNotFoundError):
                file.unlink()

    def _say(self) -> None:
        try:
            self._ask()
        except (OSError, http.client.HTTPException):
            if not self.should_exit.is_set():
                _log.exception("The page does not answer.")
                self.should_exit.set()
            return
        self.answered = True
        self._announce()


class _Worker(Process):
    """A process that ends when the one that started it does, whatever became of that one."""

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve; runs in the new process."""
        threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
        super().target(sockets)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
