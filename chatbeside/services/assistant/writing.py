"""Writing one answer: from the provider's pieces to text that people see grow, and to what is stored."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import aclosing
from dataclasses import dataclass, field

from chatbeside.assistant.citations import Citations, only_cited
from chatbeside.assistant.interfaces import Provider, ProviderError, Source, Usage
from chatbeside.assistant.prompts import estimate_tokens, prompt_tokens
from chatbeside.services.assistant.plan import Plan
from chatbeside.services.background import end

PACE = 1 / 15
"""Seconds between two pieces of a growing answer."""

NOTES = {
    "stopped": "Stopped.",
    "restart": "This answer was cut off when the server was restarted. Ask again.",
    "length": "This answer was longer than a message may be, so it is cut here.",
}

Show = Callable[[str], Awaitable[None]]
Readable = Callable[[], Awaitable[Collection[str]]]


@dataclass(frozen=True, slots=True)
class Draft:
    """A finished answer.

    ``cut`` says why it is not whole (``stopped``, ``restart``, ``length`` or the code of a provider's error),
    ``note`` says it in words.
    """

    text: str
    sources: tuple[Source, ...] = ()
    usage: Usage | None = None
    cut: str | None = None
    note: str | None = None


@dataclass(slots=True)
class Writing:
    """An answer that grows. :meth:`stop` ends it from outside.

    Args:
        plan: What is to be done.
        provider: Who does it.
        show: Is given the whole text so far, at most once in :data:`PACE` seconds.
        readable: Returns the ids of those sources that the readers may still read.
    """

    plan: Plan
    provider: Provider
    show: Show
    readable: Readable
    pace: float = PACE
    _raw: str = ""
    _usage: Usage | None = None
    _cut: str | None = None
    _note: str | None = None
    _task: asyncio.Task[None] | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self, why: str) -> None:
        """End the answer; what there is of it is kept. ``why`` is a key of :data:`NOTES`."""
        if self._cut is None:
            self._cut, self._note = why, NOTES[why]
            if self._task is not None:
                self._task.cancel()

    async def run(self) -> Draft:
        """Write the answer. Raises nothing that a provider does."""
        if self.plan.prompt is None:
            return Draft(self.plan.said, self.plan.sources)
        if self._cut is None:
            await self._grow(Citations(self.plan.prompt.sources))
        # Since the prompt was made messages may have been deleted, or people may have come in.
        citations = Citations(self.plan.prompt.sources, await self.readable())
        return self._draft(citations)

    async def _grow(self, citations: Citations) -> None:
        shower = asyncio.create_task(self._show(citations))
        self._task = asyncio.create_task(self._take())
        try:
            await self._task
        except asyncio.CancelledError:
            if self._cut is None:
                raise
        except ProviderError as error:
            self._cut, self._note = error.code, error.words
        finally:
            self._task.cancel()
            await end(shower)

    async def _take(self) -> None:
        assert self.plan.prompt is not None  # noqa: S101 - run() has looked
        async with aclosing(self.provider.stream(self.plan.prompt)) as chunks:
            async for chunk in chunks:
                self._raw += chunk.text
                self._usage = chunk.usage or self._usage
                if chunk.cut:
                    self._cut, self._note = "length", NOTES["length"]
                self._changed.set()

    async def _show(self, citations: Citations) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self.show(self.plan.said + citations.show(self._raw))
            await asyncio.sleep(self.pace)

    def _draft(self, citations: Citations) -> Draft:
        assert self.plan.prompt is not None  # noqa: S101 - run() has looked
        raw = only_cited(self._raw) if self.plan.strict else self._raw
        text = citations.show(raw.strip(), final=True)
        if self.plan.strict:
            # A number that was not in the prompt is gone by now, so is the sentence that rested on nothing else.
            text = only_cited(text)
        if self.plan.strict and self._raw and not text:
            text = "The language model named no message for anything it said, so I leave it out."
        usage = self._usage
        if usage is None and self._raw:
            usage = Usage(prompt_tokens(self.plan.prompt), estimate_tokens(self._raw), estimated=True)
        return Draft(
            text=self.plan.said + text if text else "",
            sources=tuple(citations.cited()),
            usage=usage,
            cut=self._cut,
            note=self._note,
        )
