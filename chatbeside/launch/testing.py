"""The test command: gets what the tests need, then runs every check there is."""

import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from chatbeside.launch import debian, venv
from chatbeside.launch.places import PYTHON, ROOT, VENV, fingerprint, tool_environment
from chatbeside.launch.progress import Progress

# Program -> the Debian package that has it. The browser is needed; tests that want another one say so and are skipped.
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# On two processors, a file on one of them. The last one builds another page, so nobody else may be served meanwhile.
_TWO = ["-n", "2", "--dist", "loadfile"]
_ALONE = "tests/e2e/test_elsewhere.py"
_RUNS = {
    "pytest": ["-m", "not e2e", *_TWO],
    "pytest in a browser": ["-m", "e2e", *_TWO, f"--ignore={_ALONE}", "tests/e2e"],
    "pytest with the page elsewhere": ["-m", "e2e", _ALONE],
}
_PACKAGES = {"redis-server": "redis-server", "turnserver": "coturn", "nginx": "nginx-light"}


def run(progress: Progress, arguments: Sequence[str]) -> int:
    """Run the checks and show their results.

    Args:
        progress: Shows the steps.
        arguments: For pytest. When there are any, pytest runs alone.

    Returns:
        0 when everything passed.
    """
    _get_tools(progress)
    _get_script_packages(progress)
    failed = [] if arguments else [name for name, command in _checks() if not _check(progress, name, command)]
    runs: Mapping[str, Sequence[str]] = {"pytest": arguments} if arguments else _RUNS
    for name, options in runs.items():
        progress.say(name)
        command = [str(PYTHON), "-m", "pytest", *options]
        if subprocess.run(command, env=tool_environment(), cwd=ROOT, check=False).returncode:
            failed.append(name)
    if failed:
        progress.say(f"Not well: {', '.join(failed)}")
    return 1 if failed else 0


def browser_path() -> str | None:
    """The machine's Chromium, or None: then Playwright's own is used."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _checks() -> list[tuple[str, list[str | Path]]]:
    programs = VENV / "bin"
    scripts = sorted((ROOT / "tests" / "js").glob("**/*.test.*js"))
    return [
        ("ruff check", [programs / "ruff", "check", "."]),
        ("ruff format", [programs / "ruff", "format", "--check", "."]),
        ("mypy", [programs / "mypy"]),
        ("import-linter", [programs / "lint-imports"]),
        ("node --test", [programs / "node", "--test", *scripts]),
    ]


def _check(progress: Progress, name: str, command: Sequence[str | Path]) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=tool_environment(),
        cwd=ROOT,
        check=False,
    )
    took = f"{time.monotonic() - started:.0f} s"
    if done.returncode:
        progress.say(f"{done.stdout}\n{name}: failed ({took})")
        return False
    progress.say(f"{name}: well ({took})")
    return True


def _get_tools(progress: Progress) -> None:
    """Get a browser, and where Debian's packages are at hand the servers that some tests start."""
    missing = [package for program, package in _PACKAGES.items() if not _find(program)]
    browser = browser_path()
    if debian.available():
        wanted = [*missing, *([] if browser else ["chromium"])]
        if wanted:
            debian.install(progress, wanted, otherwise="apt-get could not install what the tests need.")
        return
    if missing:
        progress.say(f"Not on this machine: {', '.join(missing)}. The tests that start them will be skipped.")
    if not browser and sys.platform != "darwin":
        progress.say("If the browser does not start: it needs libraries that 'playwright install-deps' names.")
    if not browser:
        progress.run(
            "Getting a browser for the tests",
            [PYTHON, "-m", "playwright", "install", "chromium"],
            hint="Install Chromium with your system's packages, then run the same command again.",
            env=tool_environment(),
        )


def _get_script_packages(progress: Progress) -> None:
    """Install what the JavaScript tests import, as locked, when the lock changed."""
    folder = ROOT / "tests" / "js"
    stamp = folder / "node_modules" / "chatbeside.fingerprint"
    wanted = fingerprint([folder / "package.json", folder / "package-lock.json"])
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    progress.run(
        "Installing what the JavaScript tests import",
        [VENV / "bin" / "npm", "ci", "--no-audit", "--no-fund"],
        hint="It comes from the npm registry: check the network, then run the same command again.",
        env=tool_environment(),
        cwd=folder,
    )
    stamp.write_text(wanted, encoding="utf-8")


def _find(program: str) -> str | None:
    """A program of the machine; servers live in ``sbin``, which may not be on the path."""
    return venv.which(program) or shutil.which(program, path="/usr/local/sbin:/usr/sbin:/sbin")
