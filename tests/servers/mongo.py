"""Servers that speak MongoDB's protocol, built once from package registries and started on loopback.

They err in different ways, so what passes on both, with nothing but plain operators, is likely to be
right on MongoDB too. Builds are kept outside the repository: ``CHATBESIDE_TEST_CACHE``, else
``~/.cache/chatbeside-tests``.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
BUILD_SECONDS = 900


class NotHere(Exception):
    """This machine cannot build or run the server."""


def ferretdb(folder: Path) -> list[str]:
    """Return the command of FerretDB 1 with its data in ``folder``. Raises NotHere."""

    def build(target: Path) -> None:
        _run([_tool("go"), "build", "-tags", "ferretdb_no_postgresql", "-o", str(target / "ferret"), "."], source)

    source = HERE / "ferret"
    return [str(_built(source, build) / "ferret"), str(folder)]


def mongo_java_server(folder: Path) -> list[str]:
    """Return the command of mongo-java-server, which keeps all in memory. Raises NotHere."""

    def build(target: Path) -> None:
        libraries = f"-DoutputDirectory={target / 'lib'}"
        _run([_tool("mvn"), "-q", "-B", "dependency:copy-dependencies", libraries], source)
        _run([_tool("javac"), "-cp", str(target / "lib" / "*"), "-d", str(target), "Serve.java"], source)

    source = HERE / "java"
    java, built = _tool("java"), _built(source, build)
    return [java, "-Xmx256m", "-cp", os.pathsep.join([str(built), str(built / "lib" / "*")]), "Serve"]


SERVERS: dict[str, Callable[[Path], list[str]]] = {"ferretdb": ferretdb, "mongo-java-server": mongo_java_server}


@contextmanager
def running(command: list[str], folder: Path) -> Iterator[str]:
    """Start a server, yield its URI, and end it; it also ends when this process does, with its standard input."""
    with (
        (folder / "server.log").open("wb") as log,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log) as server,
    ):
        assert server.stdin
        assert server.stdout
        try:
            uri = server.stdout.readline().decode().strip()
            assert uri.startswith("mongodb://"), (folder / "server.log").read_text()
            yield uri
        finally:
            server.stdin.close()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()


def _built(source: Path, build: Callable[[Path], None]) -> Path:
    """Return the folder of what ``build`` makes of ``source``, made once for each state of it."""
    cache = Path(os.environ.get("CHATBESIDE_TEST_CACHE") or Path.home() / ".cache" / "chatbeside-tests")
    cache.mkdir(parents=True, exist_ok=True)
    state = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(source.iterdir())))
    target = cache / f"{source.name}-{state.hexdigest()[:12]}"
    with (cache / f"{source.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test runs at once build it once
        if not target.exists():
            making = cache / f"{target.name}.part"
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            build(making)
            making.rename(target)
    return target


def _tool(name: str) -> str:
    found = shutil.which(name)
    if not found:
        raise NotHere(f"There is no {name} on this machine.")
    return found


def _run(command: list[str], folder: Path) -> None:
    environment = os.environ | {"CGO_ENABLED": "0"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NotHere(f"{command[0]} took more than {BUILD_SECONDS} s.") from error
    if done.returncode:
        raise NotHere(f"{' '.join(command[:3])} failed: {(done.stderr or done.stdout)[-2000:]}")
