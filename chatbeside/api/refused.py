"""Whose requests are above the limit, by the token that came with them: a flood is refused at a small price.

To find out who a token stands for takes two looks into the store. Whoever was refused with one will be refused until
the wait is over, so nobody asks until then.
"""

import time
from collections.abc import Callable

from chatbeside.domain.errors import TooMany
from chatbeside.services.limits import too_often

_MANY = 1000
"""Tokens from which on those that may come again are forgotten; only tokens of sessions that hold are kept."""


class Refused:
    """Tokens that need not be looked up for a while.

    Args:
        monotonic: Seconds that never jump.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._until: dict[int, float] = {}

    def note(self, token: str, error: TooMany) -> None:
        """Keep that ``token`` was refused by ``error``. It was found to belong to a session that holds."""
        now = self._monotonic()
        if len(self._until) >= _MANY:
            self._until = {key: until for key, until in self._until.items() if until > now}
        self._until[hash(token)] = now + error.retry_after

    def check(self, token: str) -> None:
        """Raise :class:`TooMany` while the wait of ``token`` goes on."""
        until = self._until.get(hash(token))
        if until is None:
            return
        wait = until - self._monotonic()
        if wait > 0:
            raise too_often(wait)
        del self._until[hash(token)]
