"""Serves chatbeside with one uvicorn process, or several. Runs on the interpreter of ``.venv``."""

import asyncio
import http.client
import logging
import os
import signal
import socket
from collections.abc import Sequence

import uvicorn
from pydantic import ValidationError

import chatbeside
from chatbeside import connections
from chatbeside.launch import backup, logs, workers
from chatbeside.launch.port import listen
from chatbeside.launch.progress import LaunchError, Progress
from chatbeside.settings import Settings

_log = logging.getLogger(__name__)

# Seconds that open connections get to end by themselves when the server is told to stop.
_GRACE = 5


def run(progress: Progress) -> int:
    """Serve until SIGINT or SIGTERM. Returns the exit code.

    Raises:
        LaunchError: A setting is wrong, the port is taken, or a restore was broken off.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        lines = [f"{problem['loc'][0]}: {problem['msg']}" for problem in error.errors()]
        raise LaunchError("These settings cannot be used:\n  " + "\n  ".join(lines)) from error
    backup.check_whole(settings)
    if problem := workers.problem(settings):
        raise LaunchError(problem)
    os.environ["REFLEX_ENV_MODE"] = "prod"
    os.environ["REFLEX_STATES_WORKDIR"] = str(settings.data / "states")
    # Reflex's own switches for serving a page that was built before: see docs/decisions.
    os.environ["__REFLEX_MOUNT_FRONTEND_COMPILED_APP"] = "true"
    os.environ["__REFLEX_SKIP_COMPILE"] = "true"
    with listen(settings.host, settings.port) as listener:
        if settings.workers > 1:
            answered = _run_several(settings, listener, progress)
        else:
            answered = _run_one(settings, listener, progress)
    progress.say("chatbeside has stopped." if answered else f"chatbeside did not start. See {logs.place(settings)}")
    return 0 if answered else 1


def _run_one(settings: Settings, listener: socket.socket, progress: Progress) -> bool:
    server = _Server(config(settings), settings, progress)
    # uvicorn hands a signal on to who had it before, once it has stopped. Stopping is all there is to do.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    server.run(sockets=[listener])
    return server.answered


def _run_several(settings: Settings, listener: socket.socket, progress: Progress) -> bool:
    supervisor = workers.Workers(
        settings,
        lambda number: config(settings, number),
        listener,
        ask=lambda: _ask_for_page(settings.host, settings.port),
        announce=lambda: progress.say("\n".join(_welcome(settings))),
    )
    supervisor.run()
    return supervisor.answered


def config(settings: Settings, worker: int = 1) -> uvicorn.Config:
    """How uvicorn serves the application, in one process or as the worker with this number."""
    return uvicorn.Config(
        "chatbeside.chatbeside:app",
        factory=True,
        host=settings.host,
        port=settings.port,
        http=connections.protocol_for(settings),
        ws="chatbeside.realtime.frames:Frames",
        # Compressing each frame costs more memory for each idle client (48 to 91 KB) than it saves on short messages.
        ws_per_message_deflate=False,
        ws_max_size=1024 * 1024,
        access_log=False,  # addresses of requests may hold tokens
        server_header=False,
        proxy_headers=False,  # chatbeside/proxies.py decides whom to believe
        log_config=logs.config(settings, worker),
        timeout_graceful_shutdown=_GRACE,
    )


class _Server(uvicorn.Server):
    """Says the address when a page really comes from it."""

    def __init__(self, config: uvicorn.Config, settings: Settings, progress: Progress) -> None:
        super().__init__(config)
        self._settings = settings
        self._progress = progress
        self.answered = False

    async def main_loop(self) -> None:
        announcement = asyncio.create_task(self._announce())
        try:
            await super().main_loop()
        finally:
            announcement.cancel()

    async def _announce(self) -> None:
        try:
            await asyncio.to_thread(_ask_for_page, self._settings.host, self._settings.port)
        except (OSError, http.client.HTTPException):
            _log.exception("The page does not answer.")
            self.should_exit = True
            return
        self.answered = True
        self._progress.say("\n".join(_welcome(self._settings)))


def _welcome(settings: Settings) -> Sequence[str]:
    shown = "localhost" if settings.host in {"127.0.0.1", "::1", "0.0.0.0", "::"} else settings.host  # noqa: S104
    lines = ["", f"chatbeside {chatbeside.__version__} is ready:  http://{shown}:{settings.port}"]
    if settings.public_url:
        lines.append(f"People reach it at   {settings.public_url}")
    lines.extend(workers.words(settings))
    return [*lines, f"Data and log are in  {settings.data}", "Stop with Ctrl-C."]


def _ask_for_page(host: str, port: int) -> None:
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    connection = http.client.HTTPConnection(target, port, timeout=30)
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        if answer.status != http.client.OK:
            raise http.client.HTTPException(f"GET / answered {answer.status}")
    finally:
        connection.close()
