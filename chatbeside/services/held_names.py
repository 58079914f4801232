"""Names of deleted accounts, which are nobody's for a while."""

import hashlib
from datetime import timedelta
from typing import Final

HELD: Final = "held name"
"""The kind of what is kept of such a name."""
NAME_HELD: Final = timedelta(days=90)


def name_hold(username_key: str) -> str:
    """Return the id under which it is kept that a name is nobody's for a while."""
    return hashlib.sha256(f"{HELD}\0{username_key}".encode()).hexdigest()
