"""Any service that speaks the OpenAI chat interface: OpenAI itself, Ollama, vLLM, llama.cpp's server and the like."""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import openai
from openai import AsyncOpenAI, AsyncStream
from openai.types.chat import ChatCompletionChunk

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
    Usage,
)
from chatbeside.assistant.prompts import as_chat, build, prompt_tokens
from chatbeside.domain.clock import now


@dataclass(frozen=True, slots=True)
class OpenAIOptions:
    """How to reach the service.

    Args:
        key: The API key; local services take any.
        base_url: For example ``http://127.0.0.1:11434/v1``; empty for OpenAI's own.
        model: The model's name at the service.
        first_wait: Seconds until the first words must come.
        pause: Seconds that may pass between two pieces of an answer.
        total: Seconds an answer may take altogether.
        most: Most characters of an answer; what comes after is cut.
        tries: How often a request is sent before giving up.
        patience: Seconds; a longer ``Retry-After`` is not waited for but told to the asker.
    """

    key: str
    base_url: str = ""
    model: str = "gpt-4o-mini"
    first_wait: float = 60.0
    pause: float = 30.0
    total: float = 300.0
    most: int = 12_000
    tries: int = 3
    patience: float = 5.0


class OpenAIProvider:
    """Answers through the chat interface, streaming."""

    name = "openai"

    def __init__(self, options: OpenAIOptions) -> None:
        self.model = options.model
        self.outside = urlsplit(options.base_url).hostname not in {"localhost", "127.0.0.1", "::1"}
        self._options = options
        # Retries are ours: the client would wait up to a minute without a word to the asker.
        self._client = AsyncOpenAI(
            api_key=options.key or "none",
            base_url=options.base_url or None,
            max_retries=0,
            timeout=openai.Timeout(options.pause, connect=min(10.0, options.first_wait), read=options.first_wait),
        )

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        """Yield the answer as it comes; the last chunk carries the tokens used. Raises :class:`ProviderError`."""
        deadline = asyncio.get_running_loop().time() + self._options.total
        response = await self._open(prompt)
        length, usage, finish = 0, None, None
        try:
            async for event in self._events(response, deadline):
                if event.usage is not None:
                    usage = Usage(event.usage.prompt_tokens, event.usage.completion_tokens)
                if not event.choices:
                    continue
                finish = event.choices[0].finish_reason or finish
                text = event.choices[0].delta.content or ""
                if length + len(text) > self._options.most:
                    yield Chunk(text[: self._options.most - length])
                    length, finish = self._options.most, "length"
                    break
                if text:
                    length += len(text)
                    yield Chunk(text)
        finally:
            await response.close()
        if not length:
            raise Empty(
                "The language model answered without a word. Ask again, perhaps in other words.",
                detail=f"finish_reason={finish}",
            )
        if finish is None:
            raise Broken(
                "The language model stopped in the middle of its answer.", detail="stream ended without finish_reason"
            )
        yield Chunk(
            usage=usage or Usage(prompt_tokens(prompt), length // 3 + 1, estimated=True), cut=finish == "length"
        )

    async def check(self) -> str:
        """Ask for one word and say what came. Raises :class:`ProviderError`."""
        prompt = build(Task.CHAT, "Answer with the single word: ready", asker="", now=now())
        words = ""
        async with aclosing(self.stream(prompt)) as chunks:
            async for chunk in chunks:
                words += chunk.text
        return f"The model “{self.model}” answered: {words.strip()[:80]}"

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _open(self, prompt: Prompt) -> AsyncStream[ChatCompletionChunk]:
        extra: dict[str, Any] = {"stream_options": {"include_usage": True}}
        attempt = 0
        while True:
            attempt += 1
            try:
                async with asyncio.timeout(self._options.first_wait):
                    # The client's types want a union of dictionaries per role; ours all have a role and a text.
                    create: Any = self._client.chat.completions.create
                    return cast(
                        "AsyncStream[ChatCompletionChunk]",
                        await create(model=self.model, messages=as_chat(prompt), stream=True, **extra),
                    )
            except (openai.OpenAIError, TimeoutError) as error:
                if isinstance(error, openai.BadRequestError) and extra and "stream_options" in str(error):
                    extra = {}
                    continue
                told = explain(error)
                again = isinstance(told, (Busy, Unreachable, Broken)) and attempt < self._options.tries
                wait = told.retry_after if told.retry_after is not None else 0.4 * 2 ** (attempt - 1)
                if not again or wait > self._options.patience:
                    raise told from error
                # Spread, so that many askers do not come back at the same moment.
                await asyncio.sleep(wait + random.uniform(0, 0.25) * wait)  # noqa: S311

    async def _events(
        self, response: AsyncStream[ChatCompletionChunk], deadline: float
    ) -> AsyncIterator[ChatCompletionChunk]:
        events, wait = aiter(response), self._options.first_wait
        loop = asyncio.get_running_loop()
        while True:
            try:
                async with asyncio.timeout_at(min(loop.time() + wait, deadline)):
                    event = await anext(events)
            except StopAsyncIteration:
                return
            except TimeoutError as error:
                raise Slow(
                    "The language model took too long. Ask again in a moment.", detail="no data in time"
                ) from error
            except openai.APITimeoutError as error:
                raise explain(error) from error
            except openai.APIConnectionError as error:
                raise Broken("The language model stopped in the middle of its answer.", detail=repr(error)) from error
            except (openai.OpenAIError, ValueError) as error:
                raise explain(error) from error
            wait = self._options.pause
            yield event


_WORDS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], type[ProviderError], str], ...] = (
    ((openai.APITimeoutError, TimeoutError), Slow, "The language model took too long. Ask again in a moment."),
    (
        openai.APIConnectionError,
        Unreachable,
        "The language model cannot be reached now. Ask again later, or tell an administrator.",
    ),
    (
        (openai.AuthenticationError, openai.PermissionDeniedError),
        KeyRefused,
        "The language model refuses this server's key. An administrator can change it in the settings.",
    ),
    (
        openai.NotFoundError,
        Misconfigured,
        "The language model in the settings does not exist at the provider. Tell an administrator.",
    ),
    (
        openai.InternalServerError,
        Broken,
        "The language model has a fault of its own now. Ask again later.",
    ),
    (
        openai.APIStatusError,
        Misconfigured,
        "The language model did not understand the request. Tell an administrator.",
    ),
)


