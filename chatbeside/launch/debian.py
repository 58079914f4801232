"""Installs Debian packages where ``apt-get`` is at hand and may be used without asking."""

import os
import shutil
import subprocess
from collections.abc import Sequence

from chatbeside.launch.progress import LaunchError, Progress


def available() -> bool:
    """Whether packages can be installed here without a password."""
    return shutil.which("apt-get") is not None and _prefix() is not None


def install(progress: Progress, packages: Sequence[str], *, otherwise: str) -> None:
    """Install packages from the machine's own sources.

    Args:
        progress: Shows the steps.
        packages: Debian package names.
        otherwise: What a person has to do when this cannot.

    Raises:
        LaunchError: There is no ``apt-get``, it may not be used without a password, or it failed.
    """
    prefix = _prefix()
    if prefix is None or shutil.which("apt-get") is None:
        raise LaunchError(otherwise)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    progress.run("Reading the list of Debian packages", [*prefix, "apt-get", "update"], hint=otherwise, env=environment)
    command = [*prefix, "apt-get", "install", "--yes", "--no-install-recommends", *packages]
    progress.run(f"Installing {', '.join(packages)}", command, hint=otherwise, env=environment)


def _prefix() -> list[str] | None:
    """What goes before ``apt-get``: nothing for root, ``sudo`` where it asks no password, else None."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive"]
    return None
