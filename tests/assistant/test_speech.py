"""Hearing and speaking through the audio interface, and which sentences of an answer are read aloud."""

import struct

import pytest

from chatbeside.assistant.aloud import LONGEST, plain, sentences
from chatbeside.assistant.interfaces import Broken, KeyRefused, ProviderError, Unreachable
from chatbeside.assistant.speech import Sound, Speech, SpeechOptions, from_wav, to_wav
from tests.servers.openai_server import OpenAIServer
from tests.servers.ports import free_port


def speech(server: OpenAIServer, key: str = "k") -> Speech:
    return Speech(SpeechOptions(key, server.url, "ears", "mouth"))


async def test_there_and_back(model: OpenAIServer) -> None:
    service = speech(model)
    model.hears = ["good morning", ""]
    sound = Sound(struct.pack("<400h", *range(400)), 16_000)
    assert await service.hear(sound) == "good morning"
    assert from_wav(model.heard[0]) == sound
    assert await service.hear(sound) == ""
    said = await service.say("Soup.")
    assert (said.rate, len(said.pcm)) == (24_000, 2 * 24_000 * 5 // 20)
    assert model.spoken == ["Soup."]
    await service.close()


@pytest.mark.parametrize(("status", "kind"), [(401, KeyRefused), (500, Broken)])
async def test_failures_have_words(model: OpenAIServer, status: int, kind: type[ProviderError]) -> None:
    service = speech(model)
    model.audio_status = status
    for asked in (service.say("x"), service.hear(Sound(bytes(640), 16_000))):
        with pytest.raises(kind) as caught:
            await asked
        assert caught.value.words
    await service.close()


async def test_nobody_there() -> None:
    service = Speech(SpeechOptions("k", f"http://127.0.0.1:{free_port()}/v1", "ears", "mouth"))
    with pytest.raises(Unreachable):
        await service.say("x")
    await service.close()


def test_wav_files() -> None:
    stereo = struct.pack("<4h", 1, 2, 3, 4)
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, 8_000, 32_000, 4, 16)
    other = struct.pack("<4sI3sx", b"LIST", 3, b"abc")
    data = struct.pack("<4sI", b"data", 8) + stereo + b"more"
    assert from_wav(b"RIFF\0\0\0\0WAVE" + head + other + data) == Sound(struct.pack("<2h", 1, 3), 8_000)
    assert from_wav(to_wav(Sound(b"", 24_000))) == Sound(b"", 24_000)
    for wrong in (b"", b"RIFF", b"ID3" + bytes(50), b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVE" + head, bytes(10_000)):
        with pytest.raises(Broken):
            from_wav(wrong)
    eight_bits = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8_000, 8_000, 1, 8)
    with pytest.raises(Broken):
        from_wav(b"RIFF\0\0\0\0WAVE" + eight_bits + data)


def test_what_is_read_aloud() -> None:
    text = "**Soup** is at [noon](https://a.example/x). [1] See https://b.example!\n\n- bread 🍞\n- `tea`\n\n"
    text += "```\ncode()\n```"
    assert sentences(text, done=True) == [
        "Soup is at noon.",
        "See a link",
        "bread",
        "tea",
        "(there is some code in the chat)",
    ]
    assert plain("~~old~~ # new") == "old  new"
    assert sentences("⏰ ... --- 👍", done=True) == []


def test_only_whole_sentences_while_it_grows() -> None:
    text = "Soup is ready. There is bread, too! And te"
    assert sentences(text, done=False) == ["Soup is ready.", "There is bread, too!"]
    assert sentences(text, done=True)[-1] == "And te"
    said: list[str] = []
    for at in range(len(text) + 1):
        found = sentences(text[:at], done=False)
        assert found[: len(said)] == said  # what was said stays what it was
        said = found
    assert sentences("汤好了。还有面包。还", done=False) == ["汤好了。", "还有面包。"]


def test_long_ones_are_cut_at_spaces() -> None:
    found = sentences("word " * 300, done=True)
    assert " ".join(found).split() == ["word"] * 300
    assert all(len(sentence) <= LONGEST for sentence in found)
    assert all(len(sentence) <= LONGEST for sentence in sentences("x" * 3 * LONGEST, done=True))
