"""The bot of docs/bots.md, started as its first lines say, against a real server."""

import os
import sys
from asyncio import create_subprocess_exec, subprocess, timeout
from pathlib import Path

import pytest

from chatbeside.backend import build_backend
from chatbeside.services.passwords import Passwords
from chatbeside.settings import Settings
from tests.conftest import PASSWORD, People
from tests.realtime.harness import Client, serve

ROOT = Path(__file__).resolve().parents[2]
BOT = ROOT / "examples" / "echo_bot.py"


def test_the_document_shows_the_bot_that_is_run() -> None:
    code = BOT.read_text().partition('"""\n\n')[2]
    assert code in (ROOT / "docs" / "bots.md").read_text()
    lines = [
        line for line in code.partition("async def main")[2].partition("if __name__")[0].splitlines() if line.strip()
    ]
    assert len(lines) <= 21, "twenty lines, without the imports"


@pytest.mark.parametrize("text", ["Hello, bot", "🦊 *two*\nlines"])
async def test_it_answers(tmp_path: Path, text: str) -> None:
    settings = Settings(data=tmp_path, assistant=False, hash_threads=1)
    backend = build_backend(settings, passwords=Passwords(1, time_cost=1, memory_cost=64))
    async with serve(backend.asgi) as url:
        people = People(backend.services)
        bot, ann = await people("echo"), await people("ann")
        room = (await backend.services.rooms.open_direct(ann, bot.user.id)).id
        environment = {**os.environ, "CHATBESIDE": url, "BOT_NAME": "echo", "BOT_PASSWORD": PASSWORD}
        process = await create_subprocess_exec(sys.executable, BOT, env=environment, stdout=subprocess.PIPE)
        assert process.stdout
        client = Client(url, "ann")
        try:
            async with timeout(30):
                assert await process.stdout.readline() == b"Listening.\n"
            await client.connect({"token": await people.token("ann")})
            await client.send(room, text)
            answer = await client.expect("chat message", lambda message: message["sender"] == bot.user.id)
            assert answer["content"] == f"You said: {text}"
            assert answer["replyTo"]
        finally:
            await client.close()
            process.terminate()
            await process.wait()
