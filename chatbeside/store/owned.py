"""Folders and files that belong to one process while it lives, and to nobody once it is gone, however it ended.

The mark is a lock (``flock``), which the system takes away with the process. So what a process that was killed has
left is known at once, and no clock has a say in it. Where locks are missing (Windows, some network file systems)
nothing is removed.
"""

import os
import secrets
import shutil
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

if sys.platform != "win32":
    import fcntl


class Owned:
    """A folder of this process under ``parent``.

    Args:
        parent: Where the folders of all processes are; made when it is missing.
    """

    def __init__(self, parent: Path) -> None:
        self._parent = parent
        self._mark: int | None = None
        self.path = parent / secrets.token_hex(12)

    def __enter__(self) -> Path:
        self.take()
        return self.path

    def __exit__(self, *_: object) -> None:
        self.give_up()

    def take(self) -> None:
        """Make the folder and own it; nothing happens when that was done before.

        Raises:
            OSError: It cannot be made.
        """
        while self._mark is None:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            if sys.platform == "win32":
                return
            mark = os.open(self.path, os.O_RDONLY)
            with suppress(OSError):  # a file system without locks: nobody removes anything there
                _lock(mark)
            # Between the two lines above another process may have taken it for one that was left, and removed it.
            if self.path.exists() and os.path.samestat(os.fstat(mark), self.path.stat()):
                self._mark = mark
            else:
                os.close(mark)

    def give_up(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._mark is not None:
            os.close(self._mark)
            self._mark = None

    def sweep(self) -> None:
        """Remove the folders of processes that are gone.

        Raises:
            OSError: The place cannot be read.
        """
        if self._parent.is_dir():
            remove_left(each for each in self._parent.iterdir() if each != self.path and each.is_dir())


def hold_new(path: Path) -> BinaryIO:
    """Return a new file, opened for writing and this process's own, which nobody else can read.

    Raises:
        OSError: It is there already, or cannot be made.
    """
    file = path.open("xb")
    path.chmod(0o600)
    with suppress(OSError):
        _lock(file.fileno())
    return file


def remove_left(paths: Iterable[Path]) -> None:
    """Remove those of these folders and files whose process is gone."""
    if sys.platform == "win32":
        return
    for path in list(paths):
        try:
            mark = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:  # another process was faster, or it is somebody else's
            continue
        try:
            _lock(mark, fcntl.LOCK_NB)
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        except OSError:  # it is in use
            continue
        finally:
            os.close(mark)


def _lock(mark: int, how: int = 0) -> None:
    if sys.platform != "win32":
        fcntl.flock(mark, fcntl.LOCK_EX | how)
