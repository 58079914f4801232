"""A server process that can be killed and started again on the same data and port."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from pathlib import Path

from tests.servers.ports import free_port

PATIENCE = 60.0


class ServerProcess:
    """uvicorn with the backend, in a process of its own."""

    def __init__(self, data: Path, **settings: str) -> None:
        self._data = data
        self._settings = settings
        self._port = free_port()
        self._process: Process | None = None
        self.url = f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Start, and return when it listens."""
        command = [
            "-m",
            "uvicorn",
            "--factory",
            "tests.faults.app:app",
            "--port",
            str(self._port),
            "--log-level",
            "info",
            "--timeout-graceful-shutdown",
            "2",  # the product gives open connections five seconds
        ]
        environment = {**os.environ, "CHATBESIDE_DATA": str(self._data), "CHATBESIDE_LIMITS": "off", **self._settings}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, *command, env=environment, stderr=asyncio.subprocess.PIPE
        )
        assert self._process.stderr is not None
        said = b""
        async with asyncio.timeout(PATIENCE):
            while b"Uvicorn running" not in said:
                line = await self._process.stderr.readline()
                assert line, f"the server did not start:\n{said.decode()}"
                said += line
        self._listening = asyncio.create_task(self._process.stderr.read())

    async def stop(self) -> int:
        """Ask the process to end, as a service manager does (SIGTERM), and return its exit code."""
        assert self._process
        self._process.terminate()
        async with asyncio.timeout(PATIENCE):
            code = await self._process.wait()
        await self._listening
        self._process = None
        return code

    async def kill(self) -> None:
        """End the process as a power cut would (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            await self._listening
            self._process = None
