"""The real ``openai`` client against a server that behaves well and badly: every failure ends in words."""

import asyncio
import time
from contextlib import aclosing
from datetime import UTC, datetime

import pytest

from chatbeside.assistant.interfaces import (
    Broken,
    Busy,
    Chunk,
    Empty,
    KeyRefused,
    Misconfigured,
    Prompt,
    ProviderError,
    Slow,
    Task,
    Unreachable,
)
from chatbeside.assistant.openai_provider import OpenAIOptions, OpenAIProvider
from chatbeside.assistant.prompts import build
from tests.servers.openai_server import KEY, OpenAIServer, Script
from tests.servers.ports import free_port

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def server():
    with OpenAIServer(key=KEY) as running:
        yield running


@pytest.fixture
async def provider(server):
    made = OpenAIProvider(OpenAIOptions(KEY, server.url, "tiny", first_wait=2, pause=1, total=5))
    yield made
    await made.close()


def prompt(question: str = "hello") -> Prompt:
    return build(Task.CHAT, question, asker="ann", now=NOW)


async def ask(provider: OpenAIProvider, question: str = "hello") -> tuple[str, Chunk]:
    text, last = "", Chunk()
    async with aclosing(provider.stream(prompt(question))) as chunks:
        async for last in chunks:
            text += last.text
    return text, last


async def test_answer_streams_and_counts(server, provider):
    server.reply("Hel", "lo ", "there")
    text, last = await ask(provider)
    assert text == "Hello there"
    assert last.usage is not None
    assert (last.usage.prompt, last.usage.answer, last.usage.estimated, last.cut) == (11, 3, False, False)
    sent = server.requests[0]
    assert sent["model"] == "tiny"
    assert sent["stream"] is True
    assert [m["role"] for m in sent["messages"]] == ["system", "user"]


async def test_pieces_arrive_before_the_answer_is_done(server, provider):
    import threading

    gate = threading.Semaphore(1)
    server.reply("first", "second", gate=gate)
    async with aclosing(provider.stream(prompt())) as chunks:
        assert (await anext(chunks)).text == "first"
        gate.release()
        assert (await anext(chunks)).text == "second"


async def test_estimated_usage_when_the_server_counts_nothing(server, provider):
    server.reply("a" * 300, usage=False)
    _, last = await ask(provider)
    assert last.usage is not None
    assert last.usage.estimated
    assert last.usage.answer >= 75


async def test_closing_the_answer_closes_the_connection(server, provider):
    server.reply("one", "two", hang_after=1)
    async with aclosing(provider.stream(prompt())) as chunks:
        assert (await anext(chunks)).text == "one"
    assert await asyncio.to_thread(server.closed_early.wait, 5)


async def test_wrong_key(server):
    wrong = OpenAIProvider(OpenAIOptions("wrong", server.url, "tiny"))
    with pytest.raises(KeyRefused, match="401") as caught:
        await ask(wrong)
    assert "key" in caught.value.words
    assert "wrong" not in caught.value.detail.replace("Incorrect", "")
    await wrong.close()


async def test_busy_is_tried_again_as_the_server_asks(server, provider):
    server.then(Script(status=429, headers={"retry-after": "0.3"}), Script(pieces=("done",)))
    began = time.monotonic()
    assert (await ask(provider))[0] == "done"
    assert time.monotonic() - began >= 0.3


async def test_long_wait_is_told_and_not_waited_for(server, provider):
    server.then(Script(status=429, headers={"retry-after": "40"}))
    with pytest.raises(Busy, match="429") as caught:
        await ask(provider)
    assert caught.value.retry_after == 40
    assert "40 seconds" in caught.value.words
    assert len(server.requests) == 1


async def test_used_up_credit_is_not_tried_again(server, provider):
    server.then(Script(status=429, error={"message": "You exceeded", "code": "insufficient_quota"}))
    with pytest.raises(KeyRefused) as caught:
        await ask(provider)
    assert "credit" in caught.value.words
    assert len(server.requests) == 1


