"""How long until the page answers: cold (a fresh copy, nothing installed) and warm (started before).

Run from the clone: ``.venv/bin/python -m bench.start``. References, measured in the same run: for the cold start
``venv`` and ``pip install`` alone, which it cannot be faster than; for the warm start Python importing Reflex.
"""

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Measure and print one row a case, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=sys._base_executable, help="the Python that starts it")  # type: ignore[attr-defined]
    parser.add_argument("--rounds", type=int, default=3, help="warm starts to take the median of")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = measure(options.python, options.rounds)
    if options.json:
        print(json.dumps(rows, indent=1))
        return
    print(f"{'start':<8}{'seconds':>9}{'reference':>11}{'ratio':>7}")
    for name, row in rows.items():
        print(f"{name:<8}{row['seconds']:>9.1f}{row['reference']:>11.1f}{row['ratio']:>7.1f}")


def measure(python: str, rounds: int) -> dict[str, dict[str, float]]:
    """Cold and warm start in seconds, with their references.

    Args:
        python: The Python to start with; one without chatbeside's packages.
        rounds: Warm starts; the median counts.
    """
    with tempfile.TemporaryDirectory() as folder:
        clone = copy_of_clone(Path(folder) / "clone")
        reference = timed(lambda: install_alone(python, clone, Path(folder) / "venv"))
        cold = start(python, clone)
        warm = statistics.median(start(python, clone) for _ in range(rounds))
        imported = [str(clone / ".venv" / "bin" / "python"), "-c", "import reflex, reflex.app"]
        bare = statistics.median(timed(lambda: subprocess.run(imported, check=True)) for _ in range(rounds))
    return {
        "cold": {"seconds": cold, "reference": reference, "ratio": cold / reference},
        "warm": {"seconds": warm, "reference": bare, "ratio": warm / bare},
    }


def copy_of_clone(target: Path) -> Path:
    """What git tracks or would, as it is in the tree now."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def install_alone(python: str, clone: Path, venv: Path) -> None:
    """Make an environment and install the packages, nothing else."""
    subprocess.run([python, "-m", "venv", venv], check=True)
    command = [venv / "bin" / "python", "-m", "pip", "install", "--quiet", "-r", clone / "requirements.txt"]
    subprocess.run(command, check=True)


def start(python: str, clone: Path) -> float:
    """Seconds from the command to the line that says the page answers."""
    started = time.monotonic()
    with running(python, clone):
        return time.monotonic() - started


@contextmanager
def running(python: str, clone: Path) -> Iterator[None]:
    """The product; entered when it says that it is ready, left when it has ended."""
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        port = chosen.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "CHATBESIDE_DATA": str(clone / ".chatbeside")}
    environment.pop("VIRTUAL_ENV", None)
    process = subprocess.Popen(
        [python, "-m", "chatbeside"], cwd=clone, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    guard = threading.Timer(600, process.kill)
    guard.start()
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if " is ready:" in line:
                break
        else:
            sys.exit("It did not start:\n" + "".join(said))
        yield
    finally:
        guard.cancel()
        process.terminate()
        process.communicate()


def timed(work: Callable[[], object]) -> float:
    """Seconds that ``work`` takes."""
    started = time.monotonic()
    work()
    return time.monotonic() - started


if __name__ == "__main__":
    main()
