"""A lock on a folder that is free again when its process ends, however it ends."""

import sys
from pathlib import Path
from typing import IO

if sys.platform != "win32":
    import fcntl


class FolderLock:
    """Tells processes apart that work on the same folder. Where locks are missing (Windows) nobody is kept out.

    Args:
        folder: It exists; the lock is a file in it.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lock"
        self._file: IO[bytes] | None = None

    def take(self) -> bool:
        """Take the lock; false when another process, or another lock of this one, has it."""
        self._file = self._path.open("wb")
        if sys.platform != "win32":
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.release()
                return False
        return True

    def release(self) -> None:
        """Let go of it; nothing happens when it is not held."""
        if self._file is not None:
            self._file.close()
            self._file = None
