"""Starts and ends the real product: the command that people type, in a process of its own."""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 60
_STOP_SECONDS = 20
_TROUBLE = re.compile(r"^\S+ \S+ (?:WARNING|ERROR|CRITICAL) ")


class Product:
    """One running chatbeside with a data folder and a port of its own.

    Args:
        data: Folder for its data; it outlives restarts.
        port: Where it listens; a free one by default.
        settings: Further environment variables.
    """

    def __init__(self, data: Path, *, port: int = 0, **settings: str) -> None:
        self.data = data
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self._settings = settings
        self._process: subprocess.Popen[str] | None = None
        self._said: list[str] = []
        self._listener: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process:
            self.kill()

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Start it and return when it says that the page answers."""
        assert self._process is None
        environment = {
            **os.environ,
            "CHATBESIDE_DATA": str(self.data),
            "CHATBESIDE_HOST": "127.0.0.1",
            "PORT": str(self.port),
            "CHATBESIDE_LIMITS": "messages=off",  # scripts write faster than any person
            **self._settings,
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "chatbeside"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        ready = threading.Event()
        self._listener = threading.Thread(target=self._listen, args=(self._process, ready), daemon=True)
        self._listener.start()
        if not ready.wait(_START_SECONDS) or self._process.poll() is not None:
            self.kill()
            raise AssertionError("chatbeside did not start:\n" + "\n".join(self._said))

    def stop(self) -> int:
        """Ask it to stop, as Ctrl-C does, and return its exit code."""
        return self._ask_to_stop(signal.SIGINT)

    def terminate(self) -> int:
        """Ask it to stop, as a service manager does, and return its exit code."""
        return self._ask_to_stop(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        assert self._process
        self._process.kill()
        self._wait()

    def _ask_to_stop(self, how: signal.Signals) -> int:
        assert self._process
        assert self._listener
        self._process.send_signal(how)
        code = self._wait()
        self._listener.join(_STOP_SECONDS)  # its last words are taken in too
        return code

    def _wait(self) -> int:
        assert self._process
        code = self._process.wait(_STOP_SECONDS)
        self._process = None
        return code

    def _listen(self, process: subprocess.Popen[str], ready: threading.Event) -> None:
        assert process.stdout
        with process.stdout as lines:
            for line in lines:
                self._said.append(line.rstrip("\n"))
                if " is ready:" in line:
                    ready.set()
        ready.set()

    @property
    def said(self) -> str:
        """Everything it wrote where people read."""
        return "\n".join(self._said)

    def troubles(self) -> list[str]:
        """What it complained about: warnings and worse in its log."""
        return [line for line in self.log.splitlines() if _TROUBLE.match(line)]

    @property
    def log(self) -> str:
        """Its log, whole."""
        file = self.data / "server.log"
        return file.read_text(encoding="utf-8") if file.exists() else ""
