"""``python -m bench.server FOLDER [limited]``: the backend without the page, as the product serves it. Prints its port.

Limits on how often something may be done are off, unless it is ``limited``.
"""

import asyncio
import socket
import sys
from pathlib import Path

import uvicorn

from chatbeside.backend import Backend, build_backend
from chatbeside.settings import Settings


class _Announcing(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, backend: Backend) -> None:
        super().__init__(config)
        self._backend = backend

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._backend.settle()
        for listening in sockets or []:
            print(listening.getsockname()[1], flush=True)


def main() -> None:
    limits = {} if sys.argv[2:] == ["limited"] else {"limits_text": "off"}
    backend = build_backend(Settings(data=Path(sys.argv[1]), sockets=100_000, **limits))
    config = uvicorn.Config(
        backend.asgi,
        log_level="warning",
        access_log=False,
        ws="chatbeside.realtime.frames:Frames",
        ws_per_message_deflate=False,
        lifespan="on",
        timeout_graceful_shutdown=1,
    )
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", 0))
    listening.listen(2048)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_Announcing(config, backend).serve(sockets=[listening]))


if __name__ == "__main__":
    main()
