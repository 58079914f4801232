"""The server's own secret: made at the first start, kept in the data folder, readable by its owner only."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chatbeside.settings import Settings

FILE_NAME = "secret.key"
_BYTES = 32


def secret_of(settings: Settings) -> bytes:
    """Return the secret of this installation: the one of the settings, or else :func:`load_secret`'s."""
    if settings.secret:
        return settings.secret.get_secret_value().encode()
    return load_secret(settings.data)


def derived_key(secret: bytes, use: bytes) -> bytes:
    """Return the key of 32 bytes for one use of the secret (HKDF, RFC 5869); other uses have others."""
    return HKDF(hashes.SHA256(), 32, None, use).derive(secret)


def load_secret(folder: Path) -> bytes:
    """Return the secret of this installation, made on first use. Reads and writes files: not for the event loop.

    Several workers may start at the same time: the first complete file wins and all read that one.

    Args:
        folder: The data folder; made, for its owner only, when it is missing.

    Raises:
        ValueError: The file is there but too short to be a secret.
        OSError: The folder cannot be written or the file cannot be read.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / FILE_NAME
    if not path.exists():
        _create(path)
    path.chmod(0o600)
    secret = path.read_bytes().strip()
    if len(secret) < _BYTES:
        raise ValueError(f"{path} is damaged: delete it (everybody has to log in again) or restore it from a backup.")
    return secret


def _create(path: Path) -> None:
    draft = path.with_name(f"{FILE_NAME}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