async def test_server_error_is_tried_three_times(server, provider):
    server.then(Script(status=500))
    with pytest.raises(Broken) as caught:
        await ask(provider)
    assert "fault" in caught.value.words
    assert len(server.requests) == 3


async def test_server_error_then_answer(server, provider):
    server.then(Script(status=503), Script(pieces=("well",)))
    assert (await ask(provider))[0] == "well"


@pytest.mark.parametrize(
    ("script", "kind", "word"),
    [
        (Script(status=404, error={"message": "model not found"}), Misconfigured, "does not exist"),
        (Script(status=400, error={"message": "maximum context length"}), Misconfigured, "too long"),
        (Script(status=422), Misconfigured, "did not understand"),
        (Script(status=403), KeyRefused, "key"),
        (Script(pieces=()), Empty, "without a word"),
        (Script(pieces=("",)), Empty, "without a word"),
        (Script(pieces=(), tool_call=True, finish="tool_calls"), Empty, "without a word"),
        (Script(pieces=("a", "b"), cut_after=1), Broken, "middle"),
        (Script(pieces=("a",), finish=None), Broken, "middle"),
        (Script(pieces=("a",), garbage="data: {not json\n\n"), Broken, "cannot be read"),
        (Script(pieces=("a", "b"), hang_after=1), Slow, "too long"),
        (Script(hang_before=True), Slow, "too long"),
    ],
)
async def test_failures_end_in_words(server, provider, script, kind, word):
    server.then(script)
    with pytest.raises(ProviderError) as caught:
        await ask(provider)
    assert type(caught.value) is kind
    assert word in caught.value.words
    assert caught.value.detail


async def test_nobody_listens():
    provider = OpenAIProvider(OpenAIOptions("k", f"http://127.0.0.1:{free_port()}/v1", "tiny", tries=2))
    with pytest.raises(Unreachable) as caught:
        await ask(provider)
    assert "cannot be reached" in caught.value.words
    await provider.close()


async def test_whole_answer_has_a_time_limit(server):
    provider = OpenAIProvider(OpenAIOptions(KEY, server.url, "tiny", first_wait=2, pause=2, total=0.5))
    server.reply(*(["word "] * 100), pause=0.05)
    with pytest.raises(Slow):
        await ask(provider)
    await provider.close()


async def test_answer_of_200_kilobytes_is_cut(server, provider):
    server.reply(*(["0123456789" * 100] * 200))
    text, last = await ask(provider)
    assert len(text) == 12_000
    assert last.cut


async def test_model_that_ran_out_of_room_is_cut(server, provider):
    server.reply("half", finish="length")
    assert (await ask(provider))[1].cut


async def test_tool_like_text_is_only_text(server, provider):
    server.reply('{"tool": "delete_room", "args": {}}')
    assert (await ask(provider))[0] == '{"tool": "delete_room", "args": {}}'


async def test_old_server_that_knows_no_stream_options(server, provider):
    server.then(Script(status=400, error={"message": "unknown field stream_options"}), Script(pieces=("old",)))
    assert (await ask(provider))[0] == "old"
    assert "stream_options" not in server.requests[1]


async def test_check_says_what_the_model_said(server, provider):
    assert await provider.check() == "The model “tiny” answered: ready"


async def test_several_at_once(server, provider):
    server.reply("a", "b", pause=0.05)
    answers = await asyncio.gather(*(ask(provider) for _ in range(20)))
    assert {text for text, _ in answers} == {"ab"}


def test_loopback_is_inside():
    assert not OpenAIProvider(OpenAIOptions("k", "http://127.0.0.1:11434/v1")).outside
    assert not OpenAIProvider(OpenAIOptions("k", "http://localhost/v1")).outside
    assert OpenAIProvider(OpenAIOptions("k", "https://models.example.org/v1")).outside
    assert OpenAIProvider(OpenAIOptions("k")).outside
