"""The server's own key for Web Push (VAPID, RFC 8292): made at the first start, kept in the data folder."""

import os
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from chatbeside.domain.push import encoded
from chatbeside.settings import Settings

FILE_NAME = "push.pem"
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""How many points the curve has (SEC 2, section 2.4.2)."""
_HOURS = 12
"""How long a push service may take a signature for valid; 24 are allowed."""


class Vapid:
    """Says to push services who sends.

    Args:
        key: On the curve P-256, from :func:`load_key` or :func:`derive_key`.
        contact: A ``mailto:`` or ``https:`` address at which somebody answers for this server.
    """

    def __init__(self, key: ec.EllipticCurvePrivateKey, contact: str) -> None:
        self._key = key
        self._contact = contact
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public = encoded(point)
        """The public key as browsers take it: an uncompressed point, base64url."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the one of this installation."""
        given = settings.secret
        key = derive_key(given.get_secret_value().encode()) if given else load_key(settings.data)
        return cls(key, settings.contact)

    def header(self, endpoint: str, at: datetime) -> str:
        """Return the ``Authorization`` header of a message to ``endpoint``."""
        url = httpx.URL(endpoint)
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        claims = {"aud": origin, "exp": int((at + timedelta(hours=_HOURS)).timestamp()), "sub": self._contact}
        return f"vapid t={jwt.encode(claims, self._key, algorithm='ES256')}, k={self.public}"


def load_key(folder: Path) -> ec.EllipticCurvePrivateKey:
    """Return the key in the data folder, made on first use. Reads and writes files: not for the event loop.

    Raises:
        ValueError: The file is there but no key of the right sort.
        OSError: It cannot be read or written.
    """
    path = folder / FILE_NAME
    if not path.exists():
        _create(path)
    path.chmod(0o600)
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError(f"{path} is no P-256 key: delete it (browsers subscribe anew) or restore it.")
    return key


def derive_key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """Return the key that follows from an installation's secret, for hosts that keep no files.

    64 bits more than the order of the curve has, so that the remainder is even (FIPS 186-5, A.2.1).
    """
    material = HKDF(SHA256(), 40, None, b"chatbeside push").derive(secret)
    return ec.derive_private_key(int.from_bytes(material) % (_P256_ORDER - 1) + 1, ec.SECP256R1())


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f"{FILE_NAME}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        # Several workers may start at the same time: the first complete file wins and all read that one.
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
