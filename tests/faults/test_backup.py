"""The command that makes a backup, beside a server that is being written to; and the server that is started from it."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.e2e.product import ROOT
from tests.faults.process import ServerProcess
from tests.faults.test_kill import fetch, people_and_room, server  # noqa: F401 - fixtures
from tests.realtime.harness import Client


async def _command(*arguments: str | Path, data: Path) -> str:
    """Run ``python -m chatbeside`` as people do and return what it said."""
    environment = {**os.environ, "CHATBESIDE_DATA": str(data), "CHATBESIDE_PREPARED": "1"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chatbeside", *map(str, arguments),
        cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


async def test_nothing_acknowledged_before_the_backup_is_missing_after_it(
    server: ServerProcess,  # noqa: F811
    people_and_room: tuple[Path, dict[str, str], str],  # noqa: F811
    tmp_path: Path,
) -> None:
    data, tokens, room = people_and_room
    client = Client(server.url)
    await client.connect({"token": tokens["ann"]})
    acknowledged: list[str] = []
    stop, begun = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        while not stop.is_set():
            number = f"message-{len(acknowledged)}"
            await client.ask("chat message", {"room": room, "content": number, "clientId": number})
            acknowledged.append(number)
            if len(acknowledged) == 50:
                begun.set()

    writing = asyncio.create_task(write())
    async with asyncio.timeout(60):
        await begun.wait()
    before = len(acknowledged)
    said = await _command("backup", tmp_path / "backup.zip", data=data)
    assert "1 conversations" in said
    stop.set()
    await writing
    await client.close()
    assert len(acknowledged) > before, "nobody wrote meanwhile"
    await server.kill()

    await _command("restore", tmp_path / "backup.zip", data=tmp_path / "restored")
    again = ServerProcess(tmp_path / "restored")
    await again.start()
    try:
        # Log-ins hold, because the keys came along; the timeline is whole up to a moment of the backup.
        texts = [message["content"] for message in await fetch(again, tokens["ben"], room)]
    finally:
        await again.kill()
    assert texts[:before] == acknowledged[:before]
    assert texts == acknowledged[: len(texts)] or texts[:-1] == acknowledged


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("backup", "here.zip"), "There is no chat in"), (("restore", "nowhere.zip"), "There is no file")],
)
async def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=words):
        await _command(arguments[0], tmp_path / arguments[1], data=tmp_path / "data")
