"""What a message may hold."""

import re
import unicodedata

from chatbeside.domain.errors import InvalidInput
from chatbeside.domain.ids import new_id

_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LINE_END = re.compile(r"\r\n?")
# Controls (Cc) but line end and tab, and halves of surrogate pairs (Cs); neither kind ever grows.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_INVISIBLE = frozenset({"Cf", "Cc", "Zs", "Zl", "Zp"})


def check_content(content: str, *, most: int, may_be_empty: bool = False) -> str:
    """Return ``content`` as it is stored: line ends as a newline, trailing white space gone.

    Args:
        content: What was typed.
        most: The most characters (code points) a message may have.
        may_be_empty: Whether there is something else to see, such as a file.

    Raises:
        InvalidInput: There is nothing to see in it, it is too long, or it holds control characters or
            half of a surrogate pair, which no store and no other client could be trusted with.
    """
    text = _LINE_END.sub("\n", content).rstrip()
    problem = None
    if len(text) > most:
        problem = f"A message can have at most {most:,} characters; this one has {len(text):,}."
    elif all(unicodedata.category(char) in _INVISIBLE for char in text):
        if may_be_empty and not text:
            return ""
        problem = "Write something first."
    elif _FORBIDDEN.search(text):
        problem = "This text has characters that cannot be sent. Remove control characters and try again."
    if problem:
        raise InvalidInput(problem, fields={"content": problem})
    return text


def check_client_id(client_id: str) -> str:
    """Return ``client_id`` if it has the right form: 1 to 64 of ``A-Z a-z 0-9 _ -``. Raises :class:`InvalidInput`."""
    if not _CLIENT_ID.fullmatch(client_id):
        problem = "Use 1 to 64 letters, digits, dashes or underscores."
        raise InvalidInput("Check the client id.", fields={"clientId": problem})
    return client_id


def new_client_id() -> str:
    """Return a client id for somebody who gave none; such a message cannot be sent again without a second copy."""
    return f"server-{new_id()}"
