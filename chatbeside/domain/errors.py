"""Errors that a person may see. Each carries a stable code and words that say what to do."""

from collections.abc import Mapping
from typing import ClassVar


class ChatError(Exception):
    """Base of every error that crosses the public interface.

    Args:
        message: A sentence for a person: what is wrong and what to do.
        fields: Per field of the request, what is wrong with it.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields: Mapping[str, str] = dict(fields or {})


class InvalidInput(ChatError):
    """The request is understood but some of its values cannot be accepted."""

    code = "invalid"


class NotSignedIn(ChatError):
    """No valid session came with the request."""

    code = "unauthenticated"


class CodeNeeded(NotSignedIn):
    """The password was right, and a code of the second step is asked for.

    Args:
        message: A sentence for a person.
        ticket: What to send along with the code.
    """

    code = "code_needed"

    def __init__(self, message: str, *, ticket: str) -> None:
        super().__init__(message)
        self.ticket = ticket


class NotAllowed(ChatError):
    """The asker may see the thing but not do this with it."""

    code = "forbidden"


class NotFound(ChatError):
    """There is no such thing, or the asker may not know that there is."""

    code = "not_found"


class Conflict(ChatError):
    """The request contradicts what is stored now, for example a name that is taken."""

    code = "conflict"


class TooMany(ChatError):
    """A limit was reached.

    Args:
        message: A sentence for a person.
        retry_after: Seconds until it is worth trying again.
    """

    code = "too_many"

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(ChatError):
    """Something the request needs does not answer now; trying again later may help."""

    code = "unavailable"


class TooLarge(ChatError):
    """What was sent is larger than this server takes."""

    code = "too_large"


class StorageFull(ChatError):
    """There is no room left to store it."""

    code = "storage_full"
