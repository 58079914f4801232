"""What people may call themselves and how names are compared."""

import re
import unicodedata

from chatbeside.domain.errors import InvalidInput

USERNAME_MIN = 2
USERNAME_MAX = 32
_USERNAME = re.compile(r"[\w](?:[\w.-]*[\w])?")
_SURROGATE = re.compile("[\ud800-\udfff]")
RESERVED = frozenset({"all", "channel", "everyone", "here", "room", "system"})
"""Words that mean something in a message (``@room``), so nobody can be called so."""


def username_key(username: str) -> str:
    """Return the form under which a username is unique: NFKC, without regard to case."""
    return _comparable(username)


def email_key(email: str) -> str:
    """Return the form under which an e-mail address is unique: NFKC, without regard to case."""
    return _comparable(email)


def _comparable(text: str) -> str:
    # No store takes half a surrogate pair, not even to look for it; what replaces it is in nobody's name.
    return unicodedata.normalize("NFKC", _SURROGATE.sub("\ufffd", text.strip())).casefold()


def check_username(username: str) -> str:
    """Return ``username`` trimmed and in NFC, or say what is wrong with it.

    Raises:
        InvalidInput: The name is too short, too long, reserved or has characters a mention cannot hold.
    """
    name = unicodedata.normalize("NFC", username.strip())
    problem = None
    if not USERNAME_MIN <= len(name) <= USERNAME_MAX:
        problem = f"Use {USERNAME_MIN} to {USERNAME_MAX} characters."
    elif not _USERNAME.fullmatch(name):
        problem = "Use letters, digits, dots, dashes and underscores, and begin and end with a letter or digit."
    elif username_key(name) in RESERVED:
        problem = "This name has a meaning of its own in messages. Choose another."
    if problem:
        raise InvalidInput("Check the name.", fields={"username": problem})
    return name
