"""Builds the page that the server hands out, when what it is made of changed."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import chatbeside
from chatbeside.launch.places import PYTHON, ROOT, WEB, fingerprint, tool_environment
from chatbeside.launch.progress import Progress

OUTPUT = WEB / "build" / "client"
_STAMP = WEB / "chatbeside.fingerprint"
_SOURCES = (
    "chatbeside/chatbeside.py",
    "chatbeside/domain",
    "chatbeside/launch/light_page.py",
    "chatbeside/launch/same_origin.py",
    "chatbeside/ui",
    "requirements.txt",
    "rxconfig.py",
)


def sources() -> str:
    """Fingerprint of everything that the page is made of, but the lock of JavaScript packages."""
    paths = [ROOT / name for name in _SOURCES]
    # Reflex links the assets of Python modules into assets/external; they are counted where they really are.
    if (assets := ROOT / "assets").is_dir():
        paths += [path for path in assets.iterdir() if path.name != "external"]
    return fingerprint(paths, chatbeside.__version__)


def current() -> bool:
    """Whether the built page is there and made of the present sources."""
    if not (OUTPUT / "index.html").is_file() or not _STAMP.is_file():
        return False
    return _STAMP.read_text(encoding="utf-8") == f"{sources()} {_lock()}"


def ensure(progress: Progress) -> None:
    """Build the page unless it is current.

    Raises:
        LaunchError: The build failed; carries the tail of its output.
    """
    if current():
        return
    made_of = sources()
    build(progress, {})
    # The sources as they were when the build began; the lock as the build left it, for it may have completed it.
    _STAMP.write_text(f"{made_of} {_lock()}", encoding="utf-8")


def build_for(progress: Progress, settings: Mapping[str, str], folder: Path) -> None:
    """Build the page with other settings into ``folder``, and leave the one that this machine serves as it is.

    Args:
        progress: Shows the step.
        settings: Reflex's settings that differ from ``rxconfig.py``, as environment variables.
        folder: Where it goes.

    Raises:
        LaunchError: The build failed; carries the tail of its output.
    """
    built, kept = OUTPUT.parent, WEB / "build.kept"
    stamp = _STAMP.read_text(encoding="utf-8") if current() else None
    shutil.rmtree(kept, ignore_errors=True)
    if stamp:
        built.rename(kept)
    try:
        build(progress, settings)
        shutil.copytree(OUTPUT, folder, dirs_exist_ok=True)
    finally:
        if stamp:
            shutil.rmtree(built, ignore_errors=True)
            kept.rename(built)
            _STAMP.write_text(stamp, encoding="utf-8")


def build(progress: Progress, settings: Mapping[str, str]) -> None:
    """Build the page where it is served from. Arguments and errors are those of :func:`build_for`."""
    _STAMP.unlink(missing_ok=True)
    # Plain lines of a useful length in the log.
    environment = {**tool_environment(), "NO_COLOR": "1", "COLUMNS": "160", **settings}
    environment.setdefault("NPM_CONFIG_REGISTRY", _npm_registry(environment))
    progress.run(
        "Building the page (half a minute or so)",
        [PYTHON, "-m", "reflex", "export", "--frontend-only", "--no-zip"],
        hint="If the lines above speak of the network: its JavaScript packages come from the npm registry. "
        "Check the connection, then run the same command again.",
        env=environment,
        cwd=ROOT,
    )


def _lock() -> str:
    return fingerprint([ROOT / "reflex.lock"])


def _npm_registry(environment: dict[str, str]) -> str:
    """The registry that npm is set to. Told to Reflex, which would otherwise time several and take the fastest."""
    command = [str(PYTHON.parent / "npm"), "config", "get", "registry"]
    answer = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=True)
    return answer.stdout.strip()
