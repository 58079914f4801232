"""The doctor finds what is wrong with real servers, and what it says never holds a secret."""

import io
import sqlite3
from pathlib import Path

import pytest

from chatbeside.launch import doctor
from chatbeside.launch.doctor.finding import Finding, State
from chatbeside.launch.port import listen
from chatbeside.launch.progress import Progress
from chatbeside.settings import Settings
from chatbeside.store.factory import FILE
from chatbeside.store.sqlite import SqliteStore
from tests.servers.coturn import SECRET, coturn
from tests.servers.openai_server import KEY, OpenAIServer
from tests.servers.redis import redis_server


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder


async def _find(part: str, settings: Settings) -> Finding:
    """Return the first finding about a part that is not well, or else the first one."""
    about = [found for found in await doctor.examine(settings) if found.part == part]
    return next((found for found in about if found.state is not State.WELL), about[0])


def _settings(data: Path, **values: object) -> Settings:
    with listen("127.0.0.1", 0) as chosen:
        free = chosen.getsockname()[1]
    return Settings(**{"data": data, "port": free, "assistant": False, **values})


async def test_a_new_place_has_nothing_wrong(data: Path) -> None:
    findings = await doctor.examine(_settings(data))
    assert [found for found in findings if found.state is State.WRONG] == []
    assert {found.part for found in findings} >= {"data folder", "disk", "port", "database", "redis", "calls"}


async def test_a_port_that_somebody_else_has(data: Path) -> None:
    with listen("127.0.0.1", 0) as taken:
        found = await _find("port", _settings(data, port=taken.getsockname()[1]))
    assert found.state is State.WRONG
    assert "PORT=" in found.advice


async def test_a_database_that_is_well_damaged_or_too_new(data: Path) -> None:
    store = SqliteStore(data / FILE)
    await store.open()
    await store.close()
    assert (await _find("database", _settings(data))).state is State.WELL

    with sqlite3.connect(data / FILE) as connection:
        connection.execute("PRAGMA user_version = 9999")
    assert "newer" in (await _find("database", _settings(data))).words

    (data / FILE).write_bytes(b"not a database" * 1000)
    found = await _find("database", _settings(data))
    assert found.state is State.WRONG
    assert "backup" in found.advice


async def test_keys_that_others_can_read(data: Path) -> None:
    (data / "secret.key").write_text("x")
    (data / "secret.key").chmod(0o644)
    found = await _find("data folder", _settings(data))
    assert found.state is State.WRONG
    assert "chmod 600" in found.advice


async def test_redis_that_answers_forgets_or_is_gone(data: Path) -> None:
    with redis_server() as redis:
        url = f"redis://:a-password@127.0.0.1:{redis.port}/0"
        assert (await _find("redis", _settings(data, redis_url=redis.url))).state is State.WELL
    with redis_server("--maxmemory-policy", "allkeys-lru") as redis:
        found = await _find("redis", _settings(data, redis_url=redis.url))
        assert "noeviction" in found.advice
    gone = await _find("redis", _settings(data, redis_url=url))
    assert gone.state is State.WRONG
    assert "a-password" not in str(gone)


async def test_a_turn_server_with_the_right_and_the_wrong_secret(data: Path, tmp_path: Path) -> None:
    with coturn(tmp_path) as port:
        url = f"turn:127.0.0.1:{port}"
        assert (await _find("calls", _settings(data, turn_url=url, turn_secret=SECRET))).state is State.WELL
        refused = await _find("calls", _settings(data, turn_url=url, turn_secret="another"))
        assert "refuses" in refused.words
    assert "TURN_SECRET is not" in (await _find("calls", _settings(data, turn_url=url))).words
    assert "no TURN address" in (await _find("calls", _settings(data, turn_url="x", turn_secret="y"))).words


async def test_a_language_model_with_the_right_and_the_wrong_key(data: Path) -> None:
    with OpenAIServer(key=KEY) as server:
        options = {"assistant": True, "openai_base_url": server.url}
        assert (await _find("assistant", _settings(data, openai_api_key=KEY, **options))).state is State.WELL
        wrong = await _find("assistant", _settings(data, openai_api_key="a-wrong-key", **options))
    assert wrong.state is State.WRONG
    assert "a-wrong-key" not in str(wrong)


async def test_a_server_that_others_reach_wants_an_encrypted_address(data: Path) -> None:
    open_to_all = await _find("address", _settings(data, host="0.0.0.0"))
    assert "CHATBESIDE_URL" in open_to_all.words
    plain = await _find("address", _settings(data, public_url="http://chat.invalid"))
    assert plain.words == "http://chat.invalid is not encrypted"


def test_it_says_what_to_do_and_counts(data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHATBESIDE_DATA", str(data))
    monkeypatch.setenv("CHATBESIDE_ASSISTANT", "false")
    monkeypatch.setenv("TURN_URL", "turn:127.0.0.1:9")
    out = io.StringIO()
    assert doctor.run(Progress(tmp_path / "log", out)) == 1
    assert "WRONG  calls: TURN_URL is set, TURN_SECRET is not" in out.getvalue()
    assert "-> Set it to coturn's static-auth-secret." in out.getvalue()

    monkeypatch.setenv("PORT", "seventy")
    assert doctor.run(Progress(tmp_path / "log", out)) == 1
    assert "WRONG  PORT:" in out.getvalue()
