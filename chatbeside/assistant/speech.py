"""Hearing and speaking through the OpenAI audio interface: OpenAI itself, and services of one's own that speak it."""

import asyncio
import io
import struct
import wave
from dataclasses import dataclass

import openai
from openai import AsyncOpenAI

from chatbeside.assistant.interfaces import Broken
from chatbeside.assistant.openai_provider import explain

HEAR_WITHIN = 30.0
SPEAK_WITHIN = 30.0
SOUND_MOST = 60 * 48_000 * 2
"""Most bytes of one spoken sentence."""


@dataclass(frozen=True, slots=True)
class SpeechOptions:
    """How to reach the service, and which models to ask: ``hears`` turns speech into text, ``speaks`` the reverse."""

    key: str
    base_url: str
    hears: str
    speaks: str
    voice: str = "alloy"


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono sound of 16 bits; ``rate`` in hertz."""

    pcm: bytes
    rate: int


class Speech:
    """Turns sound into words and words into sound."""

    def __init__(self, options: SpeechOptions) -> None:
        self.options = options
        self._client = AsyncOpenAI(
            api_key=options.key or "none", base_url=options.base_url or None, max_retries=1, timeout=HEAR_WITHIN
        )

    async def hear(self, sound: Sound) -> str:
        """Return what was said, empty when there were no words. Raises :class:`ProviderError`."""
        try:
            async with asyncio.timeout(HEAR_WITHIN):
                heard = await self._client.audio.transcriptions.create(
                    model=self.options.hears, file=("speech.wav", to_wav(sound), "audio/wav"), response_format="json"
                )
        except (openai.OpenAIError, TimeoutError, ValueError) as error:
            raise explain(error) from error
        return str(getattr(heard, "text", "") or "").strip()

    async def say(self, text: str) -> Sound:
        """Return ``text`` spoken. Raises :class:`ProviderError`."""
        try:
            async with asyncio.timeout(SPEAK_WITHIN):
                answer = await self._client.audio.speech.create(
                    model=self.options.speaks, voice=self.options.voice, input=text, response_format="wav"
                )
        except (openai.OpenAIError, TimeoutError) as error:
            raise explain(error) from error
        return from_wav(answer.content)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def to_wav(sound: Sound) -> bytes:
    """Return ``sound`` as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate)
        file.writeframes(sound.pcm)
    return out.getvalue()


def from_wav(data: bytes) -> Sound:
    """Return the sound of a WAV file of 16 bits; of several channels the first.

    Services that stream do not know the length when they write the head: what is there counts, not what it says.

    Raises:
        Broken: It is no such file, or far too long.
    """
    at, rate, channels = 12, 0, 0
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE" and len(data) <= SOUND_MOST:
        while at + 8 <= len(data):
            name, length = struct.unpack_from("<4sI", data, at)
            at += 8
            if name == b"fmt " and length >= 16 and at + 16 <= len(data):
                form, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", data, at)
                if form not in (1, 0xFFFE) or bits != 16:
                    break
            elif name == b"data" and channels and 8_000 <= rate <= 48_000:
                pcm = data[at : at + length]
                pcm = pcm[: len(pcm) - len(pcm) % (2 * channels)]
                return Sound(pcm if channels == 1 else _first(pcm, channels), rate)
            at += length + length % 2
    raise Broken("The service sent no sound that can be played.", detail=f"{len(data)} bytes, {data[:4]!r}")


def _first(pcm: bytes, channels: int) -> bytes:
    samples = memoryview(pcm).cast("h")
    return b"".join(struct.pack("<h", sample) for sample in samples[::channels])
