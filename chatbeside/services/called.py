"""What the assistant is called besides the name of its account: the name that an administrator gave it.

The account stays ``beside``, so that ``@beside`` calls it for ever, in old messages and scripts too. Its shown name may
change, and calls it as well: ``@robo`` for one that is shown as Robo, unless that is somebody's own name.
"""

import re
import unicodedata
from dataclasses import dataclass

from chatbeside.domain.errors import InvalidInput
from chatbeside.domain.names import RESERVED, username_key
from chatbeside.store.interfaces import Store

SUBJECT = "assistant name"
NAME_MOST = 32
_NAME = re.compile(r"\w(?:[\w .-]*\w)?")


@dataclass(frozen=True, slots=True)
class Nickname:
    """``key`` is how a text calls the account ``user_id``; empty while it has no other name."""

    user_id: str = ""
    key: str = ""


async def nickname(store: Store) -> Nickname:
    """Return what the assistant is called now; another process may have changed it."""
    saved = await store.config.get(SUBJECT)
    return Nickname(str(saved.get("user", "")), str(saved.get("key", ""))) if saved else Nickname()


async def keep_nickname(store: Store, user_id: str, name: str) -> None:
    """Let the name call the account from now on, and the one before no longer."""
    await store.config.put(SUBJECT, {"user": user_id, "key": key_of(name)})


def key_of(name: str) -> str:
    """Return how a name is called in a text: small letters, a dash for a space."""
    return username_key(re.sub(r"\s+", "-", name))


def check_name(name: str) -> str:
    """Return a name for the assistant, trimmed. Raises :class:`InvalidInput`."""
    name = " ".join(unicodedata.normalize("NFC", name).split())
    problem = None
    if not 2 <= len(name) <= NAME_MOST:
        problem = f"Use 2 to {NAME_MOST} characters."
    elif not _NAME.fullmatch(name):
        problem = "Use letters, digits, spaces, dots and dashes, and begin and end with a letter or digit."
    elif key_of(name) in RESERVED:
        problem = "This name has a meaning of its own in messages. Choose another."
    if problem:
        raise InvalidInput("Check what is marked.", fields={"name": problem})
    return name
