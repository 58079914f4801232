"""Where things are in a clone, and the fingerprints that say whether they are up to date."""

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
WEB = ROOT / ".web"
REQUIREMENTS = ROOT / "requirements.txt"
TEST_REQUIREMENTS = ROOT / "requirements-test.txt"
_FROM = "CHATBESIDE_FROM"


def data_folder() -> Path:
    """The folder of ``CHATBESIDE_DATA``, absolute, made if need be and closed to other users.

    Raises:
        PermissionError: It cannot be made or written, whatever the reason.
    """
    folder = Path(os.environ.get("CHATBESIDE_DATA") or ROOT / ".chatbeside").absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise PermissionError(error.errno, error.strerror, str(folder)) from error


def enter() -> None:
    """Go to the root of the clone, and remember from where: also in the process that replaces this one."""
    os.environ.setdefault(_FROM, str(Path.cwd()))
    os.chdir(ROOT)


def given(path: Path) -> Path:
    """Return the absolute path of what a person named on the command line, as seen from where it was typed."""
    return Path(os.environ.get(_FROM, ROOT)) / path


def tool_environment() -> dict[str, str]:
    """The environment for tools of the virtual environment: its programs first, nothing that phones home."""
    return {
        **os.environ,
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "VIRTUAL_ENV": str(VENV),
        # Reflex keeps locks and caches here. One folder for each clone, so that two clones never wait for each other.
        "REFLEX_DIR": str(VENV / "share" / "reflex"),
        "REFLEX_USE_NPM": "1",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
    }


def fingerprint(paths: Iterable[Path], *more: str) -> str:
    """SHA-256 over the names (relative to the clone) and contents of files, folders walked, and further strings."""
    digest = hashlib.sha256()
    for path in sorted(_files(paths)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    for text in more:
        digest.update(f"\0{text}".encode())
    return digest.hexdigest()


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = (file for file in path.rglob("*") if file.is_file() and not file.is_symlink())
            yield from (file for file in found if "__pycache__" not in file.parts)
        elif path.is_file():
            yield path


@contextmanager
def exclusive() -> Iterator[None]:
    """Let only one process at a time change this clone's environment or page; others wait for their turn."""
    folder = os.open(ROOT / "chatbeside", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
