"""``python -m bench.sink FOLDER``: the least that an upload costs here. Writes each body to a file. Prints its port."""

import asyncio
import os
import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn


async def sink(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Write the body to the disk, as it is, and answer when it is there."""
    assert scope["type"] == "http"
    with (Path(sys.argv[1]) / "body").open("wb") as file:
        more = True
        while more:
            message = await receive()
            file.write(message.get("body", b""))
            more = message.get("more_body", False)
        file.flush()
        await asyncio.to_thread(os.fsync, file.fileno())
    await send({"type": "http.response.start", "status": 201, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


def main() -> None:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    print(listening.getsockname()[1], flush=True)
    config = uvicorn.Config(sink, log_level="warning", access_log=False, lifespan="off")
    asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))


if __name__ == "__main__":
    main()
