"""Server processes and what the kernel says of them (Linux)."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; ``url`` begins with ``http://``."""

    pid: int
    url: str

    def cpu(self) -> float:
        """Return the CPU seconds used so far, all threads, user and system."""
        after_name = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / _TICK

    def memory(self) -> int:
        """Return the bytes of memory that are this process's share (PSS)."""
        for line in Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("The kernel does not tell the memory of a process.")


@dataclass(frozen=True, slots=True)
class Group:
    """Several servers that share the work, and what else works for them."""

    servers: tuple[Server, ...]
    helpers: tuple[Server, ...] = ()

    def cpu(self) -> float:
        """Return the CPU seconds that all of them used so far."""
        return sum(each.cpu() for each in (*self.servers, *self.helpers))

    @property
    def urls(self) -> list[str]:
        """Where to connect."""
        return [each.url for each in self.servers]


@contextmanager
def running(module: str, *arguments: str, core: int | None = None) -> Iterator[Server]:
    """Start ``python -m module``, which prints its port when it listens, and end it afterwards.

    It may have the processor ``core`` only, if one is given (taskset(1)).
    """
    pinned = [] if core is None else ["taskset", "-c", str(core)]
    command = [*pinned, sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            yield Server(process.pid, f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(30)