def explain(error: Exception) -> ProviderError:
    """Return ``error`` of the ``openai`` client in words for people, with the detail for the administrator."""
    detail = f"{type(error).__name__}: {error}"[:500]
    if isinstance(error, openai.RateLimitError):
        return _busy(error, detail)
    if isinstance(error, openai.BadRequestError) and "context" in str(error).lower():
        return Misconfigured("That was too long for the language model. Ask about less at once.", detail=detail)
    for kinds, told, words in _WORDS:
        if isinstance(error, kinds):
            wait = _retry_after(error) if isinstance(error, openai.APIStatusError) else None
            return told(words, detail=detail, retry_after=wait)
    return Broken("The language model sent something that cannot be read. Ask again later.", detail=detail)


def _busy(error: openai.RateLimitError, detail: str) -> ProviderError:
    if "insufficient_quota" in {error.code, error.type}:
        return KeyRefused(
            "This server's credit with the language model is used up. Tell an administrator.", detail=detail
        )
    wait = _retry_after(error)
    when = f"in {wait:.0f} seconds" if wait else "in a moment"
    return Busy(f"The language model has too much to do. Ask again {when}.", detail=detail, retry_after=wait)


def _retry_after(error: openai.APIStatusError) -> float | None:
    try:
        return min(max(float(error.response.headers.get("retry-after", "")), 0.0), 86_400.0)
    except ValueError:
        return None
