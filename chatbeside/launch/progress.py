"""Says in plain words what is going on. The tools' own output goes to a log file unless one of them fails."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

_TAIL_LINES = 40
_REMIND_SECONDS = 20.0
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class LaunchError(Exception):
    """Something that a person must do first; the text says what. ``detail`` is shown above it."""

    def __init__(self, text: str, detail: str = "") -> None:
        super().__init__(text)
        self.detail = detail


class Progress:
    """Writes steps to a stream and runs tools quietly.

    Args:
        log: File that takes what the tools print; made anew by ``begin_log``, then appended to.
        out: Where people read, standard output by default.
    """

    def __init__(self, log: Path, out: TextIO | None = None) -> None:
        self.log = log
        self._out = out or sys.stdout
        self._live = self._out.isatty()

    def begin_log(self) -> None:
        """Empty the log file."""
        self.log.write_text("", encoding="utf-8")

    def say(self, text: str) -> None:
        """Show one line."""
        self._out.write(text + "\n")
        self._out.flush()

    def run(
        self,
        title: str,
        command: Sequence[str | Path],
        *,
        hint: str,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        """Run one tool to its end, showing only ``title`` and the seconds it takes.

        Args:
            title: What happens, for people.
            command: Program and arguments.
            hint: What to do when it fails.
            env: Environment of the tool, this process's by default.
            cwd: Folder to run it in.

        Raises:
            LaunchError: It could not be started or ended with another code than 0; carries the tail of its output.
        """
        started = time.monotonic()
        with self.log.open("ab") as log:
            log.write(f"\n$ {' '.join(map(str, command))}\n".encode())
            log.flush()
            before = log.tell()
            try:
                process = subprocess.Popen(
                    list(map(str, command)), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, cwd=cwd
                )
            except OSError as error:
                raise LaunchError(hint, f"{command[0]}: {error.strerror}") from error
            done = threading.Event()
            ticker = threading.Thread(target=self._tick, args=(title, started, done), daemon=True)
            ticker.start()
            try:
                code = process.wait()
            except BaseException:
                process.terminate()
                process.wait()
                raise
            finally:
                done.set()
                ticker.join()
        took = f"{time.monotonic() - started:.0f} s"
        if code:
            self._finish(f"{title}: did not work ({took})")
            raise LaunchError(f"{hint}\nEverything the tool printed is in {self.log}", self._tail(before))
        self._finish(f"{title}: done ({took})")

    def _tick(self, title: str, started: float, done: threading.Event) -> None:
        if not self._live:
            self.say(f"{title} ...")
        while not done.wait(1.0 if self._live else _REMIND_SECONDS):
            seconds = f"{time.monotonic() - started:.0f} s"
            if self._live:
                self._out.write(f"\r\033[K{title} ... {seconds}")
                self._out.flush()
            else:
                self.say(f"{title} ... {seconds}")

    def _finish(self, text: str) -> None:
        self.say(f"\r\033[K{text}" if self._live else text)

    def _tail(self, start: int) -> str:
        with self.log.open("rb") as log:
            log.seek(start)
            lines = _COLOURS.sub("", log.read().decode("utf-8", "replace")).splitlines()
        return "\n".join(f"    {line}" for line in lines[-_TAIL_LINES:])
