"""The port that the server listens on."""

import os
import socket

from chatbeside.launch.progress import LaunchError


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        LaunchError: The port is taken or may not be used; says how to choose another.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        other = port + 1 if port < 65535 else 3000
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise LaunchError(
            f"Cannot listen on {host}, port {port}: {reason}.\n"
            f"Choose another port, for example: PORT={other} python3 -m chatbeside"
        ) from error


def check() -> None:
    """Find out before minutes are spent on preparing that the port is taken.

    A setting that is no port is left to the settings, which say so.

    Raises:
        LaunchError: The port is taken or may not be used.
    """
    value = os.environ.get("PORT", "3000")
    if value.isdecimal() and 0 < int(value) < 65536:
        listen(os.environ.get("CHATBESIDE_HOST", "127.0.0.1"), int(value)).close()
