"""Several workers: refused in words without Redis, and said at the start."""

import io
from pathlib import Path

import pytest

from chatbeside.launch import logs, serve, workers
from chatbeside.launch.progress import LaunchError, Progress
from chatbeside.settings import Settings


def test_several_workers_without_redis_are_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBESIDE_DATA", str(tmp_path))
    monkeypatch.setenv("CHATBESIDE_WORKERS", "2")
    monkeypatch.delenv("REDIS_URL", raising=False)
    with pytest.raises(LaunchError, match="set REDIS_URL"):
        serve.run(Progress(tmp_path / "launch.log", io.StringIO()))


def test_the_start_says_what_several_workers_share(tmp_path: Path) -> None:
    several = Settings(data=tmp_path, workers=3, redis_url="redis://localhost:6379/0")  # type: ignore[arg-type]
    assert workers.problem(several) is None
    assert "one SQLite file" in workers.words(several)[0]
    over_mongo = several.model_copy(update={"mongodb_uri": "mongodb://localhost"})
    assert workers.words(over_mongo) == ["3 workers share the work."]
    assert workers.words(Settings(data=tmp_path)) == []


def test_each_worker_writes_a_log_of_its_own(tmp_path: Path) -> None:
    files = {logs.config(Settings(data=tmp_path), worker)["handlers"]["file"]["filename"] for worker in (1, 2, 3)}
    assert files == {str(tmp_path / name) for name in ("server.log", "server-2.log", "server-3.log")}
