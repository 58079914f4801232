"""What a language model must do for the assistant, and what can go wrong, in words for people."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal, Protocol


class Task(StrEnum):
    """What an answer is for."""

    CHAT = "chat"
    CATCHUP = "catchup"
    SUMMARY = "summary"
    TRANSLATE = "translate"


@dataclass(frozen=True, slots=True)
class Source:
    """A message as it goes into a prompt, under the number ``n`` by which an answer cites it.

    ``files`` are the names of its attachments, ``file_text`` what could be read from them, ``link`` what stands in the
    preview of its link.
    """

    n: int
    message_id: str
    room_id: str
    seq: int
    who: str
    at: datetime
    text: str
    room_name: str = ""
    files: tuple[str, ...] = ()
    file_text: str = ""
    link: str = ""
    weight: float = 0.0
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier turn of a direct conversation with the assistant."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """Everything a provider gets.

    ``instructions`` holds fixed text of this product, and ``me``, the name that an administrator gave the assistant.
    ``data`` is the sources as marked data, see :mod:`chatbeside.assistant.prompts`. ``question`` is what the asker
    wrote.
    """

    task: Task
    instructions: str
    question: str
    asker: str
    now: datetime
    me: str = "Beside"
    data: str = ""
    turns: tuple[Turn, ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that an answer took; ``estimated`` when the provider did not say."""

    prompt: int = 0
    answer: int = 0
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an answer. The last one carries ``usage``, and ``cut`` when the model ran out of room."""

    text: str = ""
    usage: Usage | None = None
    cut: bool = False


class Provider(Protocol):
    """Something that answers a prompt."""

    name: str
    """``openai`` or ``builtin``."""

    model: str
    """What it calls its model; empty when there is none."""

    outside: bool
    """Whether text leaves this server."""

    def stream(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        """Yield the answer as it is made. Closing the iterator stops the work.

        Raises:
            ProviderError: With words that a person understands.
        """

    async def check(self) -> str:
        """Ask a tiny question; return a sentence for the administrator. Raises :class:`ProviderError`."""

    async def close(self) -> None:
        """Give back connections."""


class ProviderError(Exception):
    """The provider did not answer.

    Args:
        words: For the person who asked: what happened and what to do.
        detail: For the log and the administrator. Never a key.
        retry_after: Seconds until it is worth asking again, when known.
    """

    code: ClassVar[str] = "error"

    def __init__(self, words: str, *, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(detail or words)
        self.words = words
        self.detail = detail
        self.retry_after = retry_after


class KeyRefused(ProviderError):
    """The provider does not accept the key, or there is none."""

    code = "key"


class Busy(ProviderError):
    """The provider takes no more requests now, or the account's credit is used up."""

    code = "busy"


class Unreachable(ProviderError):
    """No connection to the provider."""

    code = "unreachable"


class Slow(ProviderError):
    """The provider did not answer in time."""

    code = "slow"


class Broken(ProviderError):
    """The provider answered with an error of its own, or stopped in the middle."""

    code = "broken"


class Misconfigured(ProviderError):
    """The provider does not know the model or understand the request."""

    code = "settings"


class Empty(ProviderError):
    """The provider answered without a word."""

    code = "empty"
