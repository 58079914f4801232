"""Makes the virtual environment ``.venv`` and installs the pinned packages into it."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from chatbeside.launch import debian
from chatbeside.launch.places import PYTHON, REQUIREMENTS, ROOT, VENV, fingerprint, tool_environment
from chatbeside.launch.progress import LaunchError, Progress

_STAMP = VENV / "chatbeside.json"
_NETWORK = "Python packages come from PyPI: check the network (or pip's settings), then run the same command again."


def ensure(progress: Progress, *extra: Path) -> None:
    """Make ``.venv`` and bring it to what ``requirements.txt`` and the ``extra`` files pin. Does nothing when it is.

    Raises:
        LaunchError: Python has no way to make virtual environments, or a package could not be installed.
    """
    files = [REQUIREMENTS, *extra]
    stamp = _read_stamp()
    if not _usable(stamp):
        _create(progress)
        stamp = {}
    wanted = {file.name: fingerprint([file]) for file in files}
    if all(stamp.get(name) == value for name, value in wanted.items()):
        return
    options = [argument for file in files for argument in ("-r", str(file))]
    progress.run(
        "Installing Python packages (a minute or so the first time)",
        [*_pip(), "install", "--disable-pip-version-check", "--no-input", "--no-color", *options],
        hint=_NETWORK,
        env=tool_environment(),
        cwd=ROOT,
    )
    kept = {name: value for name, value in stamp.items() if name.startswith("requirements")}
    _STAMP.write_text(json.dumps({"venv": str(VENV), **kept, **wanted}, indent=1), encoding="utf-8")


def inside() -> bool:
    """Whether this process already runs on the interpreter of ``.venv``."""
    return Path(sys.prefix).resolve() == VENV.resolve()


def _read_stamp() -> dict[str, str]:
    try:
        stamp = json.loads(_STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _usable(stamp: dict[str, str]) -> bool:
    """Whether ``.venv`` has a working interpreter that is new enough, and is still where it was made.

    A virtual environment names its own folder inside its programs, so a clone that was moved needs a new one.
    """
    if not PYTHON.exists() or stamp.get("venv", str(VENV)) != str(VENV):
        return False
    probe = subprocess.run(
        [PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"], capture_output=True, check=False
    )
    return probe.returncode == 0


def _create(progress: Progress) -> None:
    if inside():
        raise LaunchError(f"The environment this runs in, {VENV}, was moved. Leave it (deactivate) and run again.")
    command = [sys.executable, "-m", "venv", "--clear"]
    if not _can_seed() and not _system_pip():
        debian.install(
            progress,
            ["python3-venv"],
            otherwise="This Python cannot make virtual environments yet. On Debian and Ubuntu run\n"
            "    sudo apt install python3-venv\nand then the same command again.",
        )
    if not _can_seed():
        command.append("--without-pip")
    progress.run(
        "Making a place for Python packages (.venv)",
        [*command, VENV],
        hint=f"Remove the folder {VENV} and run the same command again.",
    )


def _can_seed() -> bool:
    """Whether this Python can put pip into a new environment. Debian ships that part as ``python3-venv``."""
    importlib.invalidate_caches()
    return importlib.util.find_spec("ensurepip") is not None


def _system_pip() -> bool:
    return importlib.util.find_spec("pip") is not None


def _pip() -> list[str]:
    """Pip's command for ``.venv``: its own, or that of the Python this runs on pointed at it."""
    if next(VENV.glob("lib/python3*/site-packages/pip/__main__.py"), None):
        return [str(PYTHON), "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", str(PYTHON)]


def replace_process(arguments: list[str], changes: dict[str, str]) -> None:
    """Become ``.venv``'s Python running this package with ``arguments``: same process, same signals. Never returns.

    Args:
        arguments: What follows ``python -m chatbeside``.
        changes: Further environment variables.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os.chdir(ROOT)
    os.execve(PYTHON, [str(PYTHON), "-m", "chatbeside", *arguments], {**tool_environment(), **changes})  # noqa: S606


def which(name: str) -> str | None:
    """A program of ``.venv`` or of the machine."""
    return shutil.which(name, path=tool_environment()["PATH"])
